package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkVec runs every kernel on batches of the size of Swap-VAE's, 256 x 163,
// each instruction set in turn with the portable definitions, so that their
// ratio holds on a busy machine. GB/s counts every argument once.
func BenchmarkVec(b *testing.B) {
	const rows, cols = 256, 163
	r := rand.New(rand.NewPCG(31, 32))
	for _, c := range calls {
		v := make([][]float32, c.vectors)
		for k := range v {
			v[k] = positives(r, rows*cols)
		}
		against(b, c.name, 4*c.vectors*rows*cols, func() { c.f(v) })
	}
	for _, c := range matrixCalls {
		var x []Matrix
		var perRow, perColumn [][]float32
		for range c.matrices {
			x = append(x, Of(rows, cols, positives(r, rows*cols)))
		}
		for range c.perRow {
			perRow = append(perRow, positives(r, rows))
		}
		for range c.perColumn {
			perColumn = append(perColumn, positives(r, cols))
		}
		against(b, c.name, 4*(c.matrices*rows*cols+c.perRow*rows+c.perColumn*cols), func() { c.f(x, perRow, perColumn) })
	}
}

// positives returns numbers that no function finds special.
func positives(r *rand.Rand, n int) []float32 {
	x := randoms(r, n)
	for i, v := range x {
		x[i] = float32(math.Abs(float64(v))) + 0.01
	}
	return x
}

func against(b *testing.B, name string, bytes int, f func()) {
	was := active
	defer func() { active = was }()
	for isa := AVX2; isa <= detect(); isa++ {
		b.Run(fmt.Sprintf("%s/%v", name, isa), func(b *testing.B) {
			const repeats = 8
			var plain, own time.Duration
			for b.Loop() {
				start := time.Now()
				active = Generic
				f()
				middle := time.Now()
				active = isa
				for range repeats {
					f()
				}
				plain += middle.Sub(start)
				own += time.Since(middle)
			}
			b.ReportMetric(0, "ns/op") // of both together: of no interest
			b.ReportMetric(float64(bytes)*float64(b.N)*repeats/float64(own.Nanoseconds()), "GB/s")
			b.ReportMetric(float64(own.Nanoseconds())/float64(b.N)/repeats/1000, "us")
			b.ReportMetric(float64(plain)*repeats/float64(own), "x-generic")
		})
	}
}
