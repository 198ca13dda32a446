package stats

import (
	"errors"
	"slices"
)

// InterquartileMean returns the mean of x without its lowest and highest quarter,
// whole values only (Agarwal et al. 2021, rliable).
func InterquartileMean(x []float64) float64 {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	cut := len(sorted) / 4
	return Mean(sorted[cut : len(sorted)-cut])
}

// Improvement returns the probability that a run of a is better than a run of b,
// mean over tasks, ties counted half (Agarwal et al. 2021): a[task][run], larger is
// better.
func Improvement(a, b [][]float64) (float64, error) {
	if len(a) == 0 || len(a) != len(b) {
		return 0, errors.New("a probability of improvement needs both methods on the same tasks")
	}
	shares := make([]float64, len(a))
	for t := range a {
		if len(a[t]) == 0 || len(b[t]) == 0 {
			return 0, errors.New("a task without runs has no probability of improvement")
		}
		var wins float64
		for _, x := range a[t] {
			for _, y := range b[t] {
				switch {
				case x == y:
					wins += 0.5
				case x > y:
					wins++
				}
			}
		}
		shares[t] = wins / float64(len(a[t])*len(b[t]))
	}
	return Mean(shares), nil
}

// Profile returns, for each threshold, the share of runs above it, mean over all
// runs of all tasks: a performance profile (Agarwal et al. 2021).
func Profile(x [][]float64, thresholds []float64) []float64 {
	out := make([]float64, len(thresholds))
	n := 0
	for _, runs := range x {
		n += len(runs)
		for _, v := range runs {
			for i, t := range thresholds {
				if v > t {
					out[i]++
				}
			}
		}
	}
	for i := range out {
		out[i] /= float64(n)
	}
	return out
}
