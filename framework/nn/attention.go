package nn

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// Attention is multi-head self-attention over sequences of that length, the
// rows of qkv [rows x 3·heads·e] being the tokens of one sequence after another
// and its columns the queries, keys and values of all heads:
//
//	y_h = softmax(Q_h K_hᵀ/√e) V_h,   y [rows x heads·e]
//
// This is the plain definition: it keeps all weights A [sequences·heads x L x L].
func Attention(qkv *Value, heads, length int) *Value {
	if qkv.cols%(3*heads) != 0 {
		panic(fmt.Sprintf("nn.Attention: %d columns are not 3 x %d heads of equal width", qkv.cols, heads))
	}
	mustDivide("Attention", qkv, length)
	rows := len(qkv.data) / qkv.cols
	a := &attention{x: qkv, heads: heads, length: length, weights: make([]float32, rows*heads*length)}
	return qkv.graph.Apply(a, qkv.cols/3, qkv.passes, qkv)
}

type attention struct {
	x             *Value
	heads, length int
	weights       []float32 // A of each sequence and head [L x L]
	dweights      []float32 // of one sequence
}

// part is Q (0), K (1) or V (2) of the first head of a sequence, in data like
// x's; the next head is e columns further.
func (a *attention) part(data []float32, sequence, which int) kernel.Matrix {
	c := a.x.cols
	e := c / 3 / a.heads
	return kernel.Matrix{Rows: a.length, Cols: e, Stride: c, Data: data[sequence*a.length*c+which*c/3:]}
}

func (a *attention) out(data []float32, sequence int) kernel.Matrix {
	c := a.x.cols / 3
	return kernel.Matrix{Rows: a.length, Cols: c / a.heads, Stride: c, Data: data[sequence*a.length*c:]}
}

func (a *attention) Forward(y *Value) {
	w, e, L, H := y.graph.Workers, a.x.cols/3/a.heads, a.length, a.heads
	scale := float32(1 / math.Sqrt(float64(e)))
	for s := range y.Rows() / L {
		all := kernel.Of(H*L, L, a.weights[s*H*L*L:])
		A := kernel.Of(L, L, all.Data)
		w.MatMulBatch(H, A, L*L, a.part(a.x.data, s, 0), e, kernel.NoTrans, a.part(a.x.data, s, 1), e, kernel.T, kernel.Epilogue{})
		kernel.SoftmaxRows(all, all, scale)
		w.MatMulBatch(H, a.out(y.data, s), e, A, L*L, kernel.NoTrans, a.part(a.x.data, s, 2), e, kernel.NoTrans, kernel.Epilogue{})
	}
}

// Backward: dV = Aᵀ dy, dA = dy Vᵀ, dS = A ∘ (dA − Σ A dA)/√e, dQ = dS K,
// dK = dSᵀ Q.
func (a *attention) Backward(y *Value) {
	dx := a.x.Partial()
	if dx == nil {
		return
	}
	w, e, L, H := y.graph.Workers, a.x.cols/3/a.heads, a.length, a.heads
	scale := float32(1 / math.Sqrt(float64(e)))
	if a.dweights == nil {
		a.dweights = make([]float32, H*L*L)
	}
	all := kernel.Of(H*L, L, a.dweights)
	dA := kernel.Of(L, L, a.dweights)
	for s := range y.Rows() / L {
		weights := kernel.Of(H*L, L, a.weights[s*H*L*L:])
		A := kernel.Of(L, L, weights.Data)
		dy := a.out(y.grad, s)
		w.MatMulBatch(H, a.part(dx, s, 2), e, A, L*L, kernel.T, dy, e, kernel.NoTrans, kernel.Epilogue{})
		w.MatMulBatch(H, dA, L*L, dy, e, kernel.NoTrans, a.part(a.x.data, s, 2), e, kernel.T, kernel.Epilogue{})
		kernel.SoftmaxRowsGrad(all, weights, all, scale)
		w.MatMulBatch(H, a.part(dx, s, 0), e, dA, L*L, kernel.NoTrans, a.part(a.x.data, s, 1), e, kernel.NoTrans, kernel.Epilogue{})
		w.MatMulBatch(H, a.part(dx, s, 1), e, dA, L*L, kernel.T, a.part(a.x.data, s, 0), e, kernel.NoTrans, kernel.Epilogue{})
	}
	a.x.Accumulate(dx)
}
