package table

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// Build makes the table that spec asks for. Observations of other metrics,
// splits, methods and datasets are passed over, so obs may be a whole sweep.
//
// Every error is a data.Problem or a join of them. Two trials of one seed in
// one cell are an error: the table lacks the axis that tells them apart.
func Build(spec Spec, obs []Observation) (*Table, error) {
	if problems := spec.Complete(); len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p
		}
		return nil, errors.Join(errs...)
	}
	g, err := gather(spec, obs)
	if err != nil {
		return nil, err
	}
	t := &Table{Name: spec.Name, Rows: g.rows, Cols: g.cols, Spec: spec}
	for _, row := range g.rows {
		for _, col := range g.cols {
			for _, m := range g.metrics {
				h := g.heaps[place{row, col, m}]
				if h == nil {
					continue
				}
				c, err := g.cell(place{row, col, m}, h)
				if err != nil {
					return nil, err
				}
				t.Cells = append(t.Cells, c)
			}
		}
	}
	if named := spec.Against; named != boldBest && named != none {
		if rivals, _ := spec.rivals(t); !slices.Contains(rivals, named) {
			return nil, data.Problem{Path: "against", Fact: fmt.Sprintf("the table compares no %q", named), Hint: setting.Suggest(named, rivals)}
		}
	}
	v, err := compare(t)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", spec.Name, err)
	}
	ranks, err := rankings(t)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", spec.Name, err)
	}
	t.Caption = caption(t, g, v, ranks)
	return t, nil
}

// cell summarizes the values of one place in order of their seeds.
func (g *gathered) cell(at place, h *heap) (Cell, error) {
	c := Cell{
		Row: at.row, Col: at.col, Metric: at.metric, Split: g.spec.Split,
		Failed: h.failed, Goal: g.goals[at.metric],
		Values: []float64{}, Seeds: []uint64{}, Trials: []string{}, // [] in JSON, never null
	}
	if c.Goal == "" {
		c.Goal = metric.None
	}
	for _, seed := range slices.Sorted(maps.Keys(h.seeds)) {
		if o := h.seeds[seed]; !o.Failed {
			c.Values = append(c.Values, o.Value)
			c.Seeds = append(c.Seeds, seed)
			c.Trials = append(c.Trials, o.Trial)
		}
	}
	if c.N = len(c.Values); c.N == 0 {
		return c, nil
	}
	s, err := stats.Summarize(c.Values)
	if err != nil {
		return c, fmt.Errorf("row %q, column %q: %w", at.row, at.col, err)
	}
	c.Mean = &s.Mean
	if c.N > 1 {
		c.Std, c.CI95 = &s.Std, &s.CI95
	}
	return c, nil
}
