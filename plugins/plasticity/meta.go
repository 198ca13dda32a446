package plasticity

import (
	"context"
	"math/rand/v2"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// A lesson is what rules are learned on: inputs [n x d] with labels.
type lesson struct {
	x       []float32
	inputs  int
	labels  []int32
	classes int
}

func (l *lesson) len() int { return len(l.labels) }

// meta learns a rule by gradient descent (section 4): for every batch W and U
// begin anew, the rule trains them on the batch, one sample after another, and
// the cross-entropy of the trained network on the same batch is brought down by
// a step of Adam on the rule.
type meta struct {
	net       *network
	learner   *learner
	passes    *passes
	rule      *Rule
	params    *params
	gradient  ruleGradient
	twice     bool // softmax of softmax, as the released code computes the loss
	rate, l2  float64
	labels    []int32
	ax        []float32 // [batch x V] drives or, where they are known, activities
	codes     []uint8   // [batch x V] with activities
	lastRight float64

	meanLoss, meanAccuracy float64 // over the last epoch
}

func newMeta(s *settings, l *lesson, w *kernel.Workers, req framework.TrainRequest) *meta {
	m := &meta{twice: s.Loss == "double-softmax", rate: s.MetaRate, l2: s.MetaDecay}
	m.net = newNetwork(s.metaShape(l), req.Rand("meta graph"))
	m.rule = newRule(s.T, s.multiplicative())
	m.params = newParams(s.T, s.hidden(), s.Silent, req.Rand("meta rule"))
	m.params.fill(m.rule)
	m.learner = s.learner(m.net, m.rule)
	m.learner.events = new(events)
	batch := min(s.MetaBatch, l.len())
	m.passes = newPasses(m.net, w, batch)
	m.labels, m.ax = make([]int32, batch), make([]float32, batch*m.net.V)
	return m
}

// run trains on one batch, given by its drives, and returns the loss.
func (m *meta) run(ax []float32, labels []int32) float64 {
	m.begin()
	for i, label := range labels {
		m.learner.sample(ax[i*m.net.V:][:m.net.V], int(label))
	}
	m.passes.driven(ax)
	return m.loss(labels)
}

// known is run where activities and codes [batch x V] do not depend on what is
// learned: of one round.
func (m *meta) known(h []float32, codes []uint8, labels []int32) float64 {
	m.begin()
	a := m.learner.a
	own, ownCodes := a.h, a.codes
	for i, label := range labels {
		a.h, a.codes = h[i*m.net.V:][:m.net.V], codes[i*m.net.V:][:m.net.V]
		m.learner.presented(int(label))
	}
	a.h, a.codes = own, ownCodes
	m.passes.known(h)
	return m.loss(labels)
}

func (m *meta) begin() {
	m.net.reset(m.rule.Multiplicative)
	m.learner.setRule()
	*m.learner.events = events{m.learner.events.codes[:0], m.learner.events.label[:0], m.learner.events.guessed[:0]}
}

// loss is that of the trained network on the batch.
func (m *meta) loss(labels []int32) float64 {
	right := 0
	for i, label := range labels {
		if kernel.ArgMax(m.passes.logits[i*m.net.Classes:][:m.net.Classes]) == int(label) {
			right++
		}
	}
	m.lastRight = float64(right) / float64(len(labels))
	return crossEntropy(m.passes.logits[:len(labels)*m.net.Classes], labels, m.twice)
}

// descend computes the gradient of the loss of the last run and makes a step.
func (m *meta) descend() {
	m.passes.backward(m.passes.logits, true)
	m.gradient.compute(m.learner, m.passes.dw, m.passes.du)
	m.params.back(m.rule, m.gradient.graph, m.gradient.output)
	m.params.descent.step(m.rate, m.l2)
	m.params.fill(m.rule)
}

// learn goes through the lesson epoch by epoch. Each epoch shuffles it; a batch
// that would be incomplete is left out.
func (m *meta) learn(ctx context.Context, s *settings, l *lesson, req framework.TrainRequest, rec framework.Recorder) error {
	order, graphs := req.Rand("meta order"), req.Rand("meta graphs")
	fixed := s.MetaGraphs == "fixed"
	var drive []float32
	var codes []uint8
	if fixed {
		drive = make([]float32, l.len()*m.net.V)
		m.net.drive(m.passes.w, drive, l.x)
		if m.net.T == 1 { // then activities do not change either
			codes = make([]uint8, len(drive))
			for i := range l.len() {
				row := drive[i*m.net.V:][:m.net.V]
				m.net.present(m.learner.a, row)
				copy(row, m.learner.a.h)
				copy(codes[i*m.net.V:], m.learner.a.codes)
			}
		}
	}
	batch := len(m.labels)
	for epoch := range s.MetaEpochs {
		rows := order.Perm(l.len())
		var loss, right float64
		n := 0
		for ; (n+1)*batch <= len(rows); n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !fixed && n+epoch > 0 {
				m.redraw(s, l, graphs)
			}
			m.gather(rows[n*batch:][:batch], l, drive, codes)
			if codes != nil {
				loss += m.known(m.ax, m.codes, m.labels)
			} else {
				loss += m.run(m.ax, m.labels)
			}
			right += m.lastRight
			m.descend()
		}
		m.meanLoss, m.meanAccuracy = loss/float64(n), right/float64(n)
		rec.Metric("meta_loss", int64(epoch+1), m.meanLoss)
		rec.Metric("meta_accuracy", int64(epoch+1), m.meanAccuracy)
		rec.Progress(int64(epoch+1), int64(s.MetaEpochs), "meta epochs")
	}
	return nil
}

// redraw replaces the graph and the input weights.
func (m *meta) redraw(s *settings, l *lesson, rng *rand.Rand) {
	fresh := newNetwork(s.metaShape(l), rng)
	m.net.A, m.net.W, m.net.Mask = fresh.A, fresh.W, fresh.Mask
}

// gather collects a batch: its labels, and its drives (or activities and codes)
// from those of the lesson or, where the network is new, computed.
func (m *meta) gather(rows []int, l *lesson, drive []float32, codes []uint8) {
	v := m.net.V
	m.codes = m.codes[:0]
	var x []float32
	for i, r := range rows {
		m.labels[i] = l.labels[r]
		if drive == nil {
			x = append(x, l.x[r*l.inputs:][:l.inputs]...)
			continue
		}
		copy(m.ax[i*v:][:v], drive[r*v:][:v])
		if codes != nil {
			m.codes = append(m.codes, codes[r*v:][:v]...)
		}
	}
	if drive == nil {
		m.net.drive(m.passes.w, m.ax, x)
	}
}
