package model

import (
	"math"
	"slices"
)

// winner is a candidate for the cap.
type winner struct {
	a float64 // activation
	j int32
}

// capper finds the k best neurons (activation descending, index ascending) of
// activations that arrive in ascending order of neurons. It keeps few more than k.
type capper struct {
	k     int
	least float64 // a later neuron must be above it
	found []winner
	tmp   []winner
}

func (c *capper) reset(k int) { c.k, c.least, c.found = k, math.Inf(-1), c.found[:0] }

func (c *capper) offer(first int, activations []float64) {
	n := len(c.found)
	c.found = slices.Grow(c.found, len(activations))[:n+len(activations)]
	for q, a := range activations { // without a branch that none could foretell
		c.found[n] = winner{a, int32(first + q)}
		if a > c.least {
			n++
		}
	}
	c.found = c.found[:n]
	if len(c.found) >= max(4*c.k, 4096) {
		c.least = c.shrink()
	}
}

// shrink keeps the k best, in ascending order of neurons, and returns the
// activation of the last of them.
func (c *capper) shrink() float64 {
	if len(c.found) <= c.k {
		return math.Inf(-1)
	}
	last := c.rank()
	n := 0
	for _, w := range c.found {
		c.found[n] = w
		better, tied := 0, 0
		if w.a > last.a {
			better = 1
		}
		if w.a == last.a && w.j <= last.j {
			tied = 1
		}
		n += better + tied
	}
	c.found = c.found[:n]
	return last.a
}

// rank returns the k-th best: it narrows the range of activations that holds it
// by counting in 256 equal buckets, and sorts the few that are left.
func (c *capper) rank() winner {
	rest, k := c.found, c.k
	for len(rest) > 64 {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, w := range rest {
			lo, hi = min(lo, w.a), max(hi, w.a)
		}
		scale := 255.999 / (hi - lo)
		if !(scale < math.MaxFloat64) { // all equal, or nearly
			break
		}
		var count [256]int
		for _, w := range rest {
			count[int((w.a-lo)*scale)]++
		}
		b := 255
		for ; count[b] < k; b-- {
			k -= count[b]
		}
		if count[b] == len(rest) {
			break
		}
		inside := slices.Grow(c.tmp[:0], len(rest)+1)[:len(rest)+1]
		n := 0
		for _, w := range rest {
			inside[n] = w
			if int((w.a-lo)*scale) == b {
				n++
			}
		}
		inside = inside[:n]
		// The next round reads inside and writes to the same place, which is never ahead of it.
		rest, c.tmp = inside, inside
	}
	// The best of those left, one after the other: insertion into what is in order.
	c.tmp = append(c.tmp[:0], rest...)
	best := c.tmp
	for x := 1; x < len(best); x++ {
		w := best[x]
		y := x
		for ; y > 0 && ahead(w, best[y-1]); y-- {
			best[y] = best[y-1]
		}
		best[y] = w
	}
	return best[k-1]
}

// cap returns the neurons found, or none where no neuron has any input.
func (c *capper) cap() []int32 {
	c.shrink()
	out := make([]int32, len(c.found))
	silent := true
	for x, w := range c.found {
		out[x] = w.j
		silent = silent && w.a == 0
	}
	if silent {
		return nil
	}
	return out
}

// ahead says whether x is better: activation descending, index ascending.
func ahead(x, y winner) bool { return x.a > y.a || x.a == y.a && x.j < y.j }
