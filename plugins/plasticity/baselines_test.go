package plasticity

import (
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// The closed form minimises the squared error of the linear output that training
// with it gives, every sample updating every label: any other rule is worse, and
// the first-order condition holds. On 400 points of a halfspace another program
// found 91 % on them.
func TestClosedForm(t *testing.T) {
	r := points(t, map[string]any{"train": 400, "test": 2}, 3).On(data.Train)
	recs := map[string]*data.Recording{"main": r}
	s := with(t, map[string]any{"rule": "closed-form", "meta_role": "main", "neurons": 100, "update": "every", "edges": "all"})
	l := lessonOf(t, r)
	w := workers(t)
	rule, err := closedForm(s, l, w, request(s, recs, 2))
	if err != nil {
		t.Fatal(err)
	}
	net := newNetwork(s.metaShape(l), request(s, recs, 2).Rand("meta graph"))
	p := newPasses(net, w, l.len())
	squares := func(ro []float64) float64 { // by training, not by the formula
		net.reset(false)
		learner := s.learner(net, &Rule{Rounds: 1, Output: ro})
		p.forward(l.x)
		for i, label := range l.labels {
			learner.sample(p.ax[i*net.V:][:net.V], int(label))
		}
		p.forward(l.x)
		sum := 0.0
		for i, label := range l.labels {
			for c := range 2 {
				want := 0.0
				if c == int(label) {
					want = 1
				}
				d := float64(p.logits[2*i+c]) - want
				sum += d * d
			}
		}
		return sum / float64(l.len())
	}
	best := squares(rule.Output)
	if best > 0.5 { // 0 everywhere has 1, and a constant .5 has .5
		t.Errorf("mean squared error %v with %v", best, rule.Output)
	}
	for i := range 4 {
		h := 0.1 * math.Abs(rule.Output[i])
		var off [2]float64
		for k, d := range []float64{-h, h} {
			ro := slices.Clone(rule.Output)
			ro[i] += d
			off[k] = squares(ro)
		}
		if off[0] <= best || off[1] <= best || math.Abs(off[1]-off[0]) > 0.05*(off[0]+off[1]-2*best) {
			t.Errorf("entry %d: error %v, and %v nearby", i, best, off)
		}
	}
	m := trained(t, map[string]any{"rule": "closed-form", "meta_role": "main", "neurons": 100, "update": "every", "edges": "all"}, recs, 2)
	got, err := m.Evaluate(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got["accuracy"] < 0.86 {
		t.Errorf("accuracy %v on the points themselves", got["accuracy"])
	}
}

// Every way to train learns three easy classes, and synapses that the masks leave
// out stay 0.
func TestBaselinesLearn(t *testing.T) {
	recs := tiny()
	for _, values := range []map[string]any{
		{"train": "perceptron", "epochs": 5}, {"train": "gd-output", "gd_batch": 10, "epochs": 30}, {"train": "gd-all", "gd_batch": 10, "epochs": 20, "rounds": 2}, {"output_rule": []float64{-1, 1, 1, -1}, "epochs": 5},
		{"mode": "multiplicative", "output_rule": []float64{-1, 1, 1, -1}, "epochs": 20},
	} {
		values["neurons"] = 60
		m := trained(t, values, recs, 2)
		got, err := m.Evaluate(t.Context(), recs["main"])
		if err != nil {
			t.Fatal(err)
		}
		if got["accuracy"] < 0.93 {
			t.Errorf("%v: accuracy %v", values, got["accuracy"])
		}
		for name, w := range map[string][]float32{"A": m.net.A, "W": m.net.W} {
			absent := 0
			for _, v := range w {
				if v == 0 {
					absent++
				}
			}
			if share := float64(absent) / float64(max(1, len(w))); len(w) > 0 && math.Abs(share-0.5) > 0.08 {
				t.Errorf("%v: %.2f of %s are absent, not half", values, share, name)
			}
		}
	}
}

// Appendix C: evolution under weak selection is gradient descent. Haploid
// genomes, Y = ε Σ ±1, allele frequencies x; standard weak selection with
// selection coefficients −θ L of the two alleles (the appendix's printed update is
// not consistent in sign and factors):
//
//	x' = x (1 − θ L₊) / (x (1 − θ L₊) + (1 − x)(1 − θ L₋)),   L± = L(Ȳ with that gene fixed to ±)
//
// Every frequency moves against dL/dY, and the loss falls.
func TestWeakSelection(t *testing.T) {
	rng := data.Rand(1, "genes")
	for range 20 {
		const n, eps, theta = 30, 0.05, 0.05
		goal := 2*rng.Float64() - 1
		loss := func(y float64) float64 { return (y - goal) * (y - goal) }
		x := make([]float64, n)
		for i := range x {
			x[i] = 0.1 + 0.8*rng.Float64()
		}
		mean := func() (y float64) {
			for _, v := range x {
				y += eps * (2*v - 1)
			}
			return y
		}
		first := loss(mean())
		for range 300 {
			y := mean()
			slope := 2 * (y - goal)
			if math.Abs(slope) < 2*eps { // L± straddle the minimum: O(ε²) matters
				break
			}
			for i, v := range x {
				plus, minus := 1-theta*loss(y+2*eps*(1-v)), 1-theta*loss(y-2*eps*v)
				x[i] = v * plus / (v*plus + (1-v)*minus)
				if (x[i]-v)*slope >= 0 {
					t.Fatalf("allele %d went from %v to %v while dL/dY is %v", i, v, x[i], slope)
				}
			}
			if after := loss(mean()); after >= loss(y) {
				t.Fatalf("the loss rose from %v to %v", loss(y), after)
			}
		}
		if last := loss(mean()); last > first/2 && first > 0.02 {
			t.Errorf("loss %v after selection, %v before", last, first)
		}
	}
}
