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
// Sequences are done in chunks, from u to y and from dy to du, so that what lies
// between stays in the second cache.
type folded struct {
	*SelfAttention
	u      *Value
	length int
	m, r   []float32 // [M_1, M_2, ...] [d x Hd]; R_1, R_2, ... one below the other [Hd x d]
	q, z   []float32 // u M_h; A_h u  [rows x Hd]
	norm   []float32 // of the softmax [rows x H]

	chunk      int // rows
	y          *Value
	back       bool
	du         kernel.Matrix
	add        bool
	partial    []float32   // dM and dR of each chunk [d x Hd], [Hd x d]
	own        [][]float32 // dQ and dZ of each worker's chunk [chunk x Hd]
	spareInput []float32   // du where nobody wants it
}

// chunkRows is about how many tokens are in work at a time.
const chunkRows = 256

func (a *SelfAttention) folded(u *Value, length int) *Value {
	mustDivide("SelfAttention", u, length)
	d := u.cols
	rows, wide := len(u.data)/d, a.Heads*d
	sequences := max(1, chunkRows/length)
	if sequences > 16 { // full vectors of short ones
		sequences &^= 15
	}
	f := &folded{SelfAttention: a, u: u, length: length, chunk: sequences * length, m: make([]float32, d*wide), r: make([]float32, d*wide),
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

func (f *folded) scale() float32 { return float32(1 / math.Sqrt(float64(f.Width))) }

// run does the chunks, forward or back.
func (f *folded) run(y *Value, back bool) (chunks int) {
	f.y, f.back = y, back
	chunks = (y.Rows() + f.chunk - 1) / f.chunk
	y.graph.Workers.Run(f, chunks)
	return chunks
}

// Piece does chunk i.
func (f *folded) Piece(i, worker int) {
	w := f.y.graph.Workers.Serial(worker)
	from, to := i*f.chunk, min((i+1)*f.chunk, f.y.Rows())
	if f.back {
		f.backward(i, from, to, w, f.own[worker])
	} else {
		f.forward(from, to, w)
	}
}

func (f *folded) Forward(y *Value) {
	d, e := f.u.cols, f.Width*f.u.cols
	// M_h = Wq_h Wk_hᵀ/√e, R_h = Wv_h Wo_h
	f.heads(f.column(f.m), d, f.projection(f.QKV.W.Data, 0), e, kernel.T, f.projection(f.QKV.W.Data, 1), e, kernel.NoTrans, false)
	kernel.Scale(f.m, f.scale(), f.m)
	f.heads(f.row(f.r), d*d, f.projection(f.QKV.W.Data, 2), e, kernel.T, f.out(f.Out.W.Data), f.Width, kernel.T, false)
	f.run(y, false)
}

func (f *folded) forward(from, to int, w *kernel.Workers) {
	d := f.u.cols
	wide := f.Heads * d
	u, q, z := rowsOf(f.u.data, from, to, d), rowsOf(f.q, from, to, wide), rowsOf(f.z, from, to, wide)
	// y = Σ_h softmax(u M_h uᵀ) u R_h + bo
	w.MatMul(q, u, kernel.NoTrans, kernel.Of(d, wide, f.m), kernel.NoTrans, kernel.Epilogue{})
	w.Attend(z, rowsOf(f.norm, from, to, f.Heads), q, u, f.length)
	epilogue := kernel.Epilogue{}
	if f.Out.B != nil {
		epilogue.Bias = f.Out.B.Data
	}
	w.MatMul(rowsOf(f.y.data, from, to, d), z, kernel.NoTrans, kernel.Of(wide, d, f.r), kernel.NoTrans, epilogue)
}
