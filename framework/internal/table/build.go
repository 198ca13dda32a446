package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
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
	t := &Table{Schema: schema, Name: spec.Name, Rows: g.rows, Cols: g.cols, Spec: spec, Selection: selection(g), Settings: []map[string]any{}}
	var all []evidence
	known := map[string]int{} // settings as JSON to their place
	for _, row := range g.rows {
		for _, col := range g.cols {
			for _, m := range g.metrics {
				h := g.heaps[place{row, col, m}]
				if h == nil {
					continue
				}
				c, e, err := g.cell(place{row, col, m}, h)
				if err != nil {
					return nil, err
				}
				c.Settings = t.settings(h, known)
				t.Cells, all = append(t.Cells, c), append(all, e)
			}
		}
	}
	of := map[*Cell]evidence{}
	for i := range t.Cells { // once they stay where they are
		of[&t.Cells[i]] = all[i]
	}
	if named := spec.Against; named != best && named != none {
		if rivals, _ := spec.rivals(t); !slices.Contains(rivals, named) {
			return nil, data.Problem{Path: "against", Fact: fmt.Sprintf("the table compares no %q", named), Hint: setting.Suggest(named, rivals)}
		}
	}
	v, err := compare(t, of)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", spec.Name, err)
	}
	if t.Across, err = across(t, g, v); err != nil {
		return nil, fmt.Errorf("table %q: %w", spec.Name, err)
	}
	t.caption(g, v, of)
	return t, nil
}

// cell summarizes the values of one place in order of their seeds.
func (g *gathered) cell(at place, h *heap) (Cell, evidence, error) {
	c := Cell{
		Row: at.row, Col: at.col, Metric: at.metric, Split: g.spec.Split,
		Failed: h.failed, Missing: h.missing, Goal: g.goals[at.metric], Chance: h.first.Chance, Retrained: h.first.Retrained,
		Values: []float64{}, Seeds: []uint64{}, Trials: []string{}, // [] in JSON, never null
	}
	if c.Goal == "" {
		c.Goal = metric.None
	}
	runs, failed := h.split()
	for _, r := range runs {
		o := h.runs[r]
		c.Values, c.Seeds, c.Trials = append(c.Values, o.Value), append(c.Seeds, r.seed), append(c.Trials, o.Trial)
	}
	for _, r := range failed {
		f := Failure{Seed: r.seed, Trial: h.runs[r].Trial}
		if h.runs[r].Fold != nil {
			f.Fold = r.fold()
		}
		c.Failures = append(c.Failures, f)
	}
	e := read(h, runs)
	if c.N = len(c.Values); c.N == 0 {
		return c, e, nil
	}
	s, err := stats.Summarize(c.Values)
	if err != nil {
		return c, e, fmt.Errorf("row %q, column %q: %w", at.row, at.col, err)
	}
	c.Mean, c.P95 = &s.Mean, h.percentile(runs, c.Values, c.Goal)
	if c.N > 1 && !math.IsInf(s.Std, 0) {
		c.Std = &s.Std
	}
	if g.spec.Stat == statMedian {
		c.Median = &s.Median
		if c.N > 1 {
			c.Q1, c.Q3 = &s.Q1, &s.Q3
		}
	}
	if err := e.estimate(&c); err != nil {
		return c, e, fmt.Errorf("row %q, column %q: %w", at.row, at.col, err)
	}
	return c, e, nil
}

// settings finds or adds those of a heap's trials, values first, in the table's list.
func (t *Table) settings(h *heap, known map[string]int) []int {
	var out []int
	runs, failed := h.split()
	for _, r := range append(runs, failed...) {
		s := h.runs[r].Settings
		if len(s) == 0 {
			s = map[string]any{}
		}
		text, err := json.Marshal(s) // keys are sorted
		if err != nil {
			text, s = nil, map[string]any{} // what JSON cannot hold was never a setting
		}
		at, ok := known[string(text)]
		if !ok {
			at = len(t.Settings)
			t.Settings, known[string(text)] = append(t.Settings, s), at
		}
		out = append(out, at)
	}
	if len(slices.Compact(slices.Clone(out))) == 1 {
		return out[:1]
	}
	return out
}
