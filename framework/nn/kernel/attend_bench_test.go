package kernel

import (
	"fmt"
	"testing"
)

// The shapes of EIT: tokens are neurons at one time, or times of one neuron.
func BenchmarkAttend(b *testing.B) {
	for _, s := range []struct{ sequences, length, heads, d int }{
		{32, 163, 6, 16}, {2608, 2, 6, 16}, {2608, 6, 6, 16}, {2608, 8, 6, 16}, {640, 4, 6, 16}, {256, 10, 6, 16}, {3200, 6, 6, 24}, {384, 50, 6, 24},
	} {
		c := newAttendCase(s.sequences, s.length, s.heads, s.d, 1)
		w := NewWorkers(1)
		defer w.Close()
		for back, name := range map[bool]string{false: "forward", true: "backward"} {
			b.Run(fmt.Sprintf("%s/%dx%dx%dx%d", name, s.sequences, s.length, s.heads, s.d), func(b *testing.B) {
				for b.Loop() {
					if back {
						w.AttendGrad(c.dq, c.du, false, c.dz, c.z, c.norm, c.q, c.u, s.length)
					} else {
						w.Attend(c.z, c.norm, c.q, c.u, s.length)
					}
				}
				scores := float64(s.sequences * s.heads * s.length * s.length)
				products := 2.0
				if back {
					products = 5
				}
				b.ReportMetric(scores*2*float64(s.d)*products*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
