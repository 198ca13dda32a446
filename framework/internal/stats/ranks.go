package stats

import "slices"

// MeanRanks returns the mean rank of each method over groups: x[group][method],
// smaller is better, 1 is best. Values that differ by rounding only are tied and
// share the mean of their places.
func MeanRanks(x [][]float64) []float64 {
	out := make([]float64, len(x[0]))
	for _, block := range x {
		r, _ := ranks(block)
		for j := range r {
			out[j] += r[j]
		}
	}
	for j := range out {
		out[j] /= float64(len(x))
	}
	return out
}

// RankInterval returns the ranks that a method may have among k:
// [1 + number significantly better, k − number significantly worse].
func RankInterval(k, better, worse int) (lo, hi int) { return 1 + better, k - worse }

// ranks returns the mid-ranks of x (1 for the smallest, ties share the mean of
// their places) and Σ(t³−t) over the groups of t tied values. Neighbours that
// differ by rounding only are tied.
func ranks(x []float64) (r []float64, ties float64) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	r = make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && Tied(x[order[to]], x[order[from]]) {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+1+to) / 2 // places from+1 .. to
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return r, ties
}
