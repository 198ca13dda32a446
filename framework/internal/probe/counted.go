package probe

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// counted says to which case each sample of a part belongs: to those of the whole
// part, also where a probe reads only some of its samples.
type counted struct {
	of     []int // [samples]; nil where there are no cases
	n      int
	blocks bool // cases are stretches of one recording, not trials
}

// numbers are what there is of a metric case by case.
type numbers struct {
	z       []float64
	lag1    *float64 // of the scores of samples, where cases are blocks
	problem string   // why there are none
}

// count numbers the cases of the parts, before any sample is left out.
func (p Parts) count() Parts {
	out := make(Parts, len(p))
	for s, part := range p {
		c := &part.cases
		c.of, c.n = part.Recording.Cases()
		trial := part.Recording.Trial
		c.blocks = c.n > 0 && !slices.ContainsFunc(trial, func(t int32) bool { return t != trial[0] })
		out[s] = part
	}
	return out
}

// take is the cases of some samples.
func (c counted) take(rows []int) counted {
	if c.of != nil {
		c.of = pick(c.of, rows)
	}
	return c
}

// mean is the numbers per case of a value that is the mean of a score per sample.
func (c counted) mean(value float64, score []float64) (out numbers) {
	if c.n == 0 {
		return numbers{}
	}
	theta, z := metric.OverSamples(score, c.of, c.n)
	for j := range z {
		z[j] += value - theta // which may have been rounded otherwise
	}
	return c.lagged(numbers{z: z}, score)
}

// without is the numbers per case of any other value, whose samples have scores too;
// see [metric.Jackknife].
func (c counted) without(value float64, score []float64, without func(j int) float64) numbers {
	if c.n == 0 {
		return numbers{}
	}
	z := metric.Jackknife(value, c.n, without)
	if z == nil {
		return numbers{problem: "what is left without one of the cases does not define it"}
	}
	return c.lagged(numbers{z: z}, score)
}

func (c counted) lagged(n numbers, score []float64) numbers {
	if c.blocks {
		r := stats.Lag1(score)
		n.lag1 = &r
	}
	return n
}
