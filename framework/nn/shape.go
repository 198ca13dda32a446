package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// Columns is the columns from, ..., to−1 of x.
func Columns(x *Value, from, to int) *Value {
	if from < 0 || to > x.cols || from >= to {
		panic(fmt.Sprintf("nn.Columns: %d to %d of %d columns", from, to, x.cols))
	}
	return x.graph.Apply(&columns{x, from}, to-from, x.passes, x)
}

type columns struct {
	x    *Value
	from int
}

func (c *columns) Forward(y *Value) {
	for i, n := 0, y.Rows(); i < n; i++ {
		copy(y.data[i*y.cols:(i+1)*y.cols], c.x.data[i*c.x.cols+c.from:])
	}
}

func (c *columns) Backward(y *Value) {
	if !c.x.onPath {
		return
	}
	dx, add := c.x.into()
	if !add {
		clear(dx.Data[:dx.Rows*dx.Cols])
	}
	for i := range dx.Rows {
		kernel.Axpy(dx.Row(i)[c.from:c.from+y.cols], 1, y.grad[i*y.cols:(i+1)*y.cols])
	}
}

// Concat puts the columns of its arguments side by side.
func Concat(xs ...*Value) *Value {
	cols := 0
	var from []Source
	for _, x := range xs {
		if !samePasses(x, xs[0]) {
			panic("nn.Concat: values of different passes")
		}
		cols += x.cols
		from = append(from, x)
	}
	return xs[0].graph.Apply(&concat{xs}, cols, xs[0].passes, from...)
}

type concat struct{ xs []*Value }

func (c *concat) Forward(y *Value) {
	at := 0
	for _, x := range c.xs {
		for i, n := 0, y.Rows(); i < n; i++ {
			copy(y.data[i*y.cols+at:], x.data[i*x.cols:(i+1)*x.cols])
		}
		at += x.cols
	}
}

func (c *concat) Backward(y *Value) {
	at := 0
	for _, x := range c.xs {
		if dx := x.Partial(); dx != nil {
			for i, n := 0, y.Rows(); i < n; i++ {
				copy(dx[i*x.cols:(i+1)*x.cols], y.grad[i*y.cols+at:])
			}
			x.Accumulate(dx)
		}
		at += x.cols
	}
}

// Passes is the named passes of x, one below the other; a pass may come several
// times.
func Passes(x *Value, which ...int) *Value {
	var ps []Pass
	for _, i := range which {
		ps = append(ps, x.passes[i])
	}
	return x.graph.Apply(&passes{x, which}, x.cols, ps, x)
}

type passes struct {
	x     *Value
	which []int
}

func (p *passes) Forward(y *Value) {
	for i, k := range p.which {
		copy(y.Pass(i), p.x.Pass(k))
	}
}

func (p *passes) Backward(y *Value) {
	if !p.x.onPath {
		return
	}
	dx, add := p.x.into()
	if !add {
		clear(dx.Data[:dx.Rows*dx.Cols])
	}
	for i, k := range p.which {
		from, to := p.x.PassRows(k)
		begin, end := y.PassRows(i)
		kernel.Axpy(dx.Data[from*y.cols:to*y.cols], 1, y.grad[begin*y.cols:end*y.cols])
	}
}

// Stack puts the passes of its arguments one below the other.
func Stack(xs ...*Value) *Value {
	var ps []Pass
	var from []Source
	for _, x := range xs {
		if x.cols != xs[0].cols {
			panic(fmt.Sprintf("nn.Stack: %d columns above %d", xs[0].cols, x.cols))
		}
		ps = append(ps, x.passes...)
		from = append(from, x)
	}
	return xs[0].graph.Apply(&stack{xs}, xs[0].cols, ps, from...)
}

type stack struct{ xs []*Value }

func (s *stack) Forward(y *Value) {
	at := 0
	for _, x := range s.xs {
		at += copy(y.data[at:], x.Data())
	}
}

func (s *stack) Backward(y *Value) {
	at := 0
	for _, x := range s.xs {
		n := x.Rows() * x.cols
		if dx := x.Partial(); dx != nil {
			copy(dx, y.grad[at:at+n])
			x.Accumulate(dx)
		}
		at += n
	}
}

// Indices name rows of a value. Fill At before a run; it has room for the
// largest batch of each pass.
type Indices struct {
	At     []int
	passes []Pass
}

// NewIndices makes room for one index per row of the passes.
func NewIndices(passes ...Pass) *Indices {
	most := 0
	for _, p := range passes {
		most += p.most()
	}
	return &Indices{At: make([]int, most), passes: passes}
}

// Gather is the named rows of x, in that order; a row may come several times.
func Gather(x *Value, rows *Indices) *Value {
	return x.graph.Apply(&gather{x, rows}, x.cols, rows.passes, x)
}

type gather struct {
	x    *Value
	rows *Indices
}

func (g *gather) Forward(y *Value) {
	c := y.cols
	for i, r := range g.rows.At[:y.Rows()] {
		copy(y.data[i*c:(i+1)*c], g.x.data[r*c:(r+1)*c])
	}
}

func (g *gather) Backward(y *Value) {
	if !g.x.onPath {
		return
	}
	c := y.cols
	dx, add := g.x.into()
	if !add {
		clear(dx.Data[:dx.Rows*dx.Cols])
	}
	for i, r := range g.rows.At[:y.Rows()] {
		kernel.Axpy(dx.Data[r*c:(r+1)*c], 1, y.grad[i*c:(i+1)*c])
	}
}

// SwapAxes reorders rows that come as samples of m x n tokens, so that they
// come as n x m: row (s, i, j) becomes row (s, j, i).
func SwapAxes(x *Value, m, n int) *Value {
	mustDivide("SwapAxes", x, m*n)
	return x.graph.Apply(&swapAxes{x, m, n}, x.cols, x.passes, x)
}

type swapAxes struct {
	x    *Value
	m, n int
}

// transposeRows copies row (s, i, j) of src to row (s, j, i) of dst.
func transposeRows(dst, src []float32, rows, cols, m, n int) {
	for base := 0; base < rows; base += m * n {
		for i := range m {
			for j := range n {
				to, from := base+j*m+i, base+i*n+j
				copy(dst[to*cols:(to+1)*cols], src[from*cols:(from+1)*cols])
			}
		}
	}
}

func (s *swapAxes) Forward(y *Value) {
	transposeRows(y.data, s.x.data, y.Rows(), y.cols, s.m, s.n)
}

func (s *swapAxes) Backward(y *Value) {
	if dx := s.x.Partial(); dx != nil {
		transposeRows(dx, y.grad, y.Rows(), y.cols, s.n, s.m)
		s.x.Accumulate(dx)
	}
}

// Reshape reads the numbers of x, row after row, as rows of so many columns: n
// tokens with one number each become a row of n.
func Reshape(x *Value, cols int) *Value {
	var ps []Pass
	for _, p := range x.passes {
		if p.each*x.cols%cols != 0 {
			panic(fmt.Sprintf("nn.Reshape: %d x %d numbers in a sample do not fill rows of %d", p.each, x.cols, cols))
		}
		ps = append(ps, p.batch.Pass(p.each*x.cols/cols))
	}
	return x.graph.Apply(&reshape{x}, cols, ps, x)
}

type reshape struct{ x *Value }

func (r *reshape) Forward(y *Value) { copy(y.Data(), r.x.Data()) }

func (r *reshape) Backward(y *Value) {
	if dx := r.x.Partial(); dx != nil {
		copy(dx, y.Grad())
		r.x.Accumulate(dx)
	}
}
