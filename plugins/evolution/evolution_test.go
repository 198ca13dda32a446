package evolution

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

// halfspace has 200 points of 5 channels on the two sides of a plane.
func halfspace() *data.Recording {
	rng := data.Rand(1, "halfspace")
	r := &data.Recording{Samples: data.NewArray(200, 5), Trial: make([]int32, 200)}
	labels := make([]int32, 200)
	for i := range labels {
		r.Trial[i] = int32(i)
		sum := 0.0
		for j := range 5 {
			v := rng.NormFloat64()
			r.Samples.Row(i)[j] = float32(v)
			sum += v * float64(j-1)
		}
		if sum > 0 {
			labels[i] = 1
		}
	}
	r.Targets = []data.Target{{Name: "side", Labels: labels, Classes: 2}}
	return r
}

func TestConformance(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: halfspace()}
	slow := map[string]any{"generations": 10_000_000}
	methodtest.Run(t, New(),
		methodtest.Case{Name: "selection", Settings: map[string]any{"generations": 40, "genes": 5, "examples": 50}, Data: recs, Slow: slow},
		methodtest.Case{Name: "descent", Settings: map[string]any{"train": "descent", "generations": 40, "genes": 5, "examples": 0}, Data: recs, Slow: slow},
	)
}

// A generation is a step of gradient descent, up to second order in the strength of
// selection and the effect of an allele: what is left shrinks as they do.
func TestSelectionIsDescent(t *testing.T) {
	r := halfspace()
	b := newBatch(r, &r.Targets[0])
	rest := func(effect, theta float64) float64 {
		s := &settings{Genes: 10, Effect: effect, Theta: theta}
		p := found(6, s, data.Rand(2, "genes"))
		w, rates := p.weights(), p.rates(theta)
		down := b.gradient(w)
		if err := p.next(b, theta); err != nil {
			t.Fatal(err)
		}
		off, all := 0.0, 0.0
		for j, v := range p.weights() {
			step := -rates[j] * down[j]
			off, all = off+math.Abs(v-w[j]-step), all+math.Abs(step)
		}
		return off / all
	}
	for _, effect := range []float64{0.1, 0.01} {
		if got := rest(effect, effect/2); got > effect {
			t.Errorf("effect %v: a step is off by %v of itself", effect, got)
		}
	}
}

// moved and gradient agree with the loss itself.
func TestLoss(t *testing.T) {
	r := halfspace()
	b := newBatch(r, &r.Targets[0])
	w := []float64{0.3, -0.2, 0.5, 0.1, -1, 0.4}
	m, g := b.margins(w), b.gradient(w)
	for j := range w {
		const h = 1e-5
		v := append([]float64(nil), w...)
		v[j] += h
		up := b.loss(v)
		if math.Abs(up-b.moved(m, j, h)) > 1e-12 {
			t.Errorf("weight %d: moved gives %v, the loss is %v", j, b.moved(m, j, h), up)
		}
		v[j] -= 2 * h
		if slope := (up - b.loss(v)) / (2 * h); math.Abs(slope-g[j]) > 1e-7 {
			t.Errorf("weight %d: gradient %v, slope %v", j, g[j], slope)
		}
	}
	if got := logistic(-1e4); got != 1e4 {
		t.Errorf("logistic(-1e4) = %v", got)
	}
}

// What is learned tells the sides apart, by either way, and the loss falls.
func TestLearns(t *testing.T) {
	r := halfspace()
	b := newBatch(r, &r.Targets[0])
	s := &settings{Genes: 10, Effect: 0.3, Theta: 0.2}
	p := found(6, s, data.Rand(3, "genes"))
	before := b.loss(p.weights())
	for range 300 {
		was := b.loss(p.weights())
		if err := p.next(b, s.Theta); err != nil {
			t.Fatal(err)
		}
		if now := b.loss(p.weights()); now > was {
			t.Fatalf("the loss rose from %v to %v", was, now)
		}
	}
	w := p.weights()
	if b.loss(w) > before/2 || b.accuracy(w) < 0.95 {
		t.Errorf("loss %v after %v, accuracy %v", b.loss(w), before, b.accuracy(w))
	}
	if s.Theta = 0.9; p.effect > 0 {
		p.effect = 1000
		if err := p.next(b, s.Theta); err == nil {
			t.Error("a fitness below 0 passed")
		}
	}
}
