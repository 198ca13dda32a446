package ot

import (
	"math"
	"slices"
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

// bounds returns the least cost and max C − min C.
func bounds(cost []float64) (least, span float64) {
	least, most := cost[0], cost[0]
	for _, c := range cost {
		least, most = min(least, c), max(most, c)
	}
	return least, most - least
}

// absorb moves scalings into potentials: phi += log x, x = 1.
func absorb(phi, x []float64) {
	for i, v := range x {
		phi[i] += math.Log(v)
		x[i] = 1
	}
}

// outgrown reports whether a scaling has left [1/absorbAt, absorbAt].
func outgrown(x []float64) bool {
	for _, v := range x {
		if !(v <= absorbAt && v >= 1/absorbAt) {
			return true
		}
	}
	return false
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
