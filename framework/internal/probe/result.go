package probe

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// A Result is what a probe says of the parts it was given.
type Result struct {
	Values []metric.Value
	// Cases are the numbers per case of each part, by the names of Values: one for
	// each case of the part's recording, whose plain mean is the value. A metric that
	// a part without one of its cases does not define has none.
	Cases map[data.Split]metric.Cases
	// Arrays of each part, for figures: "confusion" [classes x classes], the number of
	// samples that have the class of the row and were given that of the column.
	Arrays map[data.Split]map[string]data.Array
	// Notes are sentences on how the parts were read, for people.
	Notes []string
}

func (r *Result) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// put adds a metric of a part and its numbers per case, which may be nil.
func (r *Result) put(name string, split data.Split, value float64, z []float64) {
	r.putFor(metric.Max, name, split, value, z)
}

func (r *Result) putFor(goal metric.Goal, name string, split data.Split, value float64, z []float64) {
	r.Values = append(r.Values, metric.Value{Name: name, Split: string(split), Goal: goal, Value: value})
	if z == nil {
		return
	}
	if r.Cases == nil {
		r.Cases = map[data.Split]metric.Cases{}
	}
	if r.Cases[split] == nil {
		r.Cases[split] = metric.Cases{}
	}
	r.Cases[split][name] = z
}

// counted says to which case each sample of a part belongs: to those of the whole
// part, also where a probe reads only some of its samples.
type counted struct {
	of []int // [samples]; nil where there are no cases
	n  int
}

// count numbers the cases of the parts, before any sample is left out.
func (p Parts) count() Parts {
	out := make(Parts, len(p))
	for s, part := range p {
		part.cases.of, part.cases.n = part.Recording.Cases()
		out[s] = part
	}
	return out
}

// take is the cases of some samples.
func (c counted) take(rows []int) counted {
	if c.of == nil {
		return c
	}
	out := counted{make([]int, len(rows)), c.n}
	for i, r := range rows {
		out.of[i] = c.of[r]
	}
	return out
}

// mean is the numbers per case of a value that is the mean of a score per sample.
func (c counted) mean(value float64, score []float64) []float64 {
	if c.n == 0 {
		return nil
	}
	theta, z := metric.OverSamples(score, c.of, c.n)
	for j := range z {
		z[j] += value - theta // which may have been rounded otherwise
	}
	return z
}

// without is the numbers per case of any other value; see [metric.Jackknife].
func (c counted) without(value float64, without func(j int) float64) []float64 {
	return metric.Jackknife(value, c.n, without)
}
