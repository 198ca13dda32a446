package stats

import (
	"math"
	"slices"
)

// HodgesLehmann returns the pseudo-median of x: the median of the means of all
// pairs x_i, x_j with i ≤ j (Hodges and Lehmann 1963). x must not be empty.
func HodgesLehmann(x []float64) float64 {
	means := make([]float64, 0, len(x)*(len(x)+1)/2)
	for i := range x {
		for _, v := range x[i:] {
			means = append(means, x[i]/2+v/2)
		}
	}
	slices.Sort(means)
	n := len(means)
	if n%2 == 1 {
		return means[n/2]
	}
	a, b := means[n/2-1], means[n/2]
	if a == b {
		return a
	}
	if math.Abs(a) > 0x1p1000 {
		return a/2 + b/2
	}
	return a + (b-a)/2
}
