package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// GRU is a layer of gated recurrent units (Cho et al. 2014) in the
// parametrisation of PyTorch. For a sequence x_1, ..., x_L, from h_0 = 0,
//
//	r_t = σ(W_ir x_t + b_ir + W_hr h_{t−1} + b_hr)
//	z_t = σ(W_iz x_t + b_iz + W_hz h_{t−1} + b_hz)
//	n_t = tanh(W_in x_t + b_in + r_t ∘ (W_hn h_{t−1} + b_hn))
//	h_t = (1 − z_t) ∘ n_t + z_t ∘ h_{t−1}
//
// A bidirectional layer has a second set of weights that reads the sequence from
// its end; its states stand behind those of the first in every row.
type GRU struct {
	Forward, Backward *gruWeights // Backward is nil unless bidirectional
}

// gruWeights are those of one direction: rows of r, z and n one below another.
type gruWeights struct {
	Input    *Linear // weight_ih [3h x in] and bias_ih
	W, B     *Param  // weight_hh [3h x h] and bias_hh
	backward bool
}

// NewGRU adds the parameters name.weight_ih_l0, name.weight_hh_l0,
// name.bias_ih_l0 and name.bias_hh_l0, and, if bidirectional, the same with
// _reverse. All are uniform in ±1/√hidden.
func NewGRU(ps *Params, name string, in, hidden int, bidirectional bool, rng *rand.Rand) *GRU {
	init := FanIn(hidden, rng)
	direction := func(suffix string) *gruWeights {
		at := func(what string) string { return name + "." + what + "_l0" + suffix }
		g := &gruWeights{Input: new(Linear), backward: suffix != ""}
		g.Input.W = ps.Matrix(at("weight_ih"), 3*hidden, in, init)
		g.W = ps.Matrix(at("weight_hh"), 3*hidden, hidden, init)
		g.Input.B = ps.Vector(at("bias_ih"), 3*hidden, init)
		g.B = ps.Vector(at("bias_hh"), 3*hidden, init)
		return g
	}
	l := &GRU{Forward: direction("")}
	if bidirectional {
		l.Backward = direction("_reverse")
	}
	return l
}

// Apply adds the states h_t [rows x hidden, or 2 hidden] of sequences of that
// length, whose tokens are the rows of x, one sequence after another.
func (l *GRU) Apply(x *Value, length int) *Value {
	for _, p := range x.passes {
		if p.each%length != 0 {
			panic(fmt.Sprintf("nn.GRU: %d rows in a sample are not a multiple of the length %d", p.each, length))
		}
	}
	y := l.Forward.apply(x, length)
	if l.Backward == nil {
		return y
	}
	return Concat(y, l.Backward.apply(x, length))
}

func (g *gruWeights) apply(x *Value, length int) *Value {
	in := g.Input.Apply(x)
	h := g.W.Cols
	rows := len(x.data) / x.cols
	o := &recurrence{gruWeights: g, in: in, length: length, h: h, fromState: make([]float32, rows*3*h), gates: make([]float32, rows*3*h),
		before: make([]float32, rows*h)}
	return x.graph.Apply(o, h, x.passes, in, g.W, g.B)
}

// recurrence computes the states from in = W_i x + b_i of all tokens.
type recurrence struct {
	*gruWeights
	in        *Value
	length, h int
	fromState []float32 // W_h h_{t−1} + b_h of every token, and on the way back its gradient
	gates     []float32 // r, z, n of every token
	before    []float32 // h_{t−1} of every token
	carry     []float32 // gradients of the states of one time step
}

// step are the rows of time t in data of so many columns, a row per sequence.
func (o *recurrence) step(data []float32, cols, sequences, t int) kernel.Matrix {
	return kernel.Matrix{Rows: sequences, Cols: cols, Stride: o.length * cols, Data: data[t*cols:]}
}

// time is what comes k-th.
func (o *recurrence) time(k int) int {
	if o.backward {
		return o.length - 1 - k
	}
	return k
}

func (o *recurrence) Forward(y *Value) {
	h, S := o.h, y.Rows()/o.length
	for k := range o.length {
		t := o.time(k)
		before := o.step(o.before, h, S, t)
		for s := range S {
			if k == 0 {
				clear(before.Row(s))
			} else {
				copy(before.Row(s), o.step(y.data, h, S, o.time(k-1)).Row(s))
			}
		}
		state := o.step(o.fromState, 3*h, S, t)
		y.graph.Workers.MatMul(state, before, kernel.NoTrans, o.W.matrix(o.W.Data), kernel.T, kernel.Epilogue{Bias: o.B.Data})
		in, gates, out := o.step(o.in.data, 3*h, S, t), o.step(o.gates, 3*h, S, t), o.step(y.data, h, S, t)
		for s := range S {
			a, x, g, last := state.Row(s), in.Row(s), gates.Row(s), before.Row(s)
			r, z, n := g[:h], g[h:2*h], g[2*h:]
			kernel.Add(g[:2*h], x[:2*h], a[:2*h])
			kernel.Sigmoid(g[:2*h], g[:2*h])
			copy(n, x[2*h:])
			kernel.MulAdd(n, r, a[2*h:])
			kernel.Tanh(n, n)
			// h_t = n + z ∘ (h_{t−1} − n)
			kernel.Sub(out.Row(s), last, n)
			kernel.Mul(out.Row(s), out.Row(s), z)
			kernel.Add(out.Row(s), out.Row(s), n)
		}
	}
}

// Backward goes through time in the other order, with dh the gradient of h_t:
//
//	dn = dh (1−z) (1−n²),  dr = dn a_n r (1−r),  dz = dh (h_{t−1} − n) z (1−z)
//	dh_{t−1} = dh z + [dr, dz, dn r] W_h,   a_n = W_hn h_{t−1} + b_hn
//
// where dr, dz, dn are those of the arguments of σ and tanh.
func (o *recurrence) Backward(y *Value) {
	h, S := o.h, y.Rows()/o.length
	if o.carry == nil {
		o.carry = make([]float32, len(o.before)/o.length)
	}
	carry := kernel.Of(S, h, o.carry)
	clear(o.carry)
	din := o.in.Partial()
	for k := o.length - 1; k >= 0; k-- {
		t := o.time(k)
		state, gates, before, dy := o.step(o.fromState, 3*h, S, t), o.step(o.gates, 3*h, S, t), o.step(o.before, h, S, t), o.step(y.grad, h, S, t)
		for s := range S {
			a, g, last, dh := state.Row(s), gates.Row(s), before.Row(s), carry.Row(s)
			kernel.Add(dh, dh, dy.Row(s))
			var dx []float32
			if din != nil {
				dx = o.step(din, 3*h, S, t).Row(s)
			}
			for i, d := range dh {
				r, z, n := g[i], g[h+i], g[2*h+i]
				dn := d * (1 - z) * (1 - n*n)
				dr, dz := dn*a[2*h+i]*r*(1-r), d*(last[i]-n)*z*(1-z)
				a[i], a[h+i], a[2*h+i] = dr, dz, dn*r
				dh[i] = d * z
				if dx != nil {
					dx[i], dx[h+i], dx[2*h+i] = dr, dz, dn
				}
			}
		}
		y.graph.Workers.MatMul(carry, state, kernel.NoTrans, o.W.matrix(o.W.Data), kernel.NoTrans, kernel.Epilogue{Add: true})
	}
	o.in.Accumulate(din)
	da := kernel.Of(y.Rows(), 3*h, o.fromState)
	if o.W.differentiable() { // dW_h += Σ da_tᵀ h_{t−1}
		y.graph.Workers.MatMul(o.W.matrix(o.W.Grad), da, kernel.T, kernel.Of(y.Rows(), h, o.before), kernel.NoTrans, kernel.Epilogue{Add: true})
	}
	if o.B.differentiable() {
		kernel.AddColumnSums(o.B.Grad, da)
	}
}
