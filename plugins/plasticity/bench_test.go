package plasticity

import (
	"fmt"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest/recordings"
)

// BenchmarkMetaEpoch is gradient descent on a rule for ten epochs: a halfspace of
// 10,000 points, |V| = 100, batches of 100. The time of an epoch is reported.
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
			c.values["rule"], c.values["meta_epochs"] = "learned", 10
			s := with(b, c.values)
			l := lessonOf(b, points(b, nil, 1).On(data.Train))
			req := request(s, nil, 1)
			m := newMeta(s, l, workers(b), req)
			start := cpuTime()
			for b.Loop() {
				if err := m.learn(b.Context(), s, l, req, silent{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuTime()-start).Seconds()/float64(10*b.N), "cpu-s/epoch")
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

// BenchmarkDigits is one pass of the large network over 10,000 digits; the time of
// a sample is reported. bench/plasticity has the peer.
func BenchmarkDigits(b *testing.B) {
	l := digits(b, 10_000)
	for _, rounds := range []int{1, 3} {
		b.Run(fmt.Sprintf("T=%d", rounds), func(b *testing.B) {
			s := with(b, map[string]any{"rounds": rounds, "eta_graph": 1e-5})
			rule := newRule(rounds, false)
			rng := data.Rand(1, "rule")
			for i := range rule.Output {
				rule.Output[i] = s.Output[i%4]
			}
			for i := range rule.Graph {
				rule.Graph[i] = rng.NormFloat64()
			}
			w := workers(b)
			start := cpuTime()
			for b.Loop() {
				m := &model{Settings: *s, Rule: rule, net: newNetwork(s.shape(l), data.Rand(1, "graph"))}
				if err := m.plasticity(b.Context(), &course{m: m, req: request(s, nil, 1), budget: s.Epochs}, l, w, silent{}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(m.Mistakes)/float64(m.Total), "mistakes")
			}
			b.ReportMetric((cpuTime()-start).Seconds()/float64(b.N*l.len()), "cpu-s/sample")
		})
	}
}

// digits are the first n training pictures of MNIST.
func digits(b *testing.B, n int) *lesson {
	b.Helper()
	r := recordings.Published(b, "mnist", nil).On(data.Train)
	return &lesson{x: r.Samples.Values[:n*784], inputs: 784, classes: 10, labels: r.Targets[0].Labels[:n]}
}
