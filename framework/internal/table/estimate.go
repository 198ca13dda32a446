package table

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/internal/stats"
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
