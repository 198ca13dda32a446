package model

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// topCounts draws the k largest of n independent Bin(sources, p), in descending
// order (all of them where n ≤ k). Going down from the highest count c, the number
// of neurons that have exactly c, given that none of those left has more, is
// Bin(left, P(X = c | X ≤ c)). Counts whose expected number is below 1e-18 in all
// are passed over.
func topCounts(rng *rand.Rand, n, sources int, p float64, k int) []int {
	out := make([]int, 0, k)
	if n <= 0 || sources == 0 {
		return out
	}
	mass := make([]float64, sources+1)
	for c := range mass {
		mass[c] = math.Exp(logBinomial(sources, c, p))
	}
	c, tail := sources, 0.0
	for c > 0 && float64(n)*(tail+mass[c]) < 1e-18 {
		tail += mass[c]
		c--
	}
	below := 1 - tail // P(X ≤ c)
	for left := n; left > 0 && len(out) < k && c >= 0; c-- {
		q := 1.0
		if c > 0 && below > 0 {
			q = math.Min(1, mass[c]/below)
		}
		m := int(distuv.Binomial{N: float64(left), P: q, Src: rng}.Rand())
		left -= m
		for range min(m, k-len(out)) {
			out = append(out, c)
		}
		below -= mass[c]
	}
	return out
}
