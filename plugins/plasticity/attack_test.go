package plasticity

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// End points lie in the ball and in the box, get nearer to the wrong label than
// random points do, and equal distances cost what they should.
func TestAttackStaysInBallAndBox(t *testing.T) {
	recs := tiny()
	r := recs["main"]
	m := trained(t, map[string]any{"neurons": 60, "curve": false}, recs, 1)
	c, _ := r.ClassTarget("class")
	all := &targets{d: 12, classes: 3}
	for i := range 30 {
		all.add(i, r.Samples.Row(i), c.Labels[i])
	}
	if len(all.wrong) != 60 {
		t.Fatalf("%d targets for 30 samples of 3 labels", len(all.wrong))
	}
	p := newPasses(m.net, workers(t), 60)
	towards := func(x []float32) float64 { // mean loss of the wrong labels
		p.forward(x)
		return crossEntropy(p.logits[:60*3], all.wrong, false)
	}
	before := towards(all.repeated)
	for _, a := range []attack{
		{eps: 0.3, high: 1, steps: 20, stepSize: 2.5},
		{eps: 0.3, high: 1, steps: 20, stepSize: 2.5, raw: true},
		{eps: 0.1, high: 1, steps: 5, stepSize: 1, twice: true},
		{eps: 0.3, low: 0.1, high: 0.6, steps: 20, stepSize: 2.5},
	} {
		x0 := all.repeated
		if a.low > 0 { // the box must hold the samples
			x0 = append([]float32(nil), x0...)
			kernel.Clamp(x0, x0, float32(a.low), float32(a.high))
		}
		x, err := a.targeted(t.Context(), p, x0, all.wrong)
		if err != nil {
			t.Fatal(err)
		}
		farthest := 0.0
		for i := range all.wrong {
			d := math.Sqrt(float64(kernel.SquaredError(x[i*12:][:12], x0[i*12:][:12])))
			farthest = max(farthest, d)
			for _, v := range x[i*12:][:12] {
				if v < float32(a.low) || v > float32(a.high) {
					t.Errorf("%+v: %v is outside the box", a, v)
				}
			}
		}
		if farthest > a.eps*(1+1e-5) || farthest < a.eps/10 {
			t.Errorf("%+v: the farthest point is at %v", a, farthest)
		}
		if after := towards(x); after >= before {
			t.Errorf("%+v: the wrong labels have loss %v, before %v", a, after, before)
		}
	}
}

// At distance 0 robust accuracy is accuracy; it falls with distance, and the
// attack by gradients is at least as strong as the transferred one on a net
// whose gradients are sound.
func TestRobustness(t *testing.T) {
	recs := tiny()
	m := trained(t, map[string]any{"train": "gd-all", "neurons": 60, "epochs": 20, "gd_batch": 10, "attack": "targeted", "attack_images": 90, "search_steps": 100, "surrogate_epochs": 20}, recs, 1)
	r := recs["main"]
	got, err := m.Evaluate(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"robust_0", "search_0", "transfer_0", "worst_0"} {
		if got[name] != got["accuracy"] {
			t.Errorf("%s is %v, accuracy %v", name, got[name], got["accuracy"])
		}
	}
	if got["accuracy"] < 0.95 || got["surrogate_accuracy"] < 0.95 {
		t.Errorf("accuracy %v, of the surrogate %v", got["accuracy"], got["surrogate_accuracy"])
	}
	// Classes lie 0.5 √8 = 1.4 apart: within 1 most can be reached, within 3 all.
	if got["robust_1"] > 0.6 || got["robust_3"] > 0.05 || got["transfer_4"] > 0.3 || got["search_4"] > 0.1 {
		t.Errorf("the attacks are weak: %v", got)
	}
	if got["robust_1"] > got["transfer_1"] || got["worst_1"] > min(got["robust_1"], got["search_1"], got["transfer_1"]) {
		t.Errorf("order of attacks: %v", got)
	}
	// A train part is not attacked.
	part := *r
	part.Split = make([]data.Split, r.Len())
	for i := range part.Split {
		part.Split[i] = data.Train
	}
	if got, err := m.Evaluate(t.Context(), &part); err != nil || got["accuracy"] == 0 || len(got) == 0 {
		t.Error(got, err)
	} else if _, there := got["robust_0"]; there {
		t.Error("a train part is attacked")
	}
	out := *r
	out.Samples = data.Array{Shape: r.Samples.Shape, Values: append([]float32{1.5}, r.Samples.Values[1:]...)}
	if _, err := m.Evaluate(t.Context(), &out); err == nil {
		t.Error("an input outside the box is not refused")
	}
}
