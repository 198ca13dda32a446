package plasticity

import (
	"fmt"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// BenchmarkMetaEpoch is an epoch of gradient descent on a rule: a halfspace of
// 10,000 points, |V| = 100, batches of 100.
func BenchmarkMetaEpoch(b *testing.B) {
	for _, c := range []struct {
		name   string
		values map[string]any
	}{
		{"T=1", map[string]any{"rounds": 1}},
		{"T=3", map[string]any{"rounds": 3}},
		{"T=3/batch=1000", map[string]any{"rounds": 3, "meta_batch": 1000}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.values["rule"], c.values["meta_epochs"] = "learned", 1
			s := with(b, c.values)
			l := lessonOf(b, points(b, nil, 1).On(data.Train))
			req := request(s, nil, 1)
			m := newMeta(s, l, workers(b), req)
			for b.Loop() {
				if err := m.learn(b.Context(), s, l, req, silent{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCap is c_k(ReLU(z)) of normal z, half of them the cap.
func BenchmarkCap(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rng := data.Rand(1, "cap")
			z, h := make([]float32, 64*n), make([]float32, n)
			for i := range z {
				z[i] = float32(rng.NormFloat64())
			}
			var c capper
			for i := 0; b.Loop(); i++ {
				c.apply(h, z[i%64*n:][:n], n/2)
			}
		})
	}
}
