package plasticity

import (
	"fmt"
	"math"
	"slices"
	"testing"
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
	for _, h := range m.passes.h {
		on := make([]bool, len(labels)*m.net.V)
		for i := range on {
			on[i] = h[i] > 0
		}
		r.active = append(r.active, on)
	}
	return r
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
	n := r.m.net
	v := n.V
	w, u := r.weights(rule)
	total := 0.0
	for i, label := range r.labels {
		h := make([]float64, v)
		for t := range n.T {
			z := make([]float64, v)
			for j := range v {
				in := 0.0
				for k := range v {
					if t > 0 {
						from := h[k]
						if n.Released {
							from += float64(r.ax[i*v+k])
						}
						in += from * w[k*v+j]
					}
				}
				if t == 0 || !n.Released {
					in += float64(r.ax[i*v+j])
				}
				if t > 0 && n.GraphBias != nil {
					in += float64(n.GraphBias[j])
				}
				if r.active[t][i*v+j] {
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
		if r.m.twice {
			softmax(logits, logits)
		}
		total -= math.Log(logits[label])
	}
	return total / float64(len(r.labels))
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
			c["meta_neurons"], c["meta_batch"], c["rule"], c["neurons"], c["eta_graph"] = 24, 40, "learned", 24, 0.003
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
			largest := 0.0
			for _, g := range got {
				largest = math.Max(largest, math.Abs(float64(g)))
			}
			moved := newRule(s.T, s.multiplicative())
			nonzero := 0
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
				if math.Abs(want-float64(got[i])) > 2e-3*largest {
					t.Errorf("parameter %d: gradient %.6g, central difference %.6g (largest %.3g)", i, got[i], want, largest)
				}
				if want != 0 {
					nonzero++
				}
			}
			if nonzero < 4 {
				t.Errorf("only %d parameters have an effect", nonzero)
			}
		})
	}
}
