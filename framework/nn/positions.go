package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// Positions is a learned table [length x d] that is added to every sequence of
// so many tokens: their positions in time, or who they are.
type Positions struct{ Table *Param }

// NewPositions adds the table as the parameter name.
func NewPositions(ps *Params, name string, length, d int, init Init) *Positions {
	return &Positions{ps.Matrix(name, length, d, init)}
}

// Apply adds row i of the table to the i-th token of every sequence.
func (p *Positions) Apply(x *Value) *Value {
	mustDivide("Positions", x, p.Table.Rows)
	if x.cols != p.Table.Cols {
		panic(fmt.Sprintf("nn: %s takes %d columns, not %d", p.Table.Name, p.Table.Cols, x.cols))
	}
	return x.graph.Apply(&positions{p.Table, x}, x.cols, x.passes, x, p.Table)
}

type positions struct {
	table *Param
	x     *Value
}

func (p *positions) Forward(y *Value) {
	n := len(p.table.Data)
	for at, x := 0, p.x.Data(); at < len(x); at += n {
		kernel.Add(y.data[at:at+n], x[at:at+n], p.table.Data)
	}
}

func (p *positions) Backward(y *Value) {
	dy, n := y.Grad(), len(p.table.Data)
	if p.table.differentiable() {
		for at := 0; at < len(dy); at += n {
			kernel.Axpy(p.table.Grad, 1, dy[at:at+n])
		}
	}
	if dx := p.x.Partial(); dx != nil {
		copy(dx, dy)
		p.x.Accumulate(dx)
	}
}

// mustDivide panics unless the samples of x are whole sequences.
func mustDivide(op string, x *Value, length int) {
	for _, p := range x.passes {
		if p.each%length != 0 {
			panic(fmt.Sprintf("nn.%s: %d rows in a sample are not a multiple of the length %d", op, p.each, length))
		}
	}
}
