package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// A Block is the columns From, ..., To−1 of X. Passes names, for each pass of
// what the blocks are put together to, the pass of X that it takes.
type Block struct {
	X        *Value
	From, To int
	Passes   []int
}

// ApplyBlocks adds y = [x_1, x_2, ...] Wᵀ + b, where the blocks lie side by side.
// With W = [W_1, W_2, ...] that is Σ_j x_j W_jᵀ + b: a pass that is put together
// with several others is multiplied once, and nothing is copied.
func (l *Linear) ApplyBlocks(blocks ...Block) *Value {
	first := blocks[0]
	o := &blockLinear{Linear: l}
	from := []Source{l.W}
	if l.B != nil {
		from = append(from, l.B)
	}
	cols := 0
	var ps []Pass
	for _, i := range first.Passes {
		ps = append(ps, first.X.passes[i])
	}
	for _, b := range blocks {
		for i, k := range b.Passes {
			if len(b.Passes) != len(ps) || b.X.passes[k] != ps[i] {
				panic("nn.ApplyBlocks: blocks of different passes")
			}
		}
		o.blocks = append(o.blocks, block{b, cols, make([]float32, len(b.X.data)/b.X.cols*l.W.Rows)})
		cols += b.To - b.From
		from = append(from, b.X)
	}
	if cols != l.W.Cols {
		panic(fmt.Sprintf("nn: %s takes %d columns, not %d", l.W.Name, l.W.Cols, cols))
	}
	return first.X.graph.Apply(o, l.W.Rows, ps, from...)
}

type blockLinear struct {
	*Linear
	blocks []block
}

type block struct {
	Block
	at   int       // columns of W before those of the block
	part []float32 // x_j W_jᵀ, and on the way back its gradient
}

// columns are those of the block in data that is like X's.
func (b *block) columns(data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: b.X.Rows(), Cols: b.To - b.From, Stride: b.X.cols, Data: data[b.From:]}
}

// weights are W_j in data that is like W's.
func (b *block) weights(w *Param, data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: w.Rows, Cols: b.To - b.From, Stride: w.Cols, Data: data[b.at:]}
}

func (o *blockLinear) Forward(y *Value) {
	e := kernel.Epilogue{}
	if o.B != nil {
		e.Bias = o.B.Data
	}
	for j := range o.blocks {
		b := &o.blocks[j]
		part := kernel.Of(b.X.Rows(), y.cols, b.part)
		y.graph.Workers.MatMul(part, b.columns(b.X.data), kernel.NoTrans, b.weights(o.W, o.W.Data), kernel.T, e)
		e.Bias = nil
		for i, k := range b.Passes {
			from, to := b.X.PassRows(k)
			rows := b.part[from*y.cols : to*y.cols]
			if j == 0 {
				copy(y.Pass(i), rows)
			} else {
				kernel.Add(y.Pass(i), y.Pass(i), rows)
			}
		}
	}
}

// Backward: with dy_j the sum of dy over the passes that take a pass of x_j,
// dW_j += dy_jᵀ x_j, db += Σ dy_j for any one j, and dx_j = dy_j W_j.
func (o *blockLinear) Backward(y *Value) {
	w := y.graph.Workers
	for j := range o.blocks {
		b := &o.blocks[j]
		dy := kernel.Of(b.X.Rows(), y.cols, b.part)
		clear(dy.Data[:dy.Rows*dy.Cols])
		for i, k := range b.Passes {
			from, to := b.X.PassRows(k)
			kernel.Axpy(b.part[from*y.cols:to*y.cols], 1, y.passOf(y.grad, i))
		}
		if o.W.differentiable() {
			w.MatMul(b.weights(o.W, o.W.Grad), dy, kernel.T, b.columns(b.X.data), kernel.NoTrans, kernel.Epilogue{Add: true})
		}
		if j == 0 && o.B != nil && o.B.differentiable() {
			kernel.AddColumnSums(o.B.Grad, dy)
		}
		if b.X.onPath {
			dx, add := b.X.into()
			if !add {
				clear(dx.Data[:dx.Rows*dx.Cols])
			}
			w.MatMul(b.columns(dx.Data), dy, kernel.NoTrans, b.weights(o.W, o.W.Data), kernel.NoTrans, kernel.Epilogue{Add: true})
		}
	}
}
