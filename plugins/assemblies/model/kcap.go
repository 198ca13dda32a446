package model

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// KCap returns the k neurons of the highest activation, ties to the lower index,
// in ascending order; none where the best are all 0.
func KCap(activations []float64, k int) []int32 { return new(Selector).KCap(activations, k) }

// Selector is KCap for many activations in turn: it keeps its scratch, and looks
// first where the last threshold was.
type Selector struct {
	at, step float64 // the last threshold, and how far apart numbers near it were
	list     []int32
	edge     []winner
	c        capper
	room     []int32 // of which caps are cut
}

const (
	few  = 16 // numbers at the edge that are compared one by one
	idle = 3  // passes over all numbers that find nothing new: many are equal
)

// KCap is as the function. It narrows a range [lo, hi) of activations in which the
// k-th is: those above are in, and of those within the best are.
func (s *Selector) KCap(a []float64, k int) []int32 {
	lo, hi, above := s.bracket(a, k)
	s.list = slices.Grow(s.list[:0], len(a)+8)[:len(a)+8]
	list := s.list[:kernel.IndicesAtLeast(s.list, a, lo)]
	if len(list) > k {
		list = s.drop(a, list, hi, k, above)
	}
	if lo <= 0 && silent(a, list) {
		return nil
	}
	if len(s.room) < len(list) {
		s.room = make([]int32, 32*len(list))
	}
	cap := s.room[:len(list):len(list)]
	s.room = s.room[len(list):]
	copy(cap, list)
	return cap
}

// bracket returns lo and hi, of which k or more and above < k numbers are at least
// as large; hi is infinite where nothing is above.
func (s *Selector) bracket(a []float64, k int) (lo, hi float64, above int) {
	lo, hi = math.Inf(-1), math.Inf(1)
	reach := len(a)
	if k >= len(a) {
		return
	}
	if s.step == 0 {
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range a {
			least, most = min(least, v), max(most, v)
		}
		s.at, s.step = (least+most)/2, (most-least)/float64(len(a))
	}
	t, step := s.at, s.step
	for passes := 0; passes < idle; {
		within := reach - above
		n := kernel.CountAtLeast(a, t)
		if n >= k {
			lo, reach = t, n
		} else {
			hi, above = t, n
		}
		if reach == k || reach-above <= few {
			break
		}
		if passes++; reach-above < within {
			passes = 0
		}
		switch {
		case math.IsInf(lo, -1): // go down, so far that some more than the missing are found
			t -= step * float64(k-above+few/4)
			step *= 4
		case math.IsInf(hi, 1):
			t += step * float64(reach-k+few/4)
			step *= 4
		default: // as if they were evenly spread, but never quite at an end
			t = lo + (hi-lo)*min(max(float64(reach-k)/float64(reach-above), .1), .9)
		}
		if !(t > lo && t < hi) { // all equal, or nearly
			break
		}
	}
	if width := (hi - lo) / float64(reach-above); width > 0 && !math.IsInf(width, 1) {
		s.at, s.step = (lo+hi)/2, width
	}
	return
}

// drop leaves the neurons of the list from hi on, and the best of the others.
func (s *Selector) drop(a []float64, list []int32, hi float64, k, above int) []int32 {
	s.edge = slices.Grow(s.edge[:0], len(list)+1)[:len(list)+1]
	n := 0
	for _, j := range list {
		s.edge[n] = winner{a[j], j}
		if above == 0 || a[j] < hi {
			n++
		}
	}
	s.c.k, s.c.found = k-above, s.edge[:n]
	last := s.c.rank()
	n = 0
	for _, j := range list {
		list[n] = j
		if v := a[j]; v > last.a || v == last.a && j <= last.j {
			n++
		}
	}
	return list[:n]
}

// silent says whether none of the list has any input.
func silent(a []float64, list []int32) bool {
	for _, j := range list {
		if a[j] != 0 {
			return false
		}
	}
	return true
}
