package plasticity

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// perceptron is the baseline that adds the activity itself, not what a rule says
// of who fired: on a mistake U_label += h and U_guess −= h, from U = 0.
func (m *model) perceptron(ctx context.Context, c *course, l *lesson, w *kernel.Workers, rec framework.Recorder) error {
	n, a := m.net, newActivity(m.net)
	v := m.views(l.len()*m.Settings.Epochs, rec)
	c.views = v
	return c.stream(ctx, l, w, func(ax []float32, label int32) {
		n.present(a, ax)
		guess := n.predict(a)
		if guess != int(label) {
			kernel.Axpy(n.U[int(label)*n.V:][:n.V], 1, a.h)
			kernel.Axpy(n.U[guess*n.V:][:n.V], -1, a.h)
		}
		v.seen(guess == int(label))
	})
}

// descendOutput is the baseline that trains U alone, by Adam on the
// cross-entropy, from U = 0 on the untrained network.
func (m *model) descendOutput(ctx context.Context, c *course, l *lesson, w *kernel.Workers, rec framework.Recorder) error {
	n := m.net
	a := newActivity(n)
	u := newAdam(n.U)
	batch := m.Settings.GDBatch
	b := &waiting{h: make([]float32, batch*n.V), logits: make([]float32, batch*n.Classes)}
	v := m.views(l.len()*m.Settings.Epochs, rec)
	c.views, c.adams, c.batch = v, map[string]*adam{"U": u}, b
	return c.stream(ctx, l, w, func(ax []float32, label int32) {
		n.present(a, ax)
		v.seen(n.predict(a) == int(label))
		copy(b.h[len(b.labels)*n.V:], a.h)
		copy(b.logits[len(b.labels)*n.Classes:], a.logits)
		if b.labels = append(b.labels, label); len(b.labels) < batch && v.done < v.total {
			return
		}
		rows := len(b.labels)
		crossEntropy(b.logits[:rows*n.Classes], b.labels, false)
		w.MatMul(kernel.Of(n.Classes, n.V, u.grad), kernel.Of(rows, n.Classes, b.logits), kernel.T, kernel.Of(rows, n.V, b.h), kernel.NoTrans, kernel.Epilogue{})
		u.step(m.Settings.GDRate, 0)
		b.labels = b.labels[:0]
	})
}

// descendAll is the baseline that trains A, W, U and the biases, from U(−.5, .5)
// on the synapses there are, by Adam on the cross-entropy.
func (m *model) descendAll(ctx context.Context, c *course, l *lesson, w *kernel.Workers, rec framework.Recorder) error {
	d := newDescent(m.net, w, c.req.Rand("init"), m.Settings.descentBatch(l))
	c.views, c.adams = m.views(l.len()*m.Settings.Epochs, rec), d.adams()
	order, err := c.order(l)
	if err != nil {
		return err
	}
	return c.epochs(ctx, func() error { return d.epoch(ctx, l, order, m.Settings.GDRate, c.views.seen) })
}

func (s *settings) descentBatch(l *lesson) int { return min(max(s.GDBatch, 1), l.len()) }

// epoch goes through the lesson once; seen hears of each sample whether it was
// predicted before the step that it belongs to.
func (d *descent) epoch(ctx context.Context, l *lesson, order *rand.Rand, rate float64, seen func(right bool)) error {
	n, batch := d.passes.net, d.batch
	x, labels := make([]float32, 0, batch*l.inputs), make([]int32, 0, batch)
	for rows := range slices.Chunk(order.Perm(l.len()), batch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		x, labels = x[:0], labels[:0]
		for _, r := range rows {
			x, labels = append(x, l.x[r*l.inputs:][:l.inputs]...), append(labels, l.labels[r])
		}
		d.passes.forward(x)
		for i, label := range labels {
			seen(kernel.ArgMax(d.passes.logits[i*n.Classes:][:n.Classes]) == int(label))
		}
		d.step(x, labels, rate)
	}
	return nil
}

// A descent moves all weights of a network.
type descent struct {
	passes                     *passes
	batch                      int
	a, w, u, inBias, graphBias *adam
	maskA                      []float32
}

func newDescent(n *network, w *kernel.Workers, init *rand.Rand, batch int) *descent {
	uniform := func(dst, mask []float32) {
		for i := range dst {
			dst[i] = init.Float32() - 0.5
		}
		if mask != nil {
			kernel.Mul(dst, dst, mask)
		}
	}
	d := &descent{batch: batch, maskA: make([]float32, len(n.A))}
	for i, a := range n.A {
		if a != 0 {
			d.maskA[i] = 1
		}
	}
	uniform(n.A, d.maskA)
	uniform(n.U, nil)
	n.InBias = make([]float32, n.V)
	uniform(n.InBias, nil)
	d.a, d.u, d.inBias = newAdam(n.A), newAdam(n.U), newAdam(n.InBias)
	if n.T > 1 {
		uniform(n.W, n.Mask)
		n.GraphBias = make([]float32, n.V)
		uniform(n.GraphBias, nil)
		d.w, d.graphBias = newAdam(n.W), newAdam(n.GraphBias)
	}
	d.passes = newPasses(n, w, batch)
	return d
}

// adams are the optimisers by what they move.
func (d *descent) adams() map[string]*adam {
	out := map[string]*adam{"A": d.a, "U": d.u, "input-bias": d.inBias}
	if d.w != nil {
		out["W"], out["graph-bias"] = d.w, d.graphBias
	}
	return out
}

// step goes down the loss of the samples of the last forward pass.
func (d *descent) step(x []float32, labels []int32, rate float64) {
	p, n := d.passes, d.passes.net
	crossEntropy(p.logits[:p.rows*n.Classes], labels, false)
	p.backward(p.logits, true)
	copy(d.u.grad, p.du)
	p.w.MatMul(kernel.Of(n.V, n.Inputs, d.a.grad), p.of(p.dax, n.V), kernel.T, kernel.Of(p.rows, n.Inputs, x), kernel.NoTrans, kernel.Epilogue{})
	kernel.Mul(d.a.grad, d.a.grad, d.maskA) // absent synapses stay absent
	kernel.ColumnSums(d.inBias.grad, p.of(p.dax, n.V))
	moved := []*adam{d.a, d.u, d.inBias}
	if n.T > 1 {
		kernel.Mul(d.w.grad, p.dw, n.Mask)
		copy(d.graphBias.grad, p.dbias)
		moved = append(moved, d.w, d.graphBias)
	}
	for _, a := range moved {
		a.step(rate, 0)
	}
}

// surrogateShape is that of the network from which adversarial samples are
// transferred: like ours, but with the paper's equation and normal masks.
func (s *settings) surrogateShape(of shape) shape {
	of.Released, of.ByCap, of.Ones, of.Bias = false, false, false, 0
	return of
}

func (m *model) trainSurrogate(ctx context.Context, l *lesson, w *kernel.Workers, req framework.TrainRequest, rec framework.Recorder) error {
	if m.Settings.Surrogate == 0 {
		return nil
	}
	m.surrogate = newNetwork(m.Settings.surrogateShape(m.net.shape), req.Rand("surrogate graph"))
	d, order := newDescent(m.surrogate, w, req.Rand("surrogate init"), m.Settings.descentBatch(l)), req.Rand("surrogate order")
	for epoch := range m.Settings.Surrogate {
		if err := d.epoch(ctx, l, order, m.Settings.GDRate, func(bool) {}); err != nil {
			return fmt.Errorf("the surrogate: %w", err)
		}
		rec.Log("surrogate: epoch %d of %d", epoch+1, m.Settings.Surrogate)
	}
	m.surrogate.Mask = nil
	return nil
}
