package plasticity

import "github.com/assaylab/assay/framework/nn/kernel"

// A learner trains W and U of a network by a rule, one sample after another,
// without gradients (appendix A.1).
type learner struct {
	net       *network
	rule      *Rule
	eta, etaW float64 // η of U and of W
	decay     float64 // ours: W loses this share before every update; 0 in the paper
	every     bool    // update on every sample, not only on mistakes
	allEdges  bool    // b = 1 for every wrong label, not only the predicted one

	a       *activity
	trueRow []float32   // [2^T] η ro(., 0)
	wrong   []float32   // [2^T] η ro(., 1)
	graph   [][]float32 // [2^T][2^T] η_W r(s_i, .), nil rows where it is 0
	to      [][]float32 // [2^T][V] η_W r(s_i, s_j) of the sample at hand
	have    []bool

	mistakes int
	events   *events // what a gradient will need, or nil
}

// events are the updates of a run in their order.
type events struct {
	codes          []uint8 // [events x V]
	label, guessed []int32
}

func newLearner(net *network, rule *Rule, eta, etaW float64) *learner {
	p := rule.patterns()
	l := &learner{net: net, rule: rule, eta: eta, etaW: etaW, a: newActivity(net), trueRow: make([]float32, p), wrong: make([]float32, p),
		graph: make([][]float32, p), to: make([][]float32, p), have: make([]bool, p)}
	for a := range l.to {
		l.to[a] = make([]float32, net.V)
	}
	l.setRule()
	return l
}

// setRule takes over the numbers of the rule, which may have changed.
func (l *learner) setRule() {
	step(l.trueRow, l.eta, l.rule.Output, 0, 2)
	step(l.wrong, l.eta, l.rule.Output, 1, 2)
	p := l.rule.patterns()
	for a := range l.graph {
		l.graph[a] = nil
		if l.net.T == 1 || l.rule.Graph == nil {
			continue // W does not change
		}
		row := make([]float32, p)
		step(row, l.etaW, l.rule.Graph, a*p, 1)
		for _, v := range row {
			if v != 0 {
				l.graph[a] = row
			}
		}
	}
}

// sample presents a sample whose drive is ax: prediction, and the updates that
// follow. It returns the prediction before them.
func (l *learner) sample(ax []float32, label int) int {
	l.net.present(l.a, ax)
	return l.presented(label)
}

// presented goes on from the activity.
func (l *learner) presented(label int) int {
	guess := l.net.predict(l.a)
	if guess != label {
		l.mistakes++
	} else if !l.every {
		return guess
	}
	if l.events != nil {
		l.events.codes = append(l.events.codes, l.a.codes...)
		l.events.label, l.events.guessed = append(l.events.label, int32(label)), append(l.events.guessed, int32(guess))
	}
	l.updateGraph()
	l.updateOutput(label, guess)
	return guess
}

// updateGraph changes every existing synapse by r.
func (l *learner) updateGraph() {
	n := l.net
	if n.T == 1 || l.rule.Graph == nil && l.decay == 0 {
		return
	}
	clear(l.have)
	for i, s := range l.a.codes {
		row := n.W[i*n.V:][:n.V]
		if l.decay > 0 {
			kernel.Scale(row, float32(1-l.decay), row)
		}
		if l.graph[s] == nil {
			continue
		}
		if !l.have[s] {
			l.have[s] = true
			for j, b := range l.a.codes {
				l.to[s][j] = l.graph[s][b]
			}
		}
		if l.rule.Multiplicative { // absent synapses are 0 and stay so
			kernel.MulAdd(row, row, l.to[s])
		} else {
			kernel.MulAdd(row, n.Mask[i*n.V:][:n.V], l.to[s])
		}
	}
}

// updateOutput changes the rows of U: b = 0 for the true label, b = 1 for the
// one that was predicted instead, or for all others. Where a sample that was
// right updates too and only two rows would, they are one: b = 1 is left out.
func (l *learner) updateOutput(label, guess int) {
	for c := range l.net.Classes {
		row := l.net.U[c*l.net.V:][:l.net.V]
		switch {
		case c == label:
			change(row, l.a.codes, l.trueRow, l.rule.Multiplicative)
		case c == guess || l.allEdges:
			change(row, l.a.codes, l.wrong, l.rule.Multiplicative)
		}
	}
}
