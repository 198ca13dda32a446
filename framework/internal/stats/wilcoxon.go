package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// exactUpTo is the largest number of non-zero differences for which Wilcoxon
// counts all sign patterns; 2⁵⁰ of them are still exact in a float64.
const exactUpTo = 50

// SignedRank is the outcome of [Wilcoxon].
type SignedRank struct {
	N     int     // non-zero differences
	Zeros int     // differences that are 0 but for rounding, left out
	W     float64 // the smaller of the rank sums of positive and of negative differences
	P     float64 // two-sided
	Exact bool    // counted rather than approximated by the normal distribution
}

// Wilcoxon is the signed-rank test of whether a[i]−b[i] is symmetric about zero,
// two-sided. Differences that are 0 but for rounding are left out before ranking (Wilcoxon's own
// rule). Tied differences share the mean of their ranks. Up to 50 non-zero
// differences the p-value is exact, ties or not: it is the share of the 2ⁿ sign
// patterns of these very ranks that are at least as extreme. Beyond that it is
// the normal approximation with the variance corrected for ties and without
// continuity correction. If every difference is 0, P is 1.
func Wilcoxon(a, b []float64) (SignedRank, error) {
	if len(a) != len(b) {
		return SignedRank{}, fmt.Errorf("pairs need two samples of one length, got %d and %d values", len(a), len(b))
	}
	for _, x := range [][]float64{a, b} {
		if err := finite(x); err != nil {
			return SignedRank{}, err
		}
	}
	if len(a) == 0 {
		return SignedRank{}, errors.New("there are no pairs to test")
	}
	var size, d []float64
	for i := range a {
		if !Tied(a[i], b[i]) {
			v := a[i]/2 - b[i]/2 // halves cannot overflow, and rank as wholes do
			d, size = append(d, v), append(size, math.Abs(v))
		}
	}
	n := len(d)
	out := SignedRank{N: n, Zeros: len(a) - n, P: 1, Exact: n <= exactUpTo}
	if n == 0 {
		return out, nil
	}
	r, ties := ranks(size)
	var plus, minus float64
	for i, v := range d {
		if v > 0 {
			plus += r[i]
		} else {
			minus += r[i]
		}
	}
	out.W = min(plus, minus)
	if out.Exact {
		out.P = min(1, 2*shareAtMost(r, out.W))
		return out, nil
	}
	m := float64(n)
	mu, variance := m*(m+1)/4, m*(m+1)*(2*m+1)/24-ties/48
	out.P = 2 * distuv.UnitNormal.Survival((mu-out.W)/math.Sqrt(variance))
	return out, nil
}

// shareAtMost returns the probability that the ranks r, each taken with
// probability 1/2, sum to w or less. Mid-ranks are multiples of 1/2, so their
// doubles are counted: ways[s] is the number of subsets with doubled sum s.
func shareAtMost(r []float64, w float64) float64 {
	ways := make([]float64, len(r)*(len(r)+1)+1) // Σ 2r = n(n+1)
	ways[0] = 1
	top := 0
	for _, v := range r {
		step := int(2 * v)
		top += step
		for s := top; s >= step; s-- {
			ways[s] += ways[s-step]
		}
	}
	var sum float64
	for s := 0; s <= int(2*w); s++ {
		sum += ways[s]
	}
	return math.Ldexp(sum, -len(r))
}
