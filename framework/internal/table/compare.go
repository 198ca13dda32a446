package table

import (
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// alpha is the level below which an adjusted p-value counts as a difference.
const alpha = 0.05

// verdict is what the caption tells about the comparisons.
type verdict struct {
	tests    int // comparisons made, those without a t test included
	constant int // of them: a difference that is the same on every seed and not 0
	untested int // cells with a value that shared fewer than two seeds with their reference
	bold     int
	lone     bool // a single value that is better than the best mean was passed over
}

// rivals returns the labels that compete with each other and whether they are
// the rows. Methods, variants and values of a setting compete; datasets and
// metrics do not, so a table of datasets against methods compares along its
// rows, and one of datasets against metrics not at all.
func (s Spec) rivals(t *Table) (labels []string, rows bool) {
	competes := func(axis string) bool {
		return axis == axisMethod || axis == axisVariant || strings.HasPrefix(axis, settingsPrefix)
	}
	switch {
	case competes(s.Rows):
		return t.Rows, true
	case competes(s.Cols):
		return t.Cols, false
	}
	return nil, true
}

// contest is one comparison of rivals: the cells of one column and one metric
// (of one row, where the rivals are the columns), in the order of the table.
type contest struct {
	other, metric string // the column, or the row
	goal          metric.Goal
	cells         []*Cell // those with a value
	names         []string
}

// contests lists the comparisons that can be made at all.
func contests(t *Table) []*contest {
	labels, rows := t.Spec.rivals(t)
	if labels == nil {
		return nil
	}
	var all []*contest
	known := map[[2]string]*contest{}
	for i := range t.Cells {
		c := &t.Cells[i]
		name, other := c.Row, c.Col
		if !rows {
			name, other = c.Col, c.Row
		}
		if c.N == 0 || c.Goal == metric.None {
			continue
		}
		k := known[[2]string{other, c.Metric}]
		if k == nil {
			k = &contest{other: other, metric: c.Metric, goal: c.Goal}
			known[[2]string{other, c.Metric}] = k
			all = append(all, k)
		}
		k.cells, k.names = append(k.cells, c), append(k.names, name)
	}
	return all
}

// best returns the index of the best mean; of equal ones the first. A cell with
// one value is the best only among its like: nothing can be tested against it,
// so one lucky survivor of many failures would end all comparisons of its column.
func (k *contest) best() int {
	b := 0
	for i, c := range k.cells {
		best := k.cells[b]
		if lone := c.N < 2; lone != (best.N < 2) {
			if !lone {
				b = i
			}
		} else if k.goal.Better(*c.Mean, *best.Mean) {
			b = i
		}
	}
	return b
}

// passedOver reports whether a cell with one value lies above the best.
func (k *contest) passedOver() bool {
	b := k.cells[k.best()]
	return slices.ContainsFunc(k.cells, func(c *Cell) bool { return k.goal.Better(*c.Mean, *b.Mean) })
}

// index returns the position of a rival, or -1.
func (k *contest) index(name string) int {
	for i, n := range k.names {
		if n == name {
			return i
		}
	}
	return -1
}

// family holds every test of a table once, whichever way round it is asked for.
type family struct {
	tests []*stats.Paired
	of    map[[2]*Cell]int
	p     []float64
}

// test adds the paired t test of a against b unless it is there. It returns
// its index, or -1 where the two share fewer than two seeds.
func (f *family) test(a, b *Cell) (int, error) {
	for _, pair := range [][2]*Cell{{a, b}, {b, a}} {
		if i, ok := f.of[pair]; ok {
			return i, nil
		}
	}
	x, y := shared(a, b)
	if len(x) < 2 {
		return -1, nil
	}
	r, err := stats.PairedT(x, y)
	if err != nil {
		return -1, err
	}
	f.of[[2]*Cell{a, b}] = len(f.tests)
	f.tests, f.p = append(f.tests, &r), append(f.p, r.P)
	return len(f.tests) - 1, nil
}

// shared returns the values of a and b on the seeds that both have.
func shared(a, b *Cell) (x, y []float64) {
	for i, j := 0, 0; i < len(a.Seeds) && j < len(b.Seeds); {
		switch {
		case a.Seeds[i] < b.Seeds[j]:
			i++
		case a.Seeds[i] > b.Seeds[j]:
			j++
		default:
			x, y = append(x, a.Values[i]), append(y, b.Values[j])
			i, j = i+1, j+1
		}
	}
	return x, y
}

// compare tests the cells of each contest against its reference, and against
// its best where bold cells need that, then corrects all the p-values of the
// table together and sets Compare and Bold.
func compare(t *Table) (verdict, error) {
	var v verdict
	f := &family{of: map[[2]*Cell]int{}}
	type link struct {
		cell, ref *Cell
		name      string // of ref, where it belongs into Compare
		test      int
		tie       bool // decides whether cell is as good as the best
	}
	var links []link
	all := contests(t)
	for _, k := range all {
		best, ref := k.best(), -1
		switch t.Spec.Against {
		case none:
		case boldBest:
			ref = best
		default:
			ref = k.index(t.Spec.Against)
		}
		// The reference comes first, so that its tests are of cell minus reference;
		// for a tie the direction does not matter.
		for _, target := range []int{ref, best} {
			show, tie := target == ref, target == best && t.Spec.Bold == boldTied
			if target < 0 || !show && !tie {
				continue
			}
			for i, c := range k.cells {
				if i == target {
					continue
				}
				n, err := f.test(c, k.cells[target])
				if err != nil {
					return v, err
				}
				if n < 0 {
					if show {
						v.untested++
					}
					continue
				}
				l := link{cell: c, ref: k.cells[target], test: n, tie: tie}
				if show {
					l.name = k.names[target]
				}
				links = append(links, l)
			}
			if ref == best {
				break
			}
		}
	}
	adjusted := f.p
	if t.Spec.Correct == holm && len(f.p) > 0 {
		var err error
		if adjusted, err = stats.Holm(f.p); err != nil {
			return v, err
		}
	}
	for _, l := range links {
		r := f.tests[l.test]
		if l.name != "" {
			l.cell.Compare = &Compared{
				Against: l.name, Pairs: r.N, Diff: r.Diff, DiffCI95: r.CI95, P: r.P, PAdjusted: adjusted[l.test],
			}
		}
		if l.tie {
			// The best itself is bold only where something was tested against it.
			l.ref.Bold = true
			l.cell.Bold = adjusted[l.test] >= alpha
		}
	}
	for _, k := range all {
		v.lone = v.lone || k.passedOver()
		for _, c := range k.cells {
			if t.Spec.Bold == boldBest && len(k.cells) > 1 {
				best := k.cells[k.best()]
				c.Bold = *c.Mean == *best.Mean && (c.N > 1) == (best.N > 1)
			}
			if c.Bold {
				v.bold++
			}
		}
	}
	v.tests = len(f.tests)
	for _, r := range f.tests {
		if r.Constant && r.Diff != 0 {
			v.constant++
		}
	}
	return v, nil
}
