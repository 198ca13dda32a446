package table

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// largest is the size beyond which a metric has a mean but no interval and no test:
// squares of its values are no numbers to whoever reads the file.
const largest = 1e150

// fewestCases and fewestSeeds are what a test needs at least: cases that count,
// and seeds of a method that they change.
const (
	fewestCases = 8
	fewestSeeds = 3
)

// unrecorded is why most records of the first edition have training seeds only.
const unrecorded = "no numbers per test case are recorded"

// Where the variance of a cell comes from.
const (
	overSeeds     = "seeds"
	overCases     = "cases"
	overBoth      = "seeds and cases"
	overTrainings = "trainings"
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
	e := evidence{runs: runs}
	for k, r := range runs {
		o := h.runs[r]
		if k == 0 {
			e.seedless = true
		}
		e.seedless = e.seedless && o.Seedless
		if o.Fold != nil {
			e.folds = append(e.folds, *o.Fold)
		}
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

// estimate sets a cell's interval from its evidence.
func (e evidence) estimate(c *Cell) error {
	c.Seedless = e.seedless
	c.Cases = e.cases()
	c.Unit = e.unit
	for _, v := range c.Values {
		if math.Abs(v) > largest {
			c.Note = fmt.Sprintf("beyond %g there is neither interval nor test", largest)
			return nil
		}
	}
	switch {
	case len(e.folds) > 0:
		return e.overTrainings(c)
	case len(e.z) > 0:
		return e.crossed(c)
	}
	c.Note = "training seeds only: " + e.problem
	if c.N < 2 {
		return nil
	}
	k, err := stats.OfMean(c.Values)
	if err != nil || k.SE == 0 { // the same value on every seed says nothing of its error
		return err
	}
	lo, hi := k.Interval()
	c.put(k, stats.Interval{Lo: lo, Hi: hi, Method: "t", Nu: k.Nu}, overSeeds)
	return nil
}

func (e evidence) crossed(c *Cell) error {
	p, err := e.parts(c.Values, stats.Unit(e.z...))
	if err != nil {
		return err
	}
	if c.Cases == 0 {
		c.Cases = p.M
	}
	k := p.Alone()
	k.Estimate = *c.Mean
	effective := p.Effective()
	if len(e.samples) > 0 {
		c.Effective = effective
	}
	samples := float64(c.Cases)
	if e.samples != nil {
		samples = 0
		for _, w := range e.samples {
			samples += w
		}
	}
	in, ok := stats.Of(e.kind, k, samples*float64(p.N), effective)
	switch {
	case effective < fewestCases:
		c.Note = fmt.Sprintf("too few test cases for an interval: %d", c.Cases)
		return nil
	case !ok:
		return nil
	}
	over := overBoth
	if !p.Stochastic() {
		over = overCases
	}
	c.put(k, in, over)
	return nil
}

func (e evidence) overTrainings(c *Cell) error {
	folds := e.trainings(c.Values)
	c.Trainings = len(folds)
	for _, r := range e.runs {
		c.Folds = append(c.Folds, r.fold())
	}
	values := make([]float64, len(folds))
	for j, f := range folds {
		values[j] = f.Value
	}
	mean := stats.Mean(values)
	c.Mean = &mean
	if len(folds) < stats.MeansFrom {
		c.Note = fmt.Sprintf("%d trainings on parts of the data: no interval under %d", len(folds), stats.MeansFrom)
		return nil
	}
	k, err := stats.OverFolds(folds)
	if err != nil {
		c.Note = "no interval: " + err.Error()
		return nil
	}
	if in, ok := stats.Of(e.kind, k, math.Inf(1), math.Inf(1)); ok && k.SE > 0 {
		c.put(k, in, overTrainings)
	}
	return nil
}

func (c *Cell) put(k stats.Contrast, in stats.Interval, over string) {
	se, half := k.SE, in.Hi/2-in.Lo/2
	c.SE, c.CI95 = &se, &half
	c.Interval = &Interval{Lo: in.Lo, Hi: in.Hi, Method: in.Method, Over: over, DF: in.Nu}
}
