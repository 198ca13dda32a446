package model

import (
	"fmt"
	"math/bits"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// patch gives all synapses between two ranges of neurons one weight: assemblies
// that are taken as given, and pairs of assemblies trained as a whole.
type patch struct {
	from, to Range
	weight   float64
}

// Patch gives every synapse from one range of a fibre's sources to one range of
// the area's neurons the weight w, in place of w_0 = 1: one number for assemblies
// that are taken as given or trained as a whole, where Reinforce would touch each
// synapse. Reinforce must not be used on the same synapses. A second patch of the
// same ranges replaces the first. The lazy engine, which knows no positions, has
// none, and neither has a fibre that is normalised.
func Patch(a Area, fibre int, from, to Range, w float64) error {
	d, ok := a.(*dense)
	if !ok || d.Normalise {
		return fmt.Errorf("weights by ranges need the exact or the hash engine, without normalisation")
	}
	f := d.fibres[fibre]
	for i := range f.patches {
		if f.patches[i].from == from && f.patches[i].to == to {
			f.patches[i].weight = w
			return nil
		}
	}
	f.patches = append(f.patches, patch{from, to, w})
	return nil
}

// Inputs returns the activations of all neurons, without noise: for callers that
// draw many caps of one input. Not for the lazy engine.
func Inputs(a Area, firing [][]int32) []float64 {
	d := a.(*dense)
	out := make([]float64, d.N)
	d.inputs(firing, out)
	return out
}

// Range is the neurons First <= j < End.
type Range struct{ First, End int }

func (r Range) within(fired []int32) []int32 {
	first, end := 0, len(fired)
	for first < end && int(fired[first]) < r.First {
		first++
	}
	for end > first && int(fired[end-1]) >= r.End {
		end--
	}
	return fired[first:end]
}

// patch adds (w − 1) |{fired i in from: i -> j}| to the excess of the targets of
// block b that lie in to.
func (f *fibre) patch(fired []int32, b int, r *rows, excess *[blockSize]float64) *[blockSize]float64 {
	for _, p := range f.patches {
		first, end := max(p.to.First-b*blockSize, 0), min(p.to.End-b*blockSize, blockSize)
		if first >= end {
			continue
		}
		inside := p.from.within(fired)
		if len(inside) == 0 {
			continue
		}
		if excess != &r.excess {
			r.excess = *excess
			excess = &r.excess
		}
		r.keys = f.hashKeys(r.keys[:0], inside)
		r.inside = fill(r.inside[:0], inside, int32(f.From))
		var counts kernel.BitCounts
		f.graph.count(r.inside, r.keys, b, r, &counts)
		for q := first; q < end; q++ {
			excess[q] += float64((p.weight - 1) * float64(counts[q]))
		}
	}
	return excess
}

// set adds neuron j of the set's block.
func (s *set256) set(j int32) { s[j>>6&3] |= 1 << (j & 63) }

// all yields the places of the set in ascending order.
func (s *set256) all(yield func(int) bool) {
	for w, x := range s {
		for ; x != 0; x &= x - 1 {
			if !yield(w<<6 | bits.TrailingZeros64(x)) {
				return
			}
		}
	}
}

// Fibres is the number of fibres that lead to an area of the exact or hash engine.
func Fibres(a Area) int { return len(a.(*dense).fibres) }
