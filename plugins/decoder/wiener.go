package decoder

import (
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// mostBins bounds a context: a slip of the pen would fill the memory.
const mostBins = 1000

// lagged returns the rows of Z [samples x d] from .. to bins around every sample side
// by side, the earliest first. A Wiener filter is the regression on them:
//
//	ŷ_t = ȳ + Σ_{l=from}^{to} (z_{t+l} − z̄_l) W_l
//
// Beyond the ends of a trial stands its outermost sample.
func lagged(Z *mat.Dense, trial []int32, from, to int) *mat.Dense {
	n, d := Z.Dims()
	out := mat.NewDense(n, d*(to-from+1), nil)
	trials(trial, func(first, end int) {
		for i := first; i < end; i++ {
			row := out.RawRowView(i)
			for l := from; l <= to; l++ {
				copy(row[(l-from)*d:], Z.RawRowView(min(max(i+l, first), end-1)))
			}
		}
	})
	return out
}

// trials calls f for the samples first .. end-1 of every trial.
func trials(trial []int32, f func(first, end int)) {
	for first := 0; first < len(trial); {
		end := first + 1
		for end < len(trial) && trial[end] == trial[first] {
			end++
		}
		f(first, end)
		first = end
	}
}

// targets is what is regressed on: a continuous target as it is, a class as a column
// per class, 1 for the samples of the class and 0 for others.
func targets(t *data.Target) *mat.Dense {
	if !t.IsClass() {
		return latent.FromArray(t.Values)
	}
	out := mat.NewDense(len(t.Labels), t.Classes, nil)
	for i, l := range t.Labels {
		out.Set(i, int(l), 1)
	}
	return out
}
