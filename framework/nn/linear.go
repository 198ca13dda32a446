package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// A Layer turns one value into another, with parameters of its own or none.
type Layer interface{ Apply(x *Value) *Value }

// Sequence applies layers one after another. A Linear or BatchNorm with a Relu
// behind it becomes one operation, with the same result.
type Sequence []Layer

// Apply adds the layers to the graph of x.
func (s Sequence) Apply(x *Value) *Value {
	for i := 0; i < len(s); i++ {
		if i+1 < len(s) {
			if _, ok := s[i+1].(relu); ok {
				switch l := s[i].(type) {
				case *Linear:
					x, i = l.apply(x, kernel.ReLU), i+1
					continue
				case *BatchNorm:
					x, i = l.apply(x, kernel.ReLU), i+1
					continue
				}
			}
		}
		x = s[i].Apply(x)
	}
	return x
}

// Linear is y = x Wᵀ + b with W [out x in], the layout of PyTorch.
type Linear struct {
	W *Param
	B *Param // nil without a bias
}

// NewLinear adds the parameters name.weight and, unless bias is nil, name.bias.
func NewLinear(ps *Params, name string, in, out int, weight, bias Init) *Linear {
	l := &Linear{W: ps.Matrix(name+".weight", out, in, weight)}
	if bias != nil {
		l.B = ps.Vector(name+".bias", out, bias)
	}
	return l
}

// Apply adds y = x Wᵀ + b.
func (l *Linear) Apply(x *Value) *Value { return l.apply(x, kernel.Identity) }

func (l *Linear) apply(x *Value, act kernel.Activation) *Value {
	if x.cols != l.W.Cols {
		panic(fmt.Sprintf("nn: %s takes %d columns, not %d", l.W.Name, l.W.Cols, x.cols))
	}
	from := []Source{x, l.W}
	if l.B != nil {
		from = append(from, l.B)
	}
	return x.graph.Apply(&linear{l, x, act}, l.W.Rows, x.passes, from...)
}

type linear struct {
	*Linear
	x   *Value
	act kernel.Activation
}

func (l *linear) Forward(y *Value) {
	e := kernel.Epilogue{Act: l.act}
	if l.B != nil {
		e.Bias = l.B.Data
	}
	y.graph.Workers.MatMul(y.Matrix(), l.x.Matrix(), kernel.NoTrans, l.W.matrix(l.W.Data), kernel.T, e)
}

func (l *linear) Backward(y *Value) {
	dy, w := y.Grad(), y.graph.Workers
	if l.act == kernel.ReLU {
		kernel.ReluGrad(dy, y.Data(), dy)
	}
	dz := kernel.Of(y.Rows(), y.cols, dy)
	if l.W.differentiable() { // dW += dzᵀ x
		w.MatMul(l.W.matrix(l.W.Grad), dz, kernel.T, l.x.Matrix(), kernel.NoTrans, kernel.Epilogue{Add: true})
	}
	if l.B != nil && l.B.differentiable() { // db += Σ dz
		kernel.AddColumnSums(l.B.Grad, dz)
	}
	if l.x.onPath { // dx = dz W
		dx, add := l.x.into()
		w.MatMul(dx, dz, kernel.NoTrans, l.W.matrix(l.W.Data), kernel.NoTrans, kernel.Epilogue{Add: add})
	}
}

func (p *Param) matrix(data []float32) kernel.Matrix { return kernel.Of(p.Rows, p.Cols, data) }
