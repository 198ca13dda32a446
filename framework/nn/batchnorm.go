package nn

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// BatchNorm normalises every column over the rows of a pass and scales it:
//
//	y = γ (x − m)/√(v + ε) + β
//
// In training m and v (biased) are those of the pass, each pass by itself, and
// the running statistics become (1 − momentum)·old + momentum·new, the new
// variance being the unbiased one. In evaluation, or when frozen, m and v are
// the running ones.
type BatchNorm struct {
	Scale, Shift  *Param // γ, β
	Mean, Var     *Param // running
	Momentum, Eps float64
	Frozen        bool // may change between runs
}

// NewBatchNorm adds name.weight (γ = 1), name.bias (β = 0), name.running_mean
// and name.running_var. momentum is the weight of the new batch, as in PyTorch;
// ε is 1e-5.
func NewBatchNorm(ps *Params, name string, n int, momentum float64) *BatchNorm {
	return &BatchNorm{
		Scale: ps.Vector(name+".weight", n, Constant(1)), Shift: ps.Vector(name+".bias", n, Constant(0)),
		Mean: ps.statistic(name+".running_mean", n, Constant(0)), Var: ps.statistic(name+".running_var", n, Constant(1)),
		Momentum: momentum, Eps: 1e-5,
	}
}

// Apply adds the normalised value.
func (b *BatchNorm) Apply(x *Value) *Value { return b.apply(x, kernel.Identity) }

func (b *BatchNorm) apply(x *Value, act kernel.Activation) *Value {
	n := x.cols
	o := &batchNorm{BatchNorm: b, x: x, act: act, a: make([]float32, n), b: make([]float32, n), c: make([]float32, n),
		sum: make([]float32, n), dot: make([]float32, n)}
	for range x.passes {
		o.mean = append(o.mean, make([]float32, n))
		o.inv = append(o.inv, make([]float32, n))
	}
	return x.graph.Apply(o, n, x.passes, x, b.Scale, b.Shift)
}

type batchNorm struct {
	*BatchNorm
	x         *Value
	act       kernel.Activation
	mean, inv [][]float32 // per pass: m and 1/√(v+ε)
	a, b, c   []float32
	sum, dot  []float32
}

func (o *batchNorm) Forward(y *Value) {
	if y.graph.Mode == Evaluation || o.Frozen {
		o.coefficients(o.Mean.Data, o.Var.Data)
		kernel.AffineColumns(y.Matrix(), o.x.Matrix(), o.a, o.b, o.act)
		return
	}
	for i := range y.passes {
		from, to := y.PassRows(i)
		x, out := rowsOf(o.x.data, from, to, o.x.cols), rowsOf(y.data, from, to, y.cols)
		v := o.sum // the variance, until the backward run needs the memory
		kernel.ColumnMoments(o.mean[i], v, x)
		o.track(o.mean[i], v, x.Rows)
		o.coefficients(o.mean[i], v)
		for j, s := range v {
			o.inv[i][j] = float32(1 / math.Sqrt(float64(s)+o.Eps))
		}
		kernel.AffineColumns(out, x, o.a, o.b, o.act)
	}
}

// coefficients sets y = a x + b: a = γ/√(v+ε), b = β − a m.
func (o *batchNorm) coefficients(mean, variance []float32) {
	for j, g := range o.Scale.Data {
		a := float64(g) / math.Sqrt(float64(variance[j])+o.Eps)
		o.a[j] = float32(a)
		o.b[j] = float32(float64(o.Shift.Data[j]) - a*float64(mean[j]))
	}
}

func (o *batchNorm) track(mean, variance []float32, n int) {
	unbiased := 1.0
	if n > 1 {
		unbiased = float64(n) / float64(n-1)
	}
	for j := range mean {
		o.Mean.Data[j] += float32(o.Momentum * (float64(mean[j]) - float64(o.Mean.Data[j])))
		o.Var.Data[j] += float32(o.Momentum * (unbiased*float64(variance[j]) - float64(o.Var.Data[j])))
	}
}

// Backward: with x̂ = (x − m) r, r = 1/√(v+ε) and n rows in the pass,
//
//	dβ = Σ dy,   dγ = Σ dy x̂,   dx = γ r (dy − dβ/n − x̂ dγ/n)
//
// and dx = γ r dy where m and v are constants.
func (o *batchNorm) Backward(y *Value) {
	dxs := o.x.Partial()
	for i := range y.passes {
		from, to := y.PassRows(i)
		n := float64(to - from)
		x, out, dy := rowsOf(o.x.data, from, to, y.cols), rowsOf(y.data, from, to, y.cols), rowsOf(y.grad, from, to, y.cols)
		if o.Frozen {
			copy(o.mean[i], o.Mean.Data)
			for j, v := range o.Var.Data {
				o.inv[i][j] = float32(1 / math.Sqrt(float64(v)+o.Eps))
			}
		}
		if o.act == kernel.ReLU {
			kernel.ColumnSumsAndDotsRelu(o.sum, o.dot, dy, x, out, o.mean[i], o.inv[i])
		} else {
			kernel.ColumnSumsAndDots(o.sum, o.dot, dy, x, o.mean[i], o.inv[i])
		}
		if o.Scale.differentiable() {
			kernel.Axpy(o.Shift.Grad, 1, o.sum)
			kernel.Axpy(o.Scale.Grad, 1, o.dot)
		}
		if dxs == nil {
			continue
		}
		// dx = a dy + b x + c, with a = γ r, b = −a r dγ/n, c = −a dβ/n − b m
		for j, g := range o.Scale.Data {
			r := float64(o.inv[i][j])
			a := float64(g) * r
			b := -a * r * float64(o.dot[j]) / n
			c := -a*float64(o.sum[j])/n - b*float64(o.mean[i][j])
			if o.Frozen {
				b, c = 0, 0
			}
			o.a[j], o.b[j], o.c[j] = float32(a), float32(b), float32(c)
		}
		dx := rowsOf(dxs, from, to, y.cols)
		if o.act == kernel.ReLU {
			kernel.AffineColumns2Relu(dx, dy, x, out, o.a, o.b, o.c)
		} else {
			kernel.AffineColumns2(dx, dy, x, o.a, o.b, o.c)
		}
	}
	o.x.Accumulate(dxs)
}

func rowsOf(data []float32, from, to, cols int) kernel.Matrix {
	return kernel.Of(to-from, cols, data[from*cols:to*cols])
}
