package search

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/data"
)

// Sobol returns up to n different configurations that fill the space more evenly
// than random ones: points of a Sobol sequence, scrambled by the seed, mapped to
// values as random draws are. All else is as in [Space.Random]. Powers of two
// are the best n.
func (s *Space) Sobol(seed uint64, n int) (list []Config, note string, err error) {
	draw, err := s.sobol(seed)
	if err != nil {
		return nil, "", err
	}
	return s.drawn(n, "sobol search", draw)
}

// sobol is the drawing of scrambled Sobol points; parameter k is dimension k.
func (s *Space) sobol(seed uint64) (drawing, error) {
	dims := joeKuo()
	if len(s.params) > len(dims) {
		return nil, fmt.Errorf("a sobol search has at most %d parameters, got %d; search at random", len(dims), len(s.params))
	}
	trees := make([]uint64, len(s.params))
	for k, p := range s.params {
		trees[k] = data.Rand(seed, "sobol "+p.Name).Uint64()
	}
	return func(i int) (map[string]any, error) {
		given := s.start()
		for k, p := range s.params {
			on, err := s.active(k, given)
			if err != nil {
				return nil, err
			}
			if on {
				x := owen(dims[k].point(uint32(i)), trees[k])
				given[p.Name] = p.unit((float64(x)+0.5)/(1<<32), s.kinds[k])
			}
		}
		return given, nil
	}, nil
}

// directions are those of one dimension: V_j = m_j/2ʲ as a fraction of 2³².
type directions [32]uint32

// point is number i of the sequence in the order of Gray codes (Antonov and
// Saleev 1979), as a fraction of 2³²: x = ⊕ g_j V_j, g = i ⊕ ⌊i/2⌋.
func (v *directions) point(i uint32) (x uint32) {
	for g, j := i^i>>1, 0; g != 0; g, j = g>>1, j+1 {
		x ^= v[j] * (g & 1)
	}
	return x
}

// owen scrambles x, a fraction of 2³²: bit b is flipped by a coin that belongs to
// the bits before it (Owen 1995, nested uniform scrambling), which keeps the
// evenness of the sequence. tree names the coins.
func owen(x uint32, tree uint64) uint32 {
	y := x
	for b := range 32 {
		node := 1<<b | uint64(x)>>(32-b) // unique for each prefix of b bits
		y ^= uint32(mix(tree+node*0x9e3779b97f4a7c15)>>63) << (31 - b)
	}
	return y
}

// mix is a bijection of 64-bit words without visible structure (the finalizer of
// SplitMix64, Steele et al. 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

//go:embed joe_kuo.txt
var joeKuoTable string

// joeKuo are the directions of all dimensions.
var joeKuo = sync.OnceValue(func() []directions { return readDirections(joeKuoTable) })

// readDirections makes the directions of all dimensions from the lines of the
// table: dimension, degree s, coefficients a of the primitive polynomial, and
// m_1 … m_s; the first dimension has no line.
func readDirections(table string) []directions {
	first := directions{}
	for j := range first {
		first[j] = 1 << (31 - j)
	}
	out := []directions{first}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var n []uint32
		for _, f := range strings.Fields(line) {
			x, err := strconv.ParseUint(f, 10, 32)
			if err != nil {
				panic("search: table of directions: " + err.Error())
			}
			n = append(n, uint32(x))
		}
		out = append(out, newDirections(n[2], n[3:]))
	}
	return out
}

// newDirections continues m by the recurrence of the polynomial of degree s with
// inner coefficients a_1 … a_{s−1}, the bits of a from the highest on:
//
//	V_j = a_1 V_{j−1} ⊕ … ⊕ a_{s−1} V_{j−s+1} ⊕ V_{j−s} ⊕ V_{j−s}/2ˢ
func newDirections(a uint32, m []uint32) (v directions) {
	s := len(m)
	for j := range v {
		if j < s {
			v[j] = m[j] << (31 - j)
			continue
		}
		v[j] = v[j-s] ^ v[j-s]>>s
		for k := 1; k < s; k++ {
			v[j] ^= v[j-k] * (a >> (s - 1 - k) & 1)
		}
	}
	return v
}
