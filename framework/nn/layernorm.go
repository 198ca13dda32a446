package nn

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// LayerNorm normalises every row and scales its columns:
//
//	y = γ (x − m)/√(v + ε) + β
//
// with m and v (biased) the moments of the row.
type LayerNorm struct {
	Scale, Shift *Param
	Eps          float64
}

// NewLayerNorm adds name.weight (γ = 1) and name.bias (β = 0); ε is 1e-5.
func NewLayerNorm(ps *Params, name string, n int) *LayerNorm {
	return &LayerNorm{Scale: ps.Vector(name+".weight", n, Constant(1)), Shift: ps.Vector(name+".bias", n, Constant(0)), Eps: 1e-5}
}

// Apply adds the normalised value.
func (l *LayerNorm) Apply(x *Value) *Value {
	most := len(x.data) / x.cols
	o := &layerNorm{l, x, make([]float32, most), make([]float32, most), make([]float32, x.cols), make([]float32, x.cols), nil}
	return x.graph.Apply(o, x.cols, x.passes, x, l.Scale, l.Shift)
}

type layerNorm struct {
	*LayerNorm
	x              *Value
	mean, inv      []float32 // per row: m and 1/√(v+ε)
	dscale, dshift []float32
	spare          []float32
}

func (o *layerNorm) Forward(y *Value) {
	n := y.Rows()
	mean, inv := o.mean[:n], o.inv[:n]
	kernel.RowMoments(mean, inv, o.x.Matrix())
	for i, v := range inv {
		inv[i] = float32(1 / math.Sqrt(float64(v)+o.Eps))
	}
	kernel.NormaliseRows(y.Matrix(), o.x.Matrix(), mean, inv, o.Scale.Data, o.Shift.Data)
}

// Backward: with x̂ = (x − m) r and g = γ dy, over the columns of a row
//
//	dx = r (g − mean(g) − x̂ mean(g x̂)),   dγ = Σ dy x̂,   dβ = Σ dy over rows
func (o *layerNorm) Backward(y *Value) {
	dx := o.x.Partial()
	into := dx
	if into == nil {
		if o.spare == nil {
			o.spare = make([]float32, len(y.data))
		}
		into = o.spare
	}
	n := y.Rows()
	clear(o.dscale)
	clear(o.dshift)
	kernel.NormaliseRowsGrad(kernel.Of(n, y.cols, into), o.dscale, o.dshift, kernel.Of(n, y.cols, y.grad), o.x.Matrix(), o.mean[:n], o.inv[:n], o.Scale.Data)
	if o.Scale.differentiable() {
		kernel.Axpy(o.Scale.Grad, 1, o.dscale)
		kernel.Axpy(o.Shift.Grad, 1, o.dshift)
	}
	o.x.Accumulate(dx)
}
