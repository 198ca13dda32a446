package nn

import "github.com/assaylab/assay/framework/nn/kernel"

type relu struct{}

// ReLU is the layer max(x, 0).
var ReLU Layer = relu{}

func (relu) Apply(x *Value) *Value { return Relu(x) }

// A function acts on every number by itself. Its derivative is written in terms
// of its argument x or its result y.
type function struct {
	x        *Value
	forward  func(y, x []float32)
	backward func(dx, x, y, dy []float32)
}

func (f *function) Forward(y *Value) { f.forward(y.Data(), f.x.Data()) }

func (f *function) Backward(y *Value) {
	if dx := f.x.Partial(); dx != nil {
		f.backward(dx, f.x.Data(), y.Data(), y.Grad())
		f.x.Accumulate(dx)
	}
}

func apply(x *Value, forward func(y, x []float32), backward func(dx, x, y, dy []float32)) *Value {
	return x.graph.Apply(&function{x, forward, backward}, x.cols, x.passes, x)
}

// Relu is max(x, 0).
func Relu(x *Value) *Value {
	return apply(x, kernel.Relu, func(dx, _, y, dy []float32) { kernel.ReluGrad(dx, y, dy) })
}

// Gelu is x Φ(x) with the exact normal distribution function Φ.
func Gelu(x *Value) *Value {
	return apply(x, kernel.Gelu, func(dx, x, _, dy []float32) { kernel.GeluGrad(dx, x, dy) })
}

// Tanh is the hyperbolic tangent.
func Tanh(x *Value) *Value {
	return apply(x, kernel.Tanh, func(dx, _, y, dy []float32) { kernel.TanhGrad(dx, y, dy) })
}

// Sigmoid is 1/(1 + e⁻ˣ).
func Sigmoid(x *Value) *Value {
	return apply(x, kernel.Sigmoid, func(dx, _, y, dy []float32) { kernel.SigmoidGrad(dx, y, dy) })
}

// Softplus is ln(1 + eˣ), numerically x above 20.
func Softplus(x *Value) *Value {
	return apply(x, kernel.Softplus, func(dx, x, _, dy []float32) { kernel.SoftplusGrad(dx, x, dy) })
}

// Exp is eˣ.
func Exp(x *Value) *Value {
	return apply(x, kernel.Exp, func(dx, _, y, dy []float32) { kernel.Mul(dx, y, dy) })
}

// Log is ln x.
func Log(x *Value) *Value {
	return apply(x, kernel.Log, func(dx, x, _, dy []float32) { kernel.Div(dx, dy, x) })
}

// Scale is a x with a fixed number a.
func Scale(a float32, x *Value) *Value {
	return apply(x, func(y, x []float32) { kernel.Scale(y, a, x) }, func(dx, _, _, dy []float32) { kernel.Scale(dx, a, dy) })
}

// PReLU is max(x, 0) + a min(x, 0) with one learned slope a.
type PReLU struct{ Slope *Param }

// NewPReLU adds name.weight, which begins at 0.25.
func NewPReLU(ps *Params, name string) *PReLU {
	return &PReLU{ps.Vector(name+".weight", 1, Constant(0.25))}
}

// Apply adds the activation.
func (p *PReLU) Apply(x *Value) *Value {
	return x.graph.Apply(&prelu{p.Slope, x}, x.cols, x.passes, x, p.Slope)
}

type prelu struct {
	slope *Param
	x     *Value
}

func (p *prelu) Forward(y *Value) { kernel.PRelu(y.Data(), p.x.Data(), p.slope.Data[0]) }

func (p *prelu) Backward(y *Value) {
	dx := p.x.Partial()
	into := dx
	if into == nil {
		into = y.Grad()
	}
	da := kernel.PReluGrad(into, p.x.Data(), y.Grad(), p.slope.Data[0])
	if p.slope.differentiable() {
		p.slope.Grad[0] += da
	}
	p.x.Accumulate(dx)
}
