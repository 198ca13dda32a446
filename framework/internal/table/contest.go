package table

import (
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// alpha is the level below which an adjusted p-value counts as a difference.
const alpha = 0.05

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
	entries       []*entry // those with a value
}

// entry is a cell in its contest.
type entry struct {
	*Cell
	name     string
	evidence evidence
	parts    stats.Parts
	folds    []stats.Fold
	untested string // why it is in no test; "" if it may be
}

// contests lists the comparisons that can be made at all. Chance rows stand at the
// end of theirs and compete with nobody.
func contests(t *Table, all map[*Cell]evidence) []*contest {
	labels, rows := t.Spec.rivals(t)
	if labels == nil {
		return nil
	}
	var out []*contest
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
			out = append(out, k)
		}
		k.entries = append(k.entries, &entry{Cell: c, name: name, evidence: all[c]})
	}
	for _, k := range out {
		slices.SortStableFunc(k.entries, func(a, b *entry) int { return order01(a.Chance) - order01(b.Chance) })
		k.prepare(t.Spec)
	}
	return out
}

func order01(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rivals are the entries that compete: all but chance.
func (k *contest) rivals() []*entry {
	return slices.DeleteFunc(slices.Clone(k.entries), func(e *entry) bool { return e.Chance })
}

// centre is what entries are ordered by: the mean, or the median in tables of medians.
func (e *entry) centre() float64 {
	if e.Median != nil {
		return *e.Median
	}
	return *e.Mean
}

// lone reports whether a cell has one value where there should be more: the
// survivor of failures, or a single seed of a method that its seed may change.
func (e *entry) lone() bool { return e.N < 2 && !e.Seedless }

// best returns the index among rivals of the best; of tied ones the first; -1 if
// there is none. A lone value is the best only among its like: the mean of few is
// easily a lucky one.
func (k *contest) best() int {
	all := k.rivals()
	if len(all) == 0 {
		return -1
	}
	b := 0
	for i, e := range all {
		if e.lone() != all[b].lone() {
			if !e.lone() {
				b = i
			}
		} else if k.goal.Better(e.centre(), all[b].centre()) && !stats.Tied(e.centre(), all[b].centre()) {
			b = i
		}
	}
	return b
}

// shared reports whether e is as good as the best but for rounding.
func (k *contest) shared(e, best *entry) bool {
	return stats.Tied(e.centre(), best.centre()) && e.lone() == best.lone()
}

// index returns the position of a name among rivals, or -1.
func (k *contest) index(name string) int {
	return slices.IndexFunc(k.rivals(), func(e *entry) bool { return e.name == name })
}

// prepare takes every entry apart on the column's scale and says who cannot be tested.
func (k *contest) prepare(s Spec) {
	unit := 1.0
	var all [][]float64
	for _, e := range k.entries {
		all = append(all, e.evidence.z...)
	}
	if len(all) > 0 {
		unit = stats.Unit(all...)
	}
	narrow := k.narrow()
	for _, e := range k.entries {
		e.untested = k.why(s, e, unit)
		if narrow {
			e.untested = "fewer than 10 independent stretches"
			if e.Interval != nil {
				e.Interval.Narrow = true
			}
		}
	}
}

// narrow reports whether blocks of a recording are too few independent stretches:
// the autocorrelation of 40 block means, averaged over the column's methods, is
// above its limit.
func (k *contest) narrow() bool {
	var lags []float64
	for _, e := range k.entries {
		if l := e.evidence.lag1; l != nil && !math.IsNaN(*l) {
			lags = append(lags, *l)
		}
	}
	return len(lags) > 0 && stats.Mean(lags) > stats.LagLimit
}

// why fills e's parts, or says why e is in no test.
func (k *contest) why(s Spec, e *entry, unit float64) string {
	switch {
	case !modest(e.Values):
		return "its values are too large"
	case len(e.evidence.folds) > 0:
		e.folds = e.evidence.trainings(e.Values)
	case len(e.evidence.z) == 0:
		return e.evidence.problem
	default:
		p, err := e.evidence.parts(e.Values, unit)
		if err != nil {
			return err.Error()
		}
		p.Estimate = *e.Mean
		e.parts = p
	}
	p := e.parts
	switch {
	case s.Stat == statMedian:
		return "no test of medians holds its level with seeds and cases"
	case len(e.evidence.folds) > 0 && len(e.folds) < stats.FoldsFrom:
		return "fewer than 5 trainings"
	case len(e.evidence.folds) > 0:
		return ""
	case p.Effective() < fewestCases:
		return "too few test cases"
	case e.N == 1 && !e.Seedless:
		return "one seed: this trained model"
	case p.Stochastic() && p.N < fewestSeeds:
		return "fewer than 3 seeds"
	}
	return ""
}

func modest(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.Abs(v) > largest })
}
