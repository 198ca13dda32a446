package study

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// observe turns a trial into what a table counts. A table shows ablations and
// unselected configurations only if it has an axis that tells them apart.
func observe(out []table.Observation, row Row, sel *sweep.Select, of selections, spec table.Spec) []table.Observation {
	if !counts(row.Role, spec) {
		return out
	}
	o := table.Observation{Method: row.MethodID, Variant: row.Variant, Dataset: row.Dataset, Seed: row.Spec.Seed, Settings: row.Spec.Settings, Trial: row.Key,
		Fold: foldOf(row), Origin: originOf(row), Seedless: row.Seedless, Environment: row.Provenance.Packages}
	if row.Role == Chosen {
		o.Variant = "" // the selected settings stand for the method
		o.Selected = of[placeOf(row)]
	}
	if s := row.Provenance.Sees; s != nil {
		o.Sees = &table.Sees{Before: int(s.Before), After: int(s.After), Labels: s.Labels}
	}
	if row.Status != trial.Succeeded {
		o.Failed = true
		return append(out, o)
	}
	for _, m := range row.Metrics {
		v := o
		v.Metric, v.Split, v.Goal, v.Value = m.Name, m.Split, m.Goal, m.Value
		v.Tuning = row.Role == Chosen && sel != nil && sel.Split == m.Split // every score on the split that selected
		v.Cases = casesOf(row.Cases, m)
		out = append(out, v)
	}
	return out
}

// casesOf are the numbers per case of a metric; nil where there are none.
func casesOf(all []trial.Cases, m metric.Value) *table.Cases {
	for _, c := range all {
		if c.Split != m.Split {
			continue
		}
		if problem, ok := c.Problems[m.Name]; ok {
			return &table.Cases{Problem: problem}
		}
		z, ok := c.Values[m.Name]
		if !ok {
			continue
		}
		out := &table.Cases{Kind: metric.KindOf(m.Name), Unit: c.Unit, Z: z, IDs: c.IDs}
		if len(c.Sizes) > 0 {
			out.Samples = make([]float64, len(c.Sizes))
			for j, n := range c.Sizes {
				out.Samples[j] = float64(n)
			}
		}
		if r, ok := c.Lag1[m.Name]; ok {
			out.Lag1 = &r
		}
		return out
	}
	return nil
}

// place is a method on a dataset, by the sweep's names. In each fold settings are
// selected anew; where a seed divides the data, for all seeds together.
type place struct{ method, dataset, fold string }

func placeOf(row Row) place {
	at := place{row.MethodID, row.Dataset, row.Fold}
	if row.Provenance.Recipe.Redivided() {
		at.fold = ""
	}
	return at
}

// selections tell how the settings of each place were chosen.
type selections map[place]*table.Selected

// selections are those that the ledger has made.
func (l *Ledger) selections() selections {
	out := selections{}
	sw := l.study.Sweep
	for _, c := range l.cells {
		if c.chosen == nil {
			continue
		}
		s := selectedOf(sw, c.Method)
		s.Configurations = c.questions
		s.Failed, s.Pruned = c.lost()
		s.CPU = c.cpu()
		first := c.steps[0].points[0]
		at := place{first.Method, first.Dataset, first.fold()}
		if first.recipe.Redivided() {
			at.fold = ""
		}
		out[at] = s
	}
	return out
}

func selectedOf(sw *sweep.Sweep, m sweep.Method) *table.Selected {
	return &table.Selected{Metric: sw.Select.Metric, Split: sw.Select.Split, Searched: m.SearchedSettings()}
}

// tally makes selections of rows, as they go by: where a store is not at hand.
type tally struct {
	sweep  *sweep.Sweep
	found  selections
	values map[place]map[string]bool // by variant: whether a seed of it has a value
	pruned map[place]map[string]bool // variants that were not trained to the end
}

func newTally(sw *sweep.Sweep) *tally {
	return &tally{sw, selections{}, map[place]map[string]bool{}, map[place]map[string]bool{}}
}

func (t *tally) see(row Row) {
	if t.sweep.Select == nil || !slices.Contains([]string{Chosen, Searched, Pruned, Rung}, row.Role) {
		return
	}
	at := placeOf(row)
	s := t.found[at]
	if s == nil {
		s = &table.Selected{Metric: t.sweep.Select.Metric, Split: t.sweep.Select.Split}
		for _, m := range t.sweep.Methods {
			if m.ID == row.MethodID {
				s = selectedOf(t.sweep, m)
			}
		}
		t.found[at], t.values[at], t.pruned[at] = s, map[string]bool{}, map[string]bool{}
	}
	has := slices.ContainsFunc(row.Metrics, func(m metric.Value) bool {
		return m.Name == t.sweep.Select.Metric && m.Split == t.sweep.Select.Split
	})
	t.values[at][row.Variant] = t.values[at][row.Variant] || has
	if t.sweep.Budget.Any() && (row.Role != Chosen || t.sweep.Search.Seeds == nil) {
		s.CPU += row.Provenance.CPUSec
	}
	if row.Role == Pruned {
		t.pruned[at][row.Variant] = true
	}
	s.Configurations, s.Failed, s.Pruned = len(t.values[at]), 0, 0
	for variant, has := range t.values[at] {
		switch {
		case !has:
			s.Failed++
		case t.pruned[at][variant]:
			s.Pruned++
		}
	}
}
