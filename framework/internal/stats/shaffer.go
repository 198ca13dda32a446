package stats

import (
	"fmt"
	"slices"
)

// Shaffer returns the p-values of all pairs of k means adjusted by his static
// steps (Shaffer 1986): p has k(k−1)/2 entries in any order, and
//
//	p̃₍ᵢ₎ = max over j ≤ i of min(1, t_j·p₍ⱼ₎)
//
// where t_j is the largest number of pairs that can be equal at a time and does not
// exceed N−j+1. Never larger than Holm's. It holds for differences of means, where
// a = b and b = c make a = c.
func Shaffer(p []float64, k int) ([]float64, error) {
	if n := k * (k - 1) / 2; len(p) != n {
		return nil, fmt.Errorf("%d p-values for the %d pairs of %d means", len(p), n, k)
	}
	return stepDown(p, ShafferSteps(k))
}

// ShafferSteps returns t_1 … t_N, by what the p-values of all pairs of k means are
// multiplied from the smallest on. t_1 = N.
func ShafferSteps(k int) []int {
	possible := equalPairs(k)
	steps := make([]int, k*(k-1)/2)
	for i := range steps {
		left := len(steps) - i
		at, found := slices.BinarySearch(possible, left)
		if !found {
			at--
		}
		steps[i] = max(1, possible[at])
	}
	return steps
}

// equalPairs lists, in order, how many of the pairs of k means can be equal: means
// fall into groups of equal ones, and a group of j has j(j−1)/2 pairs.
func equalPairs(k int) []int {
	sets := make([]map[int]bool, k+1)
	sets[0] = map[int]bool{0: true}
	for n := 1; n <= k; n++ {
		sets[n] = map[int]bool{}
		for j := 1; j <= n; j++ {
			for x := range sets[n-j] {
				sets[n][j*(j-1)/2+x] = true
			}
		}
	}
	out := make([]int, 0, len(sets[k]))
	for x := range sets[k] {
		out = append(out, x)
	}
	slices.Sort(out)
	return out
}

// stepDown multiplies the i-th smallest p by steps[i] and keeps the order.
func stepDown(p []float64, steps []int) ([]float64, error) {
	order, err := ascending(p)
	if err != nil {
		return nil, err
	}
	adjusted := make([]float64, len(p))
	largest := 0.0
	for i, k := range order {
		largest = max(largest, min(1, float64(steps[i])*p[k]))
		adjusted[k] = largest
	}
	return adjusted, nil
}

// ascending returns the order of p from the smallest on, equal ones as they stand.
func ascending(p []float64) ([]int, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("p-value %d of %d is %v; it must lie in [0, 1]", i+1, len(p), v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	return order, nil
}
