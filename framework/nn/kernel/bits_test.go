package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Counts of bits against looking at every bit, for lists of rows of all kinds of
// length.
func TestCountBitsCounts(t *testing.T) {
	everyISA(t, "CountBits", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		const sources = 300
		words := make([]uint64, 4*sources)
		for i := range words {
			words[i] = rng.Uint64() | rng.Uint64()
		}
		for _, n := range []int{0, 1, 7, 8, 9, 64, 247, 248, 249, 256, 1000} {
			rows := make([]int32, n)
			var got, want BitCounts
			for x := range rows {
				rows[x] = rng.Int32N(sources)
			}
			for q := range want {
				got[q] = uint16(rng.Uint32()) // overwritten
				for _, i := range rows {
					want[q] += uint16(words[4*int(i)+q>>6] >> (q & 63) & 1)
				}
			}
			CountBits(&got, words, rows)
			if got != want {
				t.Fatalf("%d rows: got %v, want %v", n, got, want)
			}
		}
	})
}

// Raised again and again, the rows of a column count how often it was; what comes
// after the last row is left over.
func TestRaiseBitsCounts(t *testing.T) {
	everyISA(t, "RaiseBits", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 1))
		for depth := range 5 {
			words, rows := make([]uint64, 4*9), []int32{3, 8, 1, 5, 0}[:depth]
			var want [BitColumns]int
			for range 9 {
				var left, x, mask [4]uint64
				for w := range x {
					x[w], mask[w] = rng.Uint64()&rng.Uint64(), rng.Uint64()
				}
				some := RaiseBits(&left, words, rows, &x, &mask)
				any := false
				for q := range want {
					bit := func(v []uint64) bool { return v[q>>6]>>(q&63)&1 == 1 }
					over := false
					if bit(x[:]) && bit(mask[:]) {
						over = want[q] == depth
						want[q] = min(want[q]+1, depth)
					}
					if any = any || over; some && bit(left[:]) != over {
						t.Fatalf("depth %d, column %d: left over %v, want %v", depth, q, !over, over)
					}
					for c, r := range rows {
						if got := bit(words[4*r:]); got != (want[q] > c) {
							t.Fatalf("depth %d, column %d: row %d is %v at a count of %d", depth, q, c, got, want[q])
						}
					}
				}
				if some != any {
					t.Fatalf("depth %d: some are left over: %v, want %v", depth, some, any)
				}
			}
		}
	})
}

// The arithmetic of counts gives the bits of its formula.
func TestCountsAreWeighedExactly(t *testing.T) {
	everyISA(t, "WeighCounts", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, 1))
		for n := range 40 {
			levels := rng.IntN(5)
			counts, w := make([]BitCounts, levels+1), make([]float64, levels)
			x, got, e, f := make([]uint16, n), make([]float64, n), make([]float64, n), make([]float64, n)
			for q := range n {
				counts[levels][q] = uint16(rng.IntN(1 << 10))
				for c := levels - 1; c >= 0; c-- {
					counts[c][q] = counts[c+1][q] + uint16(rng.IntN(1<<12))
					w[c] = rng.NormFloat64()
				}
				x[q], got[q], e[q], f[q] = uint16(rng.Uint32()), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
			}
			want := make([]float64, n)
			for q := range want {
				for c := range w {
					want[q] += float64(w[c] * float64(int(counts[c][q])-int(counts[c+1][q])))
				}
				want[q] += float64(f[q] * (float64(x[q]) + e[q]))
			}
			WeighCounts(got, w, counts)
			AddCounts(got, x, e, f)
			if !slices.Equal(got, want) {
				t.Fatalf("n = %d: got %v, want %v", n, got, want)
			}
		}
	})
}

// Numbers that reach a threshold are counted and listed, equal ones too, NaN never.
func TestAtLeast(t *testing.T) {
	everyISA(t, "AtLeast", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 1))
		for n := range 120 {
			x := make([]float64, n)
			for i := range x {
				x[i] = []float64{-1, 0, .5, 1, math.Inf(1), math.Inf(-1), math.NaN()}[rng.IntN(7)]
			}
			for _, threshold := range []float64{-1, 0, .5, .7, math.Inf(1), math.Inf(-1)} {
				var want []int32
				for i, v := range x {
					if v >= threshold {
						want = append(want, int32(i))
					}
				}
				dst := make([]int32, n+8)
				if got := CountAtLeast(x, threshold); got != len(want) {
					t.Fatalf("n = %d: %d numbers of %v reach %v, not %d", n, got, x, threshold, len(want))
				}
				if got := IndicesAtLeast(dst, x, threshold); !slices.Equal(dst[:got], want) {
					t.Fatalf("n = %d: %v of %v reach %v, not %v", n, dst[:got], x, threshold, want)
				}
			}
		}
	})
}

func BenchmarkBits(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	words, rows := make([]uint64, 4*1001), make([]int32, 152)
	for i := range words[:4000] {
		words[i] = rng.Uint64() & rng.Uint64() & rng.Uint64()
	}
	for x := range rows {
		rows[x] = rng.Int32N(1000)
	}
	slices.Sort(rows)
	var counts BitCounts
	levels := make([]BitCounts, 6)
	x, ones := make([]float64, 1000), make([]float64, BitColumns)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	dst := make([]int32, 1008)
	b.Run("CountBits", func(b *testing.B) {
		for b.Loop() {
			CountBits(&counts, words, rows)
		}
	})
	b.Run("CountBits-none", func(b *testing.B) {
		for b.Loop() {
			CountBits(&counts, words, rows[:8])
		}
	})
	b.Run("WeighCounts", func(b *testing.B) {
		for b.Loop() {
			WeighCounts(ones, x[:5], levels)
		}
	})
	b.Run("AddCounts", func(b *testing.B) {
		for b.Loop() {
			AddCounts(ones, counts[:], ones, ones)
		}
	})
	b.Run("CountAtLeast", func(b *testing.B) {
		for b.Loop() {
			CountAtLeast(x, 1.28)
		}
	})
	b.Run("IndicesAtLeast", func(b *testing.B) {
		for b.Loop() {
			IndicesAtLeast(dst, x, 1.28)
		}
	})
}
