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
func (m *model) perceptron(ctx context.Context, l *lesson, w *kernel.Workers, req framework.TrainRequest, rec framework.Recorder) error {
	n, a := m.net, newActivity(m.net)
	v := m.views(l.len()*m.Settings.Epochs, rec)
	return stream(ctx, l, n, w, m.Settings.Epochs, req.Rand("order"), func(ax []float32, label int32) {
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
func (m *model) descendOutput(ctx context.Context, l *lesson, w *kernel.Workers, req framework.TrainRequest, rec framework.Recorder) error {
	n := m.net
	a := newActivity(n)
	u := newAdam(n.U)
	batch := m.Settings.GDBatch
	h, logits, labels := make([]float32, batch*n.V), make([]float32, batch*n.Classes), []int32{}
	v := m.views(l.len()*m.Settings.Epochs, rec)
	return stream(ctx, l, n, w, m.Settings.Epochs, req.Rand("order"), func(ax []float32, label int32) {
		n.present(a, ax)
		v.seen(n.predict(a) == int(label))
		copy(h[len(labels)*n.V:], a.h)
		copy(logits[len(labels)*n.Classes:], a.logits)
		if labels = append(labels, label); len(labels) < batch && v.done < v.total {
			return
		}
		rows := len(labels)
		crossEntropy(logits[:rows*n.Classes], labels, false)
		w.MatMul(kernel.Of(n.Classes, n.V, u.grad), kernel.Of(rows, n.Classes, logits), kernel.T, kernel.Of(rows, n.V, h), kernel.NoTrans, kernel.Epilogue{})
		u.step(m.Settings.GDRate, 0)
		labels = labels[:0]
	})
}

// descendAll is the baseline that trains A, W, U and the biases, from U(−.5, .5)
// on the synapses there are, by Adam on the cross-entropy.
func (m *model) descendAll(ctx context.Context, n *network, l *lesson, w *kernel.Workers, init, order *rand.Rand, rec framework.Recorder) error {
	s := &m.Settings
	epochs := s.Epochs
	var v *views
	if n == m.net {
		v = m.views(l.len()*epochs, rec)
	} else {
		epochs = s.Surrogate
	}
	batch := min(max(s.GDBatch, 1), l.len())
	d := newDescent(n, w, init, batch)
	x, labels := make([]float32, 0, batch*l.inputs), make([]int32, 0, batch)
	for epoch := range epochs {
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
				if v != nil {
					v.seen(kernel.ArgMax(d.passes.logits[i*n.Classes:][:n.Classes]) == int(label))
				}
			}
			d.step(x, labels, s.GDRate)
		}
		if v == nil {
			rec.Log("surrogate: epoch %d of %d", epoch+1, epochs)
		}
	}
	return nil
}

// A descent moves all weights of a network.
type descent struct {
	passes                     *passes
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
	d := &descent{maskA: make([]float32, len(n.A))}
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
	if err := m.descendAll(ctx, m.surrogate, l, w, req.Rand("surrogate init"), req.Rand("surrogate order"), rec); err != nil {
		return fmt.Errorf("the surrogate: %w", err)
	}
	m.surrogate.Mask = nil
	return nil
}
