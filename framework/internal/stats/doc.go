// Package stats has what the tables of a paper may claim: pure functions, a file
// for each idea.
//
// On one split, [Crossed] takes a method's numbers per case apart into what the
// seeds and what the test cases vary, [Parts.Alone] and [Parts.Minus] give a
// metric's and a difference's standard error, [Of] an interval on the metric's own
// scale, [Shaffer] the p-values of all pairs. Over folds it is [OverFolds], over
// recordings [SignFlips] and [Friedman].
//
// Do not use a t test over seeds, and do not pool values over datasets: seeds are
// no replicates of the test cases, nor datasets of one animal of the animals, and
// such tests find differences that are not there.
//
// NaN and infinite values are refused with an error by every function that takes
// samples: a failed trial is left out by the caller, who knows how to say so.
// Values up to 1e300 overflow nothing.
package stats

import (
	"fmt"
	"math"
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
