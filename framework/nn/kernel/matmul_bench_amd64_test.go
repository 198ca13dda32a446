//go:build amd64 && !purego

package kernel

import "testing"

// BenchmarkPanel measures the widest micro-kernel alone, on panels that stay in
// the first cache: the most that a product can reach.
func BenchmarkPanel(b *testing.B) {
	for _, width := range []int{32, 16, 8} {
		if width == 32 && active != AVX512 {
			continue
		}
		const rows, k = 12, 128
		x, y, c := make([]float32, rows*k), make([]float32, 32*k), make([]float32, rows*32)
		b.Run([]string{"8", "16", "", "32"}[width/8-1], func(b *testing.B) {
			for b.Loop() {
				panel(width, &x[0], &y[0], &c[0], nil, 4, 4*rows, 4*width, 4*width, k, rows, width, 0)
			}
			b.ReportMetric(2e-9*rows*k*float64(width)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}
