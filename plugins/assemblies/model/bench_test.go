package model

import (
	"fmt"
	"testing"
)

// Rounds of projection with recurrence: a stimulus of k neurons, ten rounds.
func BenchmarkProjection(b *testing.B) {
	for _, c := range []struct {
		engine string
		n, k   int
		p      float64
	}{
		{Exact, 10_000, 100, .01},
		{Hash, 10_000, 100, .01}, {Hash, 100_000, 316, .01}, {Hash, 1_000_000, 1000, .01}, {Hash, 10_000_000, 3162, .01},
		{Lazy, 10_000, 100, .01}, {Lazy, 100_000, 316, .01}, {Lazy, 1_000_000, 1000, .01}, {Lazy, 10_000_000, 3162, .01},
	} {
		b.Run(fmt.Sprintf("%s/n=%d", c.engine, c.n), func(b *testing.B) {
			stimulus := make([]int32, c.k)
			for i := range stimulus {
				stimulus[i] = int32(i)
			}
			for b.Loop() {
				a, err := New(Config{N: c.n, K: c.k, Rule: Multiplicative(.05), Engine: c.engine, Seed: 1,
					Fibres: []Fibre{{From: c.k, P: c.p}, {From: c.n, P: c.p, Recurrent: true}}})
				if err != nil {
					b.Fatal(err)
				}
				var cap []int32
				for range 10 {
					cap = Step(a, Drive{Firing: [][]int32{stimulus, cap}}, true)
				}
				b.ReportMetric(float64(a.Support()), "support")
			}
		})
	}
}
