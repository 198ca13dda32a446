package table

import (
	"fmt"
	"slices"
	"strings"
)

// trialAt is a successful trial and where its values would stand.
type trialAt struct {
	Observation
	has map[string]bool // metrics of the table that it has
}

// lacking counts successful trials without a metric of the table. A method that
// the table expects has its row all the same; of another, which may never report
// such a metric, a sentence says that it does not.
func (g *gathered) lacking(obs []Observation, rows, cols *order) {
	type key struct{ trial, method, variant, dataset string }
	var order []*trialAt
	trials := map[key]*trialAt{}
	var last key
	var t *trialAt
	for _, o := range obs {
		if o.Failed || !g.inScope(o) {
			continue
		}
		if k := (key{o.Trial, o.Method, o.Variant, o.Dataset}); t == nil || k != last { // a trial's metrics stand together
			if last, t = k, trials[k]; t == nil {
				t = &trialAt{o, map[string]bool{}}
				trials[k] = t
				order = append(order, t)
			}
		}
		if o.Split == g.spec.Split && slices.Contains(g.metrics, o.Metric) {
			t.has[o.Metric] = true
		}
	}
	without := map[[2]string]int{} // row (or column) label and metric, to trials
	var labels [][2]string
	for _, t := range order {
		for _, m := range g.metrics {
			at := place{label(g.spec.Rows, t.Observation, m), label(g.spec.Cols, t.Observation, m), m}
			if h := g.heaps[at]; t.has[m] {
				continue
			} else if h != nil {
				if !h.spoiled[runOf(t.Observation)] {
					h.missing++
				}
				continue
			}
			k := [2]string{t.Method, m}
			if without[k]++; without[k] == 1 {
				labels = append(labels, k)
			}
			if g.expects(t.Method) {
				rows.see(at.row, t.Observation, m)
				cols.see(at.col, t.Observation, m)
			}
		}
	}
	byMethod := map[string]bool{} // methods with some value in the table
	for _, h := range g.heaps {
		byMethod[h.first.Method] = true
	}
	for _, k := range labels {
		probed := slices.Contains(g.spec.Expect, k[0]) && strings.HasPrefix(k[1], "probe/")
		if probed || !byMethod[k[0]] { // beside other values of its row, a "-" says it
			g.absent = append(g.absent, fmt.Sprintf("%s has no %s on %s in %s", k[0], k[1], g.spec.Split, plural(without[k], "successful trial", "successful trials")))
		}
	}
}

// expects reports whether the table would show a method, values or not.
func (g *gathered) expects(method string) bool {
	return slices.Contains(g.spec.Methods, method) || slices.Contains(g.spec.Expect, method)
}

// unseen gives methods without any record a row (or column) that says so.
func (g *gathered) unseen(obs []Observation, rows, cols *order) {
	var axis *order
	switch {
	case g.spec.Rows == axisMethod || g.spec.Rows == axisVariant:
		axis = rows
	case g.spec.Cols == axisMethod || g.spec.Cols == axisVariant:
		axis = cols
	default:
		return
	}
	seen := map[string]bool{}
	for _, o := range obs {
		seen[o.Method] = seen[o.Method] || len(g.spec.Methods) == 0 || g.inScope(o)
	}
	expected := g.spec.Methods
	if len(expected) == 0 {
		expected = g.spec.Expect
	}
	var names []string
	for _, m := range expected {
		if !seen[m] {
			axis.see(m, Observation{Method: m}, "")
			names = append(names, m)
		}
	}
	if len(names) > 0 {
		g.absent = append(g.absent, "No record of "+strings.Join(names, ", "))
	}
}
