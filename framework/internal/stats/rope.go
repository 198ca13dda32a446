package stats

import (
	"errors"
	"math/rand/v2"
	"slices"
)

// Practical is the outcome of [BayesSignedRank]: probabilities that sum to 1.
type Practical struct {
	Better, Equivalent, Worse float64
}

// BayesSignedRank is the Bayesian signed-rank test of differences d with a region
// of practical equivalence [−rope, rope] (Benavoli et al. 2017): weights of the
// differences and of one prior observation at 0 are drawn from a Dirichlet
// distribution with parameters 1, ..., 1, 1/2 for the prior, and each draw asks
// where most of Σ_i Σ_j w_i·w_j of (d_i + d_j)/2 lies. Positive is better.
func BayesSignedRank(d []float64, rope float64, draws int, seed uint64) (Practical, error) {
	if len(d) == 0 || draws < 1 || !(rope >= 0) {
		return Practical{}, errors.New("a signed-rank test needs differences, draws and a region that is not negative")
	}
	if err := finite(d); err != nil {
		return Practical{}, err
	}
	z := append([]float64{0}, d...)
	slices.Sort(z[1:])
	zero := 0 // the prior's place in order
	for zero+1 < len(z) && z[zero+1] < 0 {
		z[zero] = z[zero+1]
		zero++
	}
	z[zero] = 0
	n := len(z)
	above, below := make([]int, n), make([]int, n) // from which partner on the sum is above rope; up to which below −rope
	for i := range z {
		above[i] = firstWhere(n, func(j int) bool { return z[i]/2+z[j]/2 > rope })
		below[i] = firstWhere(n, func(j int) bool { return z[i]/2+z[j]/2 >= -rope })
	}
	r := rand.New(rand.NewPCG(seed, 2017))
	w, cum := make([]float64, n), make([]float64, n+1)
	var out Practical
	for range draws {
		var total float64
		for i := range w {
			w[i] = r.ExpFloat64() // Gamma(1)
			if i == zero {
				x := r.NormFloat64()
				w[i] = x * x / 2 // Gamma(1/2)
			}
			total += w[i]
		}
		for i := range w {
			w[i] /= total
			cum[i+1] = cum[i] + w[i]
		}
		var better, worse float64
		for i := range w {
			better += w[i] * (cum[n] - cum[above[i]])
			worse += w[i] * cum[below[i]]
		}
		switch middle := 1 - better - worse; {
		case middle > better && middle > worse:
			out.Equivalent++
		case better > worse:
			out.Better++
		case worse > better:
			out.Worse++
		default: // a tie of both sides counts half for each
			out.Better += 0.5
			out.Worse += 0.5
		}
	}
	k := float64(draws)
	return Practical{out.Better / k, out.Equivalent / k, out.Worse / k}, nil
}

// firstWhere returns the first of 0 … n−1 for which ok holds, which must then hold
// for all after it; n if there is none.
func firstWhere(n int, ok func(int) bool) int {
	lo, hi := 0, n
	for lo < hi {
		if mid := (lo + hi) / 2; ok(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
