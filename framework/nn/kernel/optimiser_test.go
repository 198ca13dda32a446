package kernel

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The parameters after each step of PyTorch's optimisers, from
// testdata/optimisers.py, are met to a few roundings.
func TestOptimisersFollowPyTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/optimisers.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Start            []float32
		Gradients        [][]float32
		Adam, AdamW, SGD [][]float32
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	n := len(want.Start)
	adam := func(s AdamStep) func(step int, p, m, v, g []float32) {
		return func(step int, p, m, v, g []float32) {
			s.Correction1, s.Correction2 = 1-math.Pow(s.Beta1, float64(step)), 1-math.Pow(s.Beta2, float64(step))
			Adam(p, m, v, g, s)
		}
	}
	for _, c := range []struct {
		name string
		want [][]float32
		step func(step int, p, m, v, g []float32)
	}{
		{"Adam", want.Adam, adam(AdamStep{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, L2: 0.1})},
		{"AdamW", want.AdamW, adam(AdamStep{Rate: 0.01, Beta1: 0.8, Beta2: 0.99, Eps: 1e-6, Decay: 0.2})},
		{"SGD", want.SGD, func(_ int, p, m, _, g []float32) { Momentum(p, m, g, 0.05, 0.9, 0.01) }},
	} {
		everyISA(t, c.name, func(t *testing.T) {
			p, m, v := append([]float32(nil), want.Start...), make([]float32, n), make([]float32, n)
			if len(c.want) < 5 {
				t.Fatalf("the fixture has %d steps", len(c.want))
			}
			for i, w := range c.want {
				c.step(i+1, p, m, v, want.Gradients[i])
				for j := range w {
					if e := math.Abs(float64(p[j]) - float64(w[j])); !(e <= 4*ulp(float64(w[j]))+2e-9) {
						t.Fatalf("step %d: parameter %d is %v, in PyTorch %v", i+1, j, p[j], w[j])
					}
				}
			}
		})
	}
}
