package eit

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// Accuracy is the share of right steps among all, as counted on the logits, and
// P_T is scored only where it is trained.
func TestAccuracy(t *testing.T) {
	r := divided(toy(1, 24, 6))
	for _, alpha := range []float64{0, 0.5} {
		m := trained(t, small(map[string]any{"alpha": alpha, "window": 3, "epochs": 2, "learning_rate": 0.03, "depth_s": 1}), map[string]*data.Recording{data.MainRole: r})
		metrics, err := m.Evaluate(t.Context(), r.On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Input.scored(&m.Settings, r.On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		if len(p.windows)%chunk == 0 {
			t.Fatalf("%d windows: the last chunk is not short", len(p.windows))
		}
		out, err := m.infer(t.Context(), p, func(o outputs) []*nn.Value { return []*nn.Value{o.logits, o.individual} })
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"accuracy", "accuracy_individual"} {
			right, n := 0, 0
			for k, w := range p.windows {
				for step := range 3 {
					n++
					if m.Classes[kernel.ArgMax(out[i].Row(3*k+step))] == p.labels[w+step] {
						right++
					}
				}
			}
			got, given := metrics[name]
			if given != (i == 0 || alpha > 0) || given && math.Abs(got-float64(right)/float64(n)) > 1e-12 {
				t.Errorf("alpha %v: %s is %v, want %d of %d", alpha, name, got, right, n)
			}
		}
	}
}
