package table

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/metric"
)

// ordered returns the values by which methods are ranked within groups: smaller is
// better, and a method that failed in a group is worse than all others there.
func ordered(x [][]float64, lost [][]bool, goal metric.Goal) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		var worst, size float64
		for j, v := range x[i] {
			if goal == metric.Max {
				v = -v
			}
			out[i] = append(out[i], v)
			if j == 0 || v > worst {
				worst = v
			}
			size = max(size, math.Abs(v))
		}
		for j := range out[i] {
			if lost[i][j] {
				out[i][j] = worst + max(size, 1)
			}
		}
	}
	return out
}

// matrix fills Methods and returns x[group][method]: methods with a value on every
// dataset, and by "failures: worst" those that failed on some, with the worst value
// of that dataset; lost says where they did.
func (a *Across) matrix(t *Table, labels []string, datasets []*contest, gr grouping) (x [][]float64, lost [][]bool) {
	value, gone := map[string][]float64{}, map[string][]bool{}
	for _, name := range labels {
		values, failed, complete, own := make([]float64, len(datasets)), make([]bool, len(datasets)), true, false
		times := 0
		for d, k := range datasets {
			i := k.index(name)
			switch {
			case i >= 0:
				values[d], own = *k.rivals()[i].Mean, true
			case t.failed(name, k) && t.Spec.Failures == failuresWorst:
				values[d], failed[d] = k.worst(), true
				times++
			default:
				complete = false
			}
		}
		switch {
		case complete && own:
			a.Methods = append(a.Methods, name)
			value[name], gone[name] = values, failed
			if times > 0 {
				a.Worst = append(a.Worst, Lost{name, times})
			}
		case own || t.anyFailed(name, datasets):
			a.Left = append(a.Left, name)
		}
	}
	x, lost = make([][]float64, len(gr.groups)), make([][]bool, len(gr.groups))
	for i := range x {
		for _, name := range a.Methods {
			x[i] = append(x[i], gr.mean(i, func(d int) float64 { return value[name][d] }))
			lost[i] = append(lost[i], slices.ContainsFunc(slices.Concat(gr.at[i]...), func(d int) bool { return gone[name][d] }))
		}
	}
	return x, lost
}

// failed reports whether a rival has failures and no value in a contest.
func (t *Table) failed(name string, k *contest) bool {
	_, rows := t.Spec.rivals(t)
	return slices.ContainsFunc(t.Cells, func(c Cell) bool {
		rival, other := c.Row, c.Col
		if !rows {
			rival, other = c.Col, c.Row
		}
		return rival == name && other == k.other && c.Metric == k.metric && c.N == 0 && c.Failed > 0 && !c.Chance
	})
}

func (t *Table) anyFailed(name string, datasets []*contest) bool {
	return slices.ContainsFunc(datasets, func(k *contest) bool { return t.failed(name, k) })
}

func (k *contest) worst() float64 {
	all := k.rivals()
	w := *all[0].Mean
	for _, e := range all {
		if k.goal.Better(w, *e.Mean) {
			w = *e.Mean
		}
	}
	return w
}
