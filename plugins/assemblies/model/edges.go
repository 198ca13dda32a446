package model

import (
	"math"
	"math/bits"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// edges is a random graph as a function: whether synapse i -> j exists depends
// on (seed, i, j) alone, with probability p to 2⁻³². Targets come in blocks of 256.
//
// Where synapses are few, their number in a block is drawn from Bin(256, p) by its
// inverse distribution function, then their places, uniformly and all different. That
// costs one hash for two or three synapses at p = 0.01, not one for every pair of
// neurons. Where they are many, a random number of 32 digits is compared with p for
// every target, for all targets at once and digit by digit, until all are decided:
// about nine digits.
type edges struct {
	seed   uint64
	loose  bool   // nothing but chance decides: self-loops are allowed, and there are no stretches
	self   bool   // no neuron feeds itself
	within int    // synapses stay in stretches of so many neurons; 0: they do not
	digits uint64 // 2³² p where synapses are many, or 0
	below  [blockSize + 1]uint64
	guide  [1 << guideBits]uint16 // number of synapses to begin the search with, by leading bits
}

const (
	blockSize = kernel.BitColumns
	guideBits = 12
	golden    = 0x9e3779b97f4a7c15
	many      = 1. / 32 // the p from which digits are quicker than places
)

// set256 is a set of places in a block.
type set256 [blockSize / 64]uint64

func newEdges(seed uint64, f Fibre) *edges {
	e := &edges{seed: seed, self: f.Recurrent && !f.SelfLoops, within: f.Within}
	e.loose = !e.self && e.within == 0
	p := f.P
	if p >= many {
		e.digits = uint64(math.Round(p * (1 << 32)))
		return e
	}
	// below[m] = 2³² P(Bin(256, p) ≤ m)
	sum := 0.0
	for m := range e.below {
		sum += math.Exp(logBinomial(blockSize, m, p))
		e.below[m] = uint64(math.Min(1, sum) * (1 << 32))
	}
	e.below[blockSize] = 1 << 32
	m := 0
	for g := range e.guide {
		for e.below[m] <= uint64(g)<<(32-guideBits) {
			m++
		}
		e.guide[g] = uint16(m)
	}
	return e
}

// logBinomial is ln P(Bin(n, p) = m).
func logBinomial(n, m int, p float64) float64 {
	if p <= 0 || p >= 1 {
		if p <= 0 && m == 0 || p >= 1 && m == n {
			return 0
		}
		return math.Inf(-1)
	}
	ln := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return ln(n) - ln(m) - ln(n-m) + float64(m)*math.Log(p) + float64(n-m)*math.Log1p(-p)
}

// mix is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// key begins the stream of source i.
func (e *edges) key(i int32) uint64 { return mix(mix(e.seed+golden) + uint64(i)*golden) }

// block returns the targets of source i, whose key is given, in block b: four
// words of 64 targets.
func (e *edges) block(i int32, key uint64, b int) (s0, s1, s2, s3 uint64) {
	if e.within > 0 && !e.meets(i, b) {
		return 0, 0, 0, 0
	}
	at := key + uint64(b)<<8*golden
	if e.digits > 0 {
		s0, s1, s2, s3 = e.compare(at)
	} else {
		s0, s1, s2, s3 = e.places(at)
	}
	if e.loose || e.within == 0 && int(i>>8) != b {
		return s0, s1, s2, s3
	}
	return e.restrict(set256{s0, s1, s2, s3}, i, b)
}

// compare draws a number for each of 256 targets and returns those below p. Open are
// the targets whose digits have been those of p so far.
func (e *edges) compare(at uint64) (s0, s1, s2, s3 uint64) {
	o0, o1, o2, o3 := ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)
	if e.digits>>32 == 1 { // p = 1
		return o0, o1, o2, o3
	}
	next := func() uint64 {
		at += golden
		return mix(at)
	}
	for left := e.digits << 32; left != 0 && o0|o1|o2|o3 != 0; left <<= 1 {
		u0, u1, u2, u3 := next(), next(), next(), next()
		if left>>63 == 1 { // a digit 0 is below, a digit 1 stays open
			s0, s1, s2, s3 = s0|o0&^u0, s1|o1&^u1, s2|o2&^u2, s3|o3&^u3
			o0, o1, o2, o3 = o0&u0, o1&u1, o2&u2, o3&u3
		} else { // a digit 1 is above
			o0, o1, o2, o3 = o0&^u0, o1&^u1, o2&^u2, o3&^u3
		}
	}
	return s0, s1, s2, s3
}

// places draws how many targets there are, and which.
func (e *edges) places(at uint64) (s0, s1, s2, s3 uint64) {
	h := mix(at)
	u := h >> 32
	m := int(e.guide[u>>(32-guideBits)])
	for u >= e.below[m] {
		m++
	}
	// The other half of the hash gives the first four places, and no branch
	// depends on it: place q is bit q&63 of word q>>6.
	for t := range 4 {
		bit := uint64((t-m)>>63&1) << (h & 63) // 0 where t ≥ m
		odd, high := -(h >> 6 & 1), -(h >> 7 & 1)
		s0 |= bit &^ odd &^ high
		s1 |= bit & odd &^ high
		s2 |= bit &^ odd & high
		s3 |= bit & odd & high
		h >>= 8
	}
	m -= bits.OnesCount64(s0) + bits.OnesCount64(s1) + bits.OnesCount64(s2) + bits.OnesCount64(s3)
	if m > 0 {
		return more(set256{s0, s1, s2, s3}, at, m)
	}
	return s0, s1, s2, s3
}

// meets says whether source i's stretch reaches into block b.
func (e *edges) meets(i int32, b int) bool {
	first := int(i) / e.within * e.within
	return first < (b+1)*blockSize && first+e.within > b*blockSize
}

// restrict takes away a self-loop and what is outside the stretch.
func (e *edges) restrict(set set256, i int32, b int) (s0, s1, s2, s3 uint64) {
	if e.self && int(i>>8) == b {
		set[i>>6&3] &^= 1 << (i & 63)
	}
	if e.within > 0 {
		first := int(i)/e.within*e.within - b*blockSize
		for q := range set.all {
			if q < first || q >= first+e.within {
				set[q>>6] &^= 1 << (q & 63)
			}
		}
	}
	return set[0], set[1], set[2], set[3]
}

// more draws the rest of the places.
func more(set set256, at uint64, want int) (s0, s1, s2, s3 uint64) {
	for h, left := uint64(0), 0; want > 0; left-- {
		if left == 0 {
			at += golden
			h, left = mix(at), 8
		}
		q := h & 255
		h >>= 8
		want -= int(^set[q>>6] >> (q & 63) & 1) // a place that is taken already does not count
		set[q>>6] |= 1 << (q & 63)
	}
	return set[0], set[1], set[2], set[3]
}
