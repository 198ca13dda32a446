// Package stats has the intervals and tests behind the tables: [Summarize] for
// the values of one cell, [PairedT] for two methods on the same seeds, [Holm]
// for many such comparisons, and, where the dataset is the unit, [Wilcoxon] for
// two methods and [Friedman] for more.
//
// Do not use PairedT on values pooled over datasets: seeds of one dataset are
// not independent of each other, and the test then finds differences that are
// not there.
//
// NaN and infinite values are refused with an error by every function: a failed
// trial is left out by the caller, who knows how to say so.
package stats

import (
	"fmt"
	"math"
	"slices"
)

// finite returns an error that names the first value that is no finite number.
func finite(x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %d of %d is %v; only finite values can be summarised", i+1, len(x), v)
		}
	}
	return nil
}

// ranks returns the mid-ranks of x (1 for the smallest, ties share the mean of
// their places) and Σ(t³−t) over the groups of t tied values.
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
		for to < len(order) && x[order[to]] == x[order[from]] {
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
