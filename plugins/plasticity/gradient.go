package plasticity

import "github.com/assaylab/assay/framework/nn/kernel"

// A ruleGradient takes gradients of the final weights to those of the rule.
// Weights are sums of η times entries of the rule, so with Cnt_(a,b) [V x V] the
// number of times that each synapse received entry (a, b),
//
//	dL/dr(a,b) = η_W ⟨dL/dW, Cnt_(a,b)⟩,   dL/dro(a,b) = η ⟨dL/dU, Cnt_(a,b)⟩
//
// Counts are not stored: the events are gone through once more. A multiplicative
// weight is a product of (1 + η r), so dw/dr(a,b) = w η Cnt_(a,b) / (1 + η r(a,b)).
// Where W decays by δ before every update, an update that was followed by m
// others counts (1 − δ)^m.
type ruleGradient struct {
	graph, output []float64
	masked        []float32 // dL/dW on existing synapses (times W, if multiplicative)
	rows          []float32 // dL/dU (times U)
	from          []float32 // [2^T x V]
	have          []bool
}

func (g *ruleGradient) compute(l *learner, dw, du []float32) {
	n, p := l.net, l.rule.patterns()
	if g.output == nil {
		g.graph, g.output = make([]float64, p*p), make([]float64, 2*p)
		g.masked, g.rows = make([]float32, len(dw)), make([]float32, len(du))
		g.from, g.have = make([]float32, p*n.V), make([]bool, p)
	}
	clear(g.graph)
	clear(g.output)
	copy(g.rows, du)
	if l.rule.Multiplicative {
		kernel.Mul(g.rows, g.rows, n.U)
	}
	if n.T > 1 {
		with := n.Mask
		if l.rule.Multiplicative {
			with = n.W
		}
		kernel.Mul(g.masked, dw, with)
	}
	weight := 1.0
	for e := len(l.events.label) - 1; e >= 0; e-- {
		codes := l.events.codes[e*n.V:][:n.V]
		g.outputEvent(l, codes, int(l.events.label[e]), int(l.events.guessed[e]))
		if n.T > 1 && l.rule.Graph != nil {
			g.graphEvent(n.V, p, codes, weight)
			weight *= 1 - l.decay
		}
	}
	finish(g.output, l.rule.Output, l.eta, l.rule.Multiplicative)
	finish(g.graph, l.rule.Graph, l.etaW, l.rule.Multiplicative)
}

func (g *ruleGradient) outputEvent(l *learner, codes []uint8, label, guess int) {
	for c := range l.net.Classes {
		b := 1
		if c == label {
			b = 0
		} else if c != guess && !l.allEdges {
			continue
		}
		row := g.rows[c*l.net.V:][:l.net.V]
		for i, s := range codes {
			g.output[2*int(s)+b] += float64(row[i])
		}
	}
}

// graphEvent adds Σ_(i: s_i = a) Σ_(j: s_j = b) of masked to graph[a, b].
func (g *ruleGradient) graphEvent(v, p int, codes []uint8, weight float64) {
	clear(g.from)
	clear(g.have)
	for i, s := range codes {
		g.have[s] = true
		to := g.from[int(s)*v:][:v]
		kernel.Add(to, to, g.masked[i*v:][:v])
	}
	for a := range p {
		if !g.have[a] {
			continue
		}
		for j, b := range codes {
			g.graph[a*p+int(b)] += weight * float64(g.from[a*v+j])
		}
	}
}

func finish(d, table []float64, eta float64, multiplicative bool) {
	for i := range table {
		d[i] *= eta
		if f := 1 + eta*table[i]; multiplicative && f != 0 {
			d[i] /= f
		}
	}
}
