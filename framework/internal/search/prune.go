package search

import (
	"fmt"
	"math"
	"slices"
)

// A Pruner says which configurations go on beyond a rung, from what they came to
// there and nothing else: values are in the order told, larger is better, NaN is
// none. More values at the end never turn a true into a false. last says that no
// more will come, after which somebody has to have gone on.
type Pruner interface {
	Promote(values []float64, last bool) []bool
}

// An Asha promotes the best 1/Factor of a rung (asynchronous successive halving,
// Li et al. 2020): the top ⌊n/Factor⌋ of the first n values, for every n.
type Asha struct {
	Factor float64 // η, above 1; 3 as a rule
}

// Promote implements [Pruner].
func (a Asha) Promote(values []float64, last bool) []bool {
	on := make([]bool, len(values))
	var best []int // those seen so far, the best first, the earlier of equals first
	for i, v := range values {
		at := len(values)
		if !math.IsNaN(v) {
			at, _ = slices.BinarySearchFunc(best, v, func(j int, v float64) int {
				if values[j] >= v {
					return -1
				}
				return 1
			})
			best = slices.Insert(best, at, i)
		}
		// One value changes the top by two at most: it may be in it, and it may
		// make room for the one below.
		top := min(int(float64(i+1)/a.Factor+1e-9), len(best))
		if at < top {
			on[i] = true
		}
		if top > 0 {
			on[best[top-1]] = true
		}
	}
	if last && len(best) > 0 && !slices.Contains(on, true) {
		on[best[0]] = true
	}
	return on
}

// A Median stops what is below the median of those before it at the same rung
// (Golovin et al. 2017). The first Start configurations of a rung go on whatever
// they come to.
type Median struct {
	Start int // 5 as a rule
}

// Promote implements [Pruner].
func (m Median) Promote(values []float64, last bool) []bool {
	on := make([]bool, len(values))
	var before []float64 // sorted
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		n := len(before)
		on[i] = n < m.Start || n == 0 || v >= (before[(n-1)/2]+before[n/2])/2
		at, _ := slices.BinarySearch(before, v)
		before = slices.Insert(before, at, v)
	}
	return on
}

// Rungs divides a budget: ascending, the last is the whole, and each is factor
// times the one before, down to the least. A whole budget, such as epochs, has
// whole rungs.
func Rungs(least, budget, factor float64, whole bool) ([]float64, error) {
	switch {
	case !(least > 0) || !(least <= budget) || !finite(budget):
		return nil, fmt.Errorf("rungs need 0 < least <= budget, got %v and %v", least, budget)
	case !(factor > 1):
		return nil, fmt.Errorf("rungs need a factor above 1, got %v", factor)
	}
	rungs := []float64{budget}
	for b := budget / factor; b >= least*(1-1e-9); b /= factor {
		r := round(b, 12)
		if whole {
			r = math.Max(math.Round(b), math.Ceil(least))
		}
		if r < rungs[len(rungs)-1] {
			rungs = append(rungs, r)
		}
	}
	slices.Reverse(rungs)
	return rungs, nil
}
