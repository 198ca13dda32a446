package ot

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// grown returns a slice of length n, in place where the capacity allows.
func grown(x []float64, n int) []float64 {
	return slices.Grow(x[:0], n)[:n]
}

func ones(x []float64) {
	for i := range x {
		x[i] = 1
	}
}

// absorb moves scalings into potentials: phi += log x, x = 1.
func absorb(phi, x []float64) {
	for i := range phi {
		phi[i] += math.Log(x[i])
		x[i] = 1
	}
}

// outgrown reports whether a scaling has left [1/absorbAt, absorbAt].
func outgrown(x []float64) bool {
	least, most := kernel.Extent(x)
	return !(most <= absorbAt && least >= 1/absorbAt)
}

func same(x, y []float64) bool {
	for i, v := range x {
		if v != y[i] {
			return false
		}
	}
	return true
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
