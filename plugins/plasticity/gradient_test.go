package plasticity

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// replay computes the loss of a batch from the definition, in float64: weights
// from the events of a run, then T rounds in which exactly the given neurons are
// let through. With events and active sets fixed the loss is a smooth function
// of the rule.
type replay struct {
	m      *meta
	ax     []float32
	labels []int32
	events events
	active [][]bool // [T][rows·V]
}

func newReplay(m *meta, ax []float32, labels []int32) *replay {
	r := &replay{m: m, ax: slices.Clone(ax), labels: slices.Clone(labels)}
	e := m.learner.events
	r.events = events{slices.Clone(e.codes), slices.Clone(e.label), slices.Clone(e.guessed)}
	r.active = activeIn(m.passes)
	return r
}

// activeIn says which neurons ReLU and cap let through in the last forward pass.
func activeIn(p *passes) (active [][]bool) {
	for _, h := range p.h {
		on := make([]bool, p.rows*p.net.V)
		for i := range on {
			on[i] = h[i] > 0
		}
		active = append(active, on)
	}
	return active
}

// weights returns W [V x V] as stored and U, by appendix A.1.
func (r *replay) weights(rule *Rule) (w, u []float64) {
	n, l := r.m.net, r.m.learner
	v, p := n.V, rule.patterns()
	w, u = make([]float64, v*v), make([]float64, n.Classes*v)
	if rule.Multiplicative {
		for i := range u {
			u[i] = 1
		}
		for i, m := range n.Mask {
			w[i] = float64(m)
		}
	}
	change := func(x *float64, step float64) {
		if rule.Multiplicative {
			*x *= 1 + step
		} else {
			*x += step
		}
	}
	for e := range r.events.label {
		codes := r.events.codes[e*v:][:v]
		for i := range v {
			for j := range v {
				if n.T > 1 && n.Mask[i*v+j] == 1 {
					w[i*v+j] *= 1 - l.decay
					change(&w[i*v+j], l.etaW*rule.Graph[int(codes[i])*p+int(codes[j])])
				}
			}
			for c := range int32(n.Classes) {
				switch {
				case c == r.events.label[e]:
					change(&u[int(c)*v+i], l.eta*rule.Output[2*codes[i]])
				case c == r.events.guessed[e] || l.allEdges:
					change(&u[int(c)*v+i], l.eta*rule.Output[2*codes[i]+1])
				}
			}
		}
	}
	return w, u
}

func (r *replay) loss(rule *Rule) float64 {
	w, u := r.weights(rule)
	return definition(r.m.net, wide(r.ax), w, u, r.active, r.labels, r.m.twice)
}

// definition is the mean cross-entropy of samples with drives ax, in float64, by
// the equations, with exactly the active neurons [T][rows·V] let through.
func definition(n *network, ax, w, u []float64, active [][]bool, labels []int32, twice bool) float64 {
	v := n.V
	total := 0.0
	for i, label := range labels {
		h := make([]float64, v)
		for t := range n.T {
			z := make([]float64, v)
			for j := range v {
				in := 0.0
				for k := range v {
					if t > 0 {
						from := h[k]
						if n.Released {
							from += ax[i*v+k]
						}
						in += from * w[k*v+j]
					}
				}
				if t == 0 || !n.Released {
					in += ax[i*v+j]
				}
				if t > 0 && n.GraphBias != nil {
					in += float64(n.GraphBias[j])
				}
				if active[t][i*v+j] {
					z[j] = in
				}
			}
			h = z
		}
		logits := make([]float64, n.Classes)
		for c := range logits {
			for j := range v {
				logits[c] += u[c*v+j] * h[j]
			}
		}
		softmax(logits, logits)
		if twice {
			softmax(logits, logits)
		}
		total -= math.Log(logits[label])
	}
	return total / float64(len(labels))
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// lossAt is the definition for the network's own weights and inputs x.
func lossAt(n *network, x []float32, active [][]bool, labels []int32) float64 {
	ax := make([]float64, len(labels)*n.V)
	for i := range labels {
		for j := range n.V {
			if n.InBias != nil {
				ax[i*n.V+j] = float64(n.InBias[j])
			}
			for k := range n.Inputs {
				ax[i*n.V+j] += float64(n.A[j*n.Inputs+k]) * float64(x[i*n.Inputs+k])
			}
		}
	}
	return definition(n, ax, wide(n.W), wide(n.U), active, labels, false)
}

// Gradients of the rule, whatever its form and the way it is applied, against
// central differences of the definition with events and active sets held fixed;
// and the loss itself.
func TestRuleGradient(t *testing.T) {
	for _, c := range []map[string]any{
		{"rounds": 1},
		{"rounds": 1, "edges": "all", "update": "every", "meta_objective": "double-softmax"},
		{"rounds": 3},
		{"rounds": 3, "graph_rule_form": "mlp", "hidden": 5, "silent": "either", "graph_decay": 0.01},
		{"rounds": 2, "graph_decay": 0.05, "silent": "pre", "meta_objective": "double-softmax"},
		{"rounds": 3, "mode": "multiplicative", "graph_bias": 1},
		{"rounds": 2, "mode": "multiplicative", "edges": "all"},
		{"rounds": 3, "graph_round": "released", "graph_bias": 0.5},
		{"rounds": 3, "fired": "cap", "eta_graph": 0.002, "graph_rule_form": "mlp"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			c["meta_neurons"], c["meta_batch"], c["rule"], c["neurons"], c["eta_graph"] = 24, 40, "learned", 24, 0.01
			s := with(t, c)
			l := lessonOf(t, points(t, map[string]any{"train": 40, "test": 2, "inputs": 6}, 3))
			l.x, l.labels = l.x[:40*6], l.labels[:40]
			m := newMeta(s, l, workers(t), request(s, nil, 5))
			ax := make([]float32, 40*24)
			m.net.drive(m.passes.w, ax, l.x)
			for range 3 { // away from ro = 0, where little would be tested
				m.run(ax, l.labels)
				m.descend()
			}
			theta := slices.Clone(m.params.theta)
			loss := m.run(ax, l.labels)
			r := newReplay(m, ax, l.labels)
			if want := r.loss(m.rule); math.Abs(loss-want) > 1e-4*(1+want) {
				t.Errorf("loss %v, from the definition %v", loss, want)
			}
			if len(r.events.label) < 5 {
				t.Fatalf("only %d updates", len(r.events.label))
			}
			m.passes.backward(m.passes.logits, true)
			m.gradient.compute(m.learner, m.passes.dw, m.passes.du)
			m.params.back(m.rule, m.gradient.graph, m.gradient.output)
			got := slices.Clone(m.params.descent.grad)
			// ro and r by themselves: gradients of r are much smaller.
			largest := [2]float64{}
			part := func(i int) int { return min(1, i/(2<<s.T)) }
			for i, g := range got {
				largest[part(i)] = math.Max(largest[part(i)], math.Abs(float64(g)))
			}
			moved := newRule(s.T, s.multiplicative())
			nonzero := [2]int{}
			for i := range theta {
				var f [2]float64
				const h = 1.0 / 256
				for k, d := range []float32{-h, h} {
					m.params.theta[i] = theta[i] + d
					m.params.fill(moved)
					f[k] = r.loss(moved)
				}
				m.params.theta[i] = theta[i]
				want := (f[1] - f[0]) / (2 * h)
				if math.Abs(want-float64(got[i])) > 2e-3*largest[part(i)] {
					t.Errorf("parameter %d: gradient %.6g, central difference %.6g (largest %.3g)", i, got[i], want, largest[part(i)])
				}
				if want != 0 {
					nonzero[part(i)]++
				}
			}
			if nonzero[0] < 4 || s.T > 1 && nonzero[1] < 4 {
				t.Errorf("only %d entries of ro and %d parameters of r have an effect", nonzero[0], nonzero[1])
			}
		})
	}
}

// Gradients of all weights (baseline "gd-all") and of the input (the attack)
// against central differences with the active sets held fixed.
func TestWeightAndInputGradients(t *testing.T) {
	for _, values := range []map[string]any{
		{"rounds": 1, "neurons": 14},
		{"rounds": 3, "neurons": 14, "k": 5},
		{"rounds": 3, "neurons": 14, "graph_round": "released"},
	} {
		n := newNetwork(with(t, values).shape(&lesson{inputs: 6, classes: 3}), data.Rand(1, "network"))
		d := newDescent(n, workers(t), data.Rand(1, "init"), 9)
		x, labels := make([]float32, 9*6), make([]int32, 9)
		rng := data.Rand(1, "x")
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		for i := range labels {
			labels[i] = int32(rng.IntN(3))
		}
		d.passes.forward(x)
		active := activeIn(d.passes)
		saved := map[string][]float32{"A": slices.Clone(n.A), "W": slices.Clone(n.W), "U": slices.Clone(n.U), "input bias": slices.Clone(n.InBias), "graph bias": slices.Clone(n.GraphBias)}
		d.step(x, labels, 0) // gradients; a rate of 0 moves nothing
		for name, list := range map[string]*adam{"A": d.a, "W": d.w, "U": d.u, "input bias": d.inBias, "graph bias": d.graphBias} {
			if list == nil {
				continue
			}
			if !slices.Equal(list.x, saved[name]) {
				t.Fatalf("%v: %s moved", values, name)
			}
			checkGradient(t, name, list.x, list.grad, func(i int) bool { return name[1:] != "" || name == "U" || list.x[i] != 0 }, func() float64 { return lossAt(n, x, active, labels) })
		}
		d.passes.forward(x)
		crossEntropy(d.passes.logits, labels, false)
		d.passes.backward(d.passes.logits, false)
		dx := make([]float32, len(x))
		d.passes.inputGradient(dx)
		checkGradient(t, "x", x, dx, func(int) bool { return true }, func() float64 { return lossAt(n, x, active, labels) })
	}
}

// checkGradient compares with (f(x+h) − f(x−h))/2h; what does not exist has no gradient.
func checkGradient(t *testing.T, name string, x, grad []float32, exists func(i int) bool, f func() float64) {
	t.Helper()
	largest := 0.0
	for _, g := range grad {
		largest = math.Max(largest, math.Abs(float64(g)))
	}
	if largest == 0 {
		t.Errorf("%s: no gradient at all", name)
	}
	for i := range x {
		want := 0.0
		if exists(i) {
			const h = 1.0 / 512
			was := x[i]
			x[i] = was + h
			above := f()
			x[i] = was - h
			want = (above - f()) / (2 * h)
			x[i] = was
		}
		if math.Abs(want-float64(grad[i])) > 2e-3*largest {
			t.Errorf("%s[%d]: gradient %.6g, central difference %.6g (largest %.3g)", name, i, grad[i], want, largest)
		}
	}
}
