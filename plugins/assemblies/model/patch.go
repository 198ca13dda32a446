package model

import (
	"math/bits"
)

// patch gives all synapses between two ranges of neurons one weight: assemblies
// that are taken as given, and pairs of assemblies trained as a whole.
type patch struct {
	from, to Range
	weight   float64
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

// patch adds (w − 1) |{fired i in from: i -> j}| for the targets of block b that
// lie in to.
func (f *fibre) patch(fired []int32, b int, r *rows, sums *[blockSize]float64) {
	for _, p := range f.patches {
		first, end := max(p.to.First-b*blockSize, 0), min(p.to.End-b*blockSize, blockSize)
		if first >= end {
			continue
		}
		inside := p.from.within(fired)
		if len(inside) == 0 {
			continue
		}
		var keys []uint64
		if _, regenerate := f.graph.(hashed); regenerate {
			for _, i := range inside {
				keys = append(keys, f.edges.key(i))
			}
		}
		var counts [blockSize]int32
		f.graph.count(inside, keys, b, r, &counts)
		for q := first; q < end; q++ {
			sums[q] += (p.weight - 1) * float64(counts[q])
		}
	}
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
