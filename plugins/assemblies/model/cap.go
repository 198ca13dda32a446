package model

import (
	"cmp"
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
	for q, a := range activations {
		if a > c.least {
			c.found = append(c.found, winner{a, int32(first + q)})
		}
	}
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
	kept := c.found[:0]
	for _, w := range c.found {
		if w.a > last.a || w.a == last.a && w.j <= last.j {
			kept = append(kept, w)
		}
	}
	c.found = kept
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
		inside := c.tmp[:0]
		for _, w := range rest {
			if int((w.a-lo)*scale) == b {
				inside = append(inside, w)
			}
		}
		// The next round reads inside and writes to the same place, which is never ahead of it.
		rest, c.tmp = inside, inside
	}
	rest = append([]winner(nil), rest...)
	slices.SortFunc(rest, func(x, y winner) int {
		if d := cmp.Compare(y.a, x.a); d != 0 {
			return d
		}
		return cmp.Compare(x.j, y.j)
	})
	return rest[k-1]
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

// KCap returns the k neurons of the highest activation, ties to the lower index,
// in ascending order; none where all activations are 0.
func KCap(activations []float64, k int) []int32 { return new(Selector).KCap(activations, k) }

// Selector is KCap for many activations in turn: it keeps its scratch.
type Selector struct{ c capper }

// KCap is as the function.
func (s *Selector) KCap(activations []float64, k int) []int32 {
	s.c.reset(k)
	s.c.offer(0, activations)
	return s.c.cap()
}
