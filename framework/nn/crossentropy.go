package nn

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// CrossEntropy is the mean over rows of ln Σ_k exp z_k − z_label: the loss of
// logits z [rows x classes] against one class for each row.
func CrossEntropy(z *Value, labels *Indices) *Value {
	return perPass(z, &crossEntropy{z: z, labels: labels, norm: make([]float32, len(z.data)/z.cols)}, z)
}

type crossEntropy struct {
	z      *Value
	labels *Indices
	norm   []float32 // ln Σ exp z of each row
}

func (c *crossEntropy) Forward(l *Value) {
	n := c.z.Rows()
	kernel.LogSumExpRows(c.norm[:n], c.z.Matrix())
	for i := range c.z.passes {
		from, to := c.z.PassRows(i)
		sum := 0.0
		for r := from; r < to; r++ {
			sum += float64(c.norm[r]) - float64(c.z.data[r*c.z.cols+c.labels.At[r]])
		}
		l.data[i] = float32(sum / float64(to-from))
	}
}

// Backward: dz = softmax(z) − 1 at the label.
func (c *crossEntropy) Backward(l *Value) {
	dz := c.z.Partial()
	if dz == nil {
		return
	}
	kernel.SoftmaxRows(kernel.Of(c.z.Rows(), c.z.cols, dz), c.z.Matrix(), 1)
	for i := range c.z.passes {
		from, to := c.z.PassRows(i)
		for r := from; r < to; r++ {
			dz[r*c.z.cols+c.labels.At[r]]--
		}
		d := c.z.passOf(dz, i)
		kernel.Scale(d, l.grad[i]/float32(to-from), d)
	}
	c.z.Accumulate(dz)
}

// NTXent is the contrastive loss of SimCLR (Chen et al. 2020): the two passes of
// z [2B x d] are two views of the same B samples; every row must find its other
// view among the 2B − 1 other rows:
//
//	mean over i of −ln( exp(cos(z_i, z_j)/τ) / Σ_{k≠i} exp(cos(z_i, z_k)/τ) )
//
// It gives one number.
func NTXent(z *Value, temperature float64) *Value {
	if len(z.passes) != 2 || z.passes[0] != z.passes[1] {
		panic("nn.NTXent: wants two passes of equal size")
	}
	most := len(z.data) / z.cols
	o := &ntXent{z: z, tau: float32(temperature), unit: make([]float32, len(z.data)), dunit: make([]float32, len(z.data)),
		inv: make([]float32, most), s: make([]float32, most*most), p: make([]float32, most*most), dots: make([]float32, most)}
	return z.graph.Apply(o, 1, []Pass{z.graph.one.Pass(1)}, z)
}

type ntXent struct {
	z           *Value
	tau         float32
	unit, dunit []float32 // z_i/|z_i| and its gradient
	inv, dots   []float32
	s, p        []float32 // cos/τ with −∞ on the diagonal [2B x 2B]; its softmax
}

func (o *ntXent) Forward(l *Value) {
	n, half := o.z.Rows(), o.z.Rows()/2
	Z, U := o.z.Matrix(), kernel.Of(n, o.z.cols, o.unit)
	kernel.RowDots(o.inv[:n], Z, Z)
	for i, v := range o.inv[:n] {
		o.inv[i] = inverseNorm(v)
	}
	kernel.ScaleRows(U, o.inv[:n], Z)
	S := kernel.Of(n, n, o.s)
	o.z.graph.Workers.MatMul(S, U, kernel.NoTrans, U, kernel.T, kernel.Epilogue{})
	kernel.Scale(o.s[:n*n], 1/o.tau, o.s[:n*n])
	for i := range n {
		o.s[i*n+i] = float32(math.Inf(-1))
	}
	kernel.LogSumExpRows(o.dots[:n], S)
	sum := 0.0
	for i := range n {
		sum += float64(o.dots[i]) - float64(o.s[i*n+(i+half)%n])
	}
	l.data[0] = float32(sum / float64(n))
}

// Backward: with G = (softmax(S) − [other view]) g/(n τ), du = (G + Gᵀ) u, and
// dz = (du − u ⟨u, du⟩)/|z|.
func (o *ntXent) Backward(l *Value) {
	dz := o.z.Partial()
	if dz == nil {
		return
	}
	n, half := o.z.Rows(), o.z.Rows()/2
	G, U, D := kernel.Of(n, n, o.p), kernel.Of(n, o.z.cols, o.unit), kernel.Of(n, o.z.cols, o.dunit)
	kernel.SoftmaxRows(G, kernel.Of(n, n, o.s), 1)
	for i := range n {
		o.p[i*n+(i+half)%n]--
	}
	kernel.Scale(o.p[:n*n], l.grad[0]/(float32(n)*o.tau), o.p[:n*n])
	w := o.z.graph.Workers
	w.MatMul(D, G, kernel.NoTrans, U, kernel.NoTrans, kernel.Epilogue{})
	w.MatMul(D, G, kernel.T, U, kernel.NoTrans, kernel.Epilogue{Add: true})
	kernel.RowDots(o.dots[:n], U, D)
	for i := range n {
		row := D.Row(i)
		kernel.Axpy(row, -o.dots[i], U.Row(i))
	}
	kernel.ScaleRows(kernel.Of(n, o.z.cols, dz), o.inv[:n], D)
	o.z.Accumulate(dz)
}
