package stats

import (
	"math"
	"slices"
)

// Deal permutes whole units: out[i] is the sample whose target sample i is given.
// Sample t of a unit of n samples has that of sample ⌊t·m/n⌋ of the unit with m samples
// that it was dealt. Units are dealt in the order of their numbers, so that the deal
// does not depend on the order of the samples.
func Deal(unit []int32, perm func(int) []int) []int {
	rows := map[int32][]int{}
	var ids []int32
	for i, u := range unit {
		if rows[u] == nil {
			ids = append(ids, u)
		}
		rows[u] = append(rows[u], i)
	}
	slices.Sort(ids)
	out := make([]int, len(unit))
	for k, other := range perm(len(ids)) {
		mine, dealt := rows[ids[k]], rows[ids[other]]
		for i, r := range mine {
			out[r] = dealt[i*len(dealt)/len(mine)]
		}
	}
	return out
}

// Percentile95 is the value that 95 % of x are no better than: the smallest such, or
// the largest where less is better.
func Percentile95(x []float64, less bool) float64 {
	x = slices.Sorted(slices.Values(x))
	if less {
		slices.Reverse(x)
	}
	return x[int(math.Ceil(0.95*float64(len(x))))-1]
}
