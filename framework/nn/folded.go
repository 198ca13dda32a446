package nn

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// folded is self-attention whose heads are wider than its tokens. There the
// projections, which have no bias, come in pairs of which only the product
// matters: with Wq_h, Wk_h, Wv_h [d x e] and Wo_h [e x d] of head h,
//
//	M_h = Wq_h Wk_hᵀ/√e,   R_h = Wv_h Wo_h          [d x d]
//	y   = Σ_h softmax(u M_h uᵀ) u R_h + bo
//
// the same function as [Attention] between two layers, for 4Hd² + 4LHd instead
// of 8dHe + 4LHe operations on a token. The four matrices stay the parameters.
type folded struct {
	*SelfAttention
	u       *Value
	length  int
	m, r    []float32 // [M_1, M_2, ...] [d x Hd]; R_1, R_2, ... one below the other [Hd x d]
	dm, dr  []float32
	q, z    []float32 // u M_h; A_h u  [rows x Hd]
	norm    []float32 // of the softmax [rows x H]
	dq, dz  []float32
	scratch []float32
}

func (a *SelfAttention) folded(u *Value, length int) *Value {
	mustDivide("SelfAttention", u, length)
	d := u.cols
	rows, wide := len(u.data)/d, a.Heads*d
	f := &folded{SelfAttention: a, u: u, length: length, m: make([]float32, d*wide), r: make([]float32, d*wide),
		q: make([]float32, rows*wide), z: make([]float32, rows*wide), norm: make([]float32, rows*a.Heads)}
	from := []Source{u, a.QKV.W, a.Out.W}
	if a.Out.B != nil {
		from = append(from, a.Out.B)
	}
	return u.graph.Apply(f, d, u.passes, from...)
}

// projection is Wq_hᵀ (0), Wk_hᵀ (1) or Wv_hᵀ (2) of the first head, [e x d], in
// data like QKV.W's.
func (a *SelfAttention) projection(data []float32, which int) kernel.Matrix {
	d := a.QKV.W.Cols
	return kernel.Of(a.Width, d, data[which*a.Heads*a.Width*d:])
}

// out is Wo_hᵀ of the first head [d x e], in data like Out.W's.
func (a *SelfAttention) out(data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: a.Out.W.Rows, Cols: a.Width, Stride: a.Out.W.Cols, Data: data}
}

// column returns the first head's of matrices [d x d] that lie side by side, and
// row of those that lie one below the other.
func (f *folded) column(data []float32) kernel.Matrix {
	d := f.u.cols
	return kernel.Matrix{Rows: d, Cols: d, Stride: f.Heads * d, Data: data}
}

func (f *folded) row(data []float32) kernel.Matrix { return kernel.Of(f.u.cols, f.u.cols, data) }

// heads multiplies matrices of all heads.
func (f *folded) heads(c kernel.Matrix, cStep int, a kernel.Matrix, aStep int, at kernel.Trans, b kernel.Matrix, bStep int, bt kernel.Trans, add bool) {
	f.u.graph.Workers.MatMulBatch(f.Heads, c, cStep, a, aStep, at, b, bStep, bt, kernel.Epilogue{Add: add})
}

func (f *folded) Forward(y *Value) {
	w, d, rows := y.graph.Workers, f.u.cols, y.Rows()
	wide, e := f.Heads*d, f.Width*d
	// M_h = Wq_h Wk_hᵀ/√e, R_h = Wv_h Wo_h
	f.heads(f.column(f.m), d, f.projection(f.QKV.W.Data, 0), e, kernel.T, f.projection(f.QKV.W.Data, 1), e, kernel.NoTrans, false)
	kernel.Scale(f.m, f.scale(), f.m)
	f.heads(f.row(f.r), d*d, f.projection(f.QKV.W.Data, 2), e, kernel.T, f.out(f.Out.W.Data), f.Width, kernel.T, false)
	Q, Z, norm := kernel.Of(rows, wide, f.q), kernel.Of(rows, wide, f.z), kernel.Of(rows, f.Heads, f.norm)
	w.MatMul(Q, f.u.Matrix(), kernel.NoTrans, kernel.Of(d, wide, f.m), kernel.NoTrans, kernel.Epilogue{})
	w.Attend(Z, norm, Q, f.u.Matrix(), f.length)
	epilogue := kernel.Epilogue{}
	if f.Out.B != nil {
		epilogue.Bias = f.Out.B.Data
	}
	w.MatMul(y.Matrix(), Z, kernel.NoTrans, kernel.Of(wide, d, f.r), kernel.NoTrans, epilogue)
}

func (f *folded) scale() float32 { return float32(1 / math.Sqrt(float64(f.Width))) }

// Backward: with g = dy,
//
//	dR_h = (A_h u)ᵀ g,   dZ_h = g R_hᵀ;   dQ and du of the attention itself
//	dM_h = uᵀ dQ_h,      du += Σ_h dQ_h M_hᵀ
//
// and of the parameters
//
//	dWv_h = dR_h Wo_hᵀ,   dWo_h = Wv_hᵀ dR_h,   dWq_h = dM_h Wk_h/√e,   dWk_h = dM_hᵀ Wq_h/√e
func (f *folded) Backward(y *Value) {
	w, d, rows := y.graph.Workers, f.u.cols, y.Rows()
	wide, e := f.Heads*d, f.Width*d
	if f.dq == nil {
		f.dq, f.dz = make([]float32, len(f.q)), make([]float32, len(f.q))
		f.dm, f.dr = make([]float32, d*wide), make([]float32, d*wide)
	}
	g, u := kernel.Of(rows, d, y.grad), f.u.Matrix()
	Q, Z, norm := kernel.Of(rows, wide, f.q), kernel.Of(rows, wide, f.z), kernel.Of(rows, f.Heads, f.norm)
	dQ, dZ := kernel.Of(rows, wide, f.dq), kernel.Of(rows, wide, f.dz)
	if f.Out.B != nil && f.Out.B.differentiable() {
		kernel.AddColumnSums(f.Out.B.Grad, g)
	}
	w.MatMul(kernel.Of(wide, d, f.dr), Z, kernel.T, g, kernel.NoTrans, kernel.Epilogue{})
	w.MatMul(dZ, g, kernel.NoTrans, kernel.Of(wide, d, f.r), kernel.T, kernel.Epilogue{})
	var du kernel.Matrix
	add := false
	if f.u.onPath {
		du, add = f.u.into()
	} else {
		if f.scratch == nil {
			f.scratch = make([]float32, len(f.u.data))
		}
		du = kernel.Of(rows, d, f.scratch)
	}
	w.AttendGrad(dQ, du, add, dZ, Z, norm, Q, u, f.length)
	if f.u.onPath {
		w.MatMul(du, dQ, kernel.NoTrans, kernel.Of(d, wide, f.m), kernel.T, kernel.Epilogue{Add: true})
	}
	w.MatMul(kernel.Of(d, wide, f.dm), u, kernel.T, dQ, kernel.NoTrans, kernel.Epilogue{})
	kernel.Scale(f.dm, f.scale(), f.dm)
	// The stored matrices are transposed: dWqᵀ = Wkᵀ dMᵀ, dWkᵀ = Wqᵀ dM, dWvᵀ = Woᵀᵀ dRᵀ, dWoᵀ = dRᵀ Wvᵀᵀ.
	if W := f.QKV.W; W.differentiable() {
		f.heads(f.projection(W.Grad, 0), e, f.projection(W.Data, 1), e, kernel.NoTrans, f.column(f.dm), d, kernel.T, true)
		f.heads(f.projection(W.Grad, 1), e, f.projection(W.Data, 0), e, kernel.NoTrans, f.column(f.dm), d, kernel.NoTrans, true)
		f.heads(f.projection(W.Grad, 2), e, f.out(f.Out.W.Data), f.Width, kernel.T, f.row(f.dr), d*d, kernel.T, true)
	}
	if W := f.Out.W; W.differentiable() {
		f.heads(f.out(W.Grad), f.Width, f.row(f.dr), d*d, kernel.T, f.projection(f.QKV.W.Data, 2), e, kernel.T, true)
	}
}
