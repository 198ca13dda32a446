package table

import (
	"github.com/assaylab/assay/framework/internal/stats"
)

// Planned is what a comparison in a table to come will be able to show.
type Planned struct {
	A, B       string // methods
	Dataset    string // or the label of the column
	Metric     string
	SE         float64 // of their difference
	DF         float64
	Detectable float64 // true difference found with a power of 80 % at the first step of its family
	Seeds      int     // as planned
	Cases      int
}

// PlanPower tells, from earlier observations with numbers per case, which
// differences a table with so many seeds per stochastic method and so many test
// cases will show. cases 0 stands for as many as there were. Pairs without records
// to go by are left out; where none is left, what is needed is an assumption:
// stats.PlannedPower takes one.
func PlanPower(spec Spec, obs []Observation, seeds, cases int) ([]Planned, error) {
	t, err := Build(spec, obs)
	if err != nil {
		return nil, err
	}
	spec = t.Spec
	g, err := gather(spec, obs)
	if err != nil {
		return nil, err
	}
	of := map[*Cell]evidence{}
	for i := range t.Cells {
		c := &t.Cells[i]
		h := g.heaps[place{c.Row, c.Col, c.Metric}]
		runs, _ := h.split()
		of[c] = read(h, runs)
	}
	var out []Planned
	for _, k := range contests(t, of) {
		all := k.rivals()
		for _, p := range stats.Pairs(len(all)) {
			a, b := all[p[0]], all[p[1]]
			if a.untested != "" || b.untested != "" || len(a.folds) > 0 || a.parts.M != b.parts.M {
				continue
			}
			if spec.Against != best && a.name != spec.Against && b.name != spec.Against {
				continue
			}
			d := stats.Design{Cases: cases, Methods: len(all)}
			if cases == 0 {
				d.Cases = a.parts.M
			}
			for i, e := range []*entry{a, b} {
				if e.parts.Stochastic() {
					d.Seeds[i] = seeds
				}
			}
			if spec.Against != best {
				d.Methods = 2 // one comparison per method; Holm's first step
				d.Comparisons = len(all) - 1
			}
			se, df, detectable := stats.PlannedPower(d, stats.SpreadOf(a.parts, b.parts))
			if se > 0 && df > 0 {
				out = append(out, Planned{a.name, b.name, k.other, k.metric, se, df, detectable, seeds, d.Cases})
			}
		}
	}
	return out, nil
}
