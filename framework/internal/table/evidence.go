package table

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// evidence is what a cell's trials say beyond their values, in order of its values.
type evidence struct {
	kind     metric.Kind
	unit     string
	samples  []float64
	ids      []int64
	z        [][]float64 // of each trial; nil: no numbers per case
	each     []*Cases
	draws    bool
	folds    []Fold
	runs     []run
	seedless bool
	lag1     *float64
	problem  string // why there are no numbers per case
}

// read collects the numbers per case of a heap's trials with a value.
func read(h *heap, runs []run) evidence {
	e := evidence{runs: runs, seedless: len(runs) > 0}
	for _, r := range runs { // of every trial, whatever its cases are
		o := h.runs[r]
		e.seedless = e.seedless && o.Seedless
		if o.Fold != nil {
			e.folds = append(e.folds, *o.Fold)
		}
	}
	for k, r := range runs {
		o := h.runs[r]
		c := o.Cases
		if c == nil {
			e.problem, e.z = unrecorded, nil
			return e
		}
		if c.Problem != "" {
			e.problem, e.z = c.Problem, nil
			return e
		}
		z := c.Z
		if len(c.Draws) > 0 {
			z = c.Draws
		}
		if fact := wrong(*c, o.Value); fact != "" {
			e.problem, e.z = fact, nil
			return e
		}
		if k == 0 {
			e.kind, e.unit, e.samples, e.ids, e.draws, e.lag1 = c.Kind, c.Unit, c.Samples, c.IDs, len(c.Draws) > 0, c.Lag1
		} else if o.Fold == nil && !sameCases(e, *c) {
			e.problem, e.z = "its seeds have different test cases", nil
			return e
		}
		e.z, e.each = append(e.z, z), append(e.each, c)
	}
	return e
}

// wrong says what is wrong with numbers per case: they are from outside.
func wrong(c Cases, value float64) string {
	z := c.Z
	if len(c.Draws) > 0 {
		z = c.Draws
	}
	if len(z) < 2 {
		return "there are fewer than 2 test cases"
	}
	for _, v := range z {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "its numbers per case are not finite"
		}
	}
	m := len(c.Z)
	if len(c.Draws) > 0 {
		if m = c.Number; m < 2 {
			return "its draws are from fewer than 2 test cases"
		}
	}
	if c.Samples != nil && len(c.Samples) != m || c.IDs != nil && len(c.IDs) != m {
		return "its numbers per case do not fit its cases"
	}
	for _, w := range c.Samples {
		if !(w > 0) || math.IsInf(w, 0) {
			return "a test case has no samples"
		}
	}
	// Their mean is the metric, to 1e-12 of the largest.
	var size float64
	for _, v := range z {
		size = max(size, math.Abs(v))
	}
	if len(c.Draws) == 0 && math.Abs(stats.Mean(z)-value) > 1e-9*max(size, math.Abs(value)) {
		return "the mean of its numbers per case is not the metric"
	}
	return ""
}

func sameCases(e evidence, c Cases) bool {
	return slices.Equal(e.ids, c.IDs) && slices.Equal(e.samples, c.Samples) && e.kind == c.Kind &&
		(len(c.Draws) > 0) == e.draws && len(e.z[0]) == max(len(c.Z), len(c.Draws))
}

// cases is the number of test cases.
func (e evidence) cases() int {
	if len(e.z) == 0 {
		return 0
	}
	if e.draws {
		return e.each[0].Number
	}
	return len(e.z[0])
}

// parts takes a cell on one split apart; unit is the column's.
func (e evidence) parts(values []float64, unit float64) (stats.Parts, error) {
	z := e.z
	v := values
	if e.seedless && len(z) > 1 { // one trial stands for all seeds
		z, v = z[:1], values[:1]
	}
	if e.draws {
		return stats.Drawn(z, v, e.cases(), unit)
	}
	return stats.Crossed(z, v, e.samples, unit)
}

// trainings are the folds of a cell, the seeds within each averaged first. With
// numbers per case or without.
func (e evidence) trainings(values []float64) []stats.Fold {
	var out []stats.Fold
	at := map[run]int{}
	seeds := map[run][]float64{}
	rows := map[run][][]float64{}
	for k, r := range e.runs {
		key := run{repeat: r.repeat, index: r.index}
		if _, ok := at[key]; !ok {
			at[key] = len(out)
			f := stats.Fold{Test: e.folds[k].Test, Train: e.folds[k].Train}
			if len(e.z) > 0 {
				f.IDs, f.Samples = e.each[k].IDs, e.each[k].Samples
				if f.IDs == nil && r.repeat == 0 { // folds of one repeat test other cases
					for j := range e.z[k] {
						f.IDs = append(f.IDs, int64(r.index)<<32+int64(j))
					}
				}
			}
			out = append(out, f)
		}
		seeds[key] = append(seeds[key], values[k])
		if len(e.z) > 0 {
			rows[key] = append(rows[key], e.z[k])
		}
	}
	for key, i := range at {
		out[i].Value = stats.Mean(seeds[key])
		out[i].Z = meanRows(rows[key])
	}
	return out
}

// meanRows averages numbers per case over seeds; nil where their cases differ.
func meanRows(rows [][]float64) []float64 {
	if len(rows) == 0 {
		return nil
	}
	out := make([]float64, len(rows[0]))
	column := make([]float64, len(rows))
	for j := range out {
		for i := range rows {
			if len(rows[i]) != len(out) {
				return nil
			}
			column[i] = rows[i][j]
		}
		out[j] = stats.Mean(column)
	}
	return out
}
