package nn

import "github.com/assaylab/assay/framework/nn/kernel"

// Backward: with g = dy,
//
//	dR_h = (A_h u)ᵀ g,   dZ_h = g R_hᵀ;   dQ and du of the attention itself
//	dM_h = uᵀ dQ_h,      du += Σ_h dQ_h M_hᵀ
//
// and of the parameters
//
//	dWv_h = dR_h Wo_hᵀ,   dWo_h = Wv_hᵀ dR_h,   dWq_h = dM_h Wk_h/√e,   dWk_h = dM_hᵀ Wq_h/√e
func (f *folded) Backward(y *Value) {
	f.makeRoom()
	if f.Out.B != nil && f.Out.B.differentiable() {
		kernel.AddColumnSums(f.Out.B.Grad, kernel.Of(y.Rows(), y.cols, y.grad))
	}
	if f.u.onPath {
		f.du, f.add = f.u.into()
	}
	chunks := f.run(y, true)
	d, e := f.u.cols, f.Width*f.u.cols
	n := d * f.Heads * d
	sum := f.partial[:2*n]
	for i := 1; i < chunks; i++ {
		kernel.Axpy(sum, 1, f.partial[2*n*i:2*n*(i+1)])
	}
	dm, dr := sum[:n], sum[n:]
	kernel.Scale(dm, f.scale(), dm)
	// What is stored is Wqᵀ, Wkᵀ, Wvᵀ and Woᵀ.
	if W := f.QKV.W; W.differentiable() {
		f.heads(f.projection(W.Grad, 0), e, f.projection(W.Data, 1), e, kernel.NoTrans, f.column(dm), d, kernel.T, true)
		f.heads(f.projection(W.Grad, 1), e, f.projection(W.Data, 0), e, kernel.NoTrans, f.column(dm), d, kernel.NoTrans, true)
		f.heads(f.projection(W.Grad, 2), e, f.out(f.Out.W.Data), f.Width, kernel.T, f.row(dr), d*d, kernel.T, true)
	}
	if W := f.Out.W; W.differentiable() {
		f.heads(f.out(W.Grad), f.Width, f.row(dr), d*d, kernel.T, f.projection(f.QKV.W.Data, 2), e, kernel.T, true)
	}
}

// makeRoom makes the buffers of the way back.
func (f *folded) makeRoom() {
	if f.own != nil {
		return
	}
	d, wide := f.u.cols, f.Heads*f.u.cols
	for range f.u.graph.Workers.Threads() {
		f.own = append(f.own, make([]float32, 2*f.chunk*wide))
	}
	rows := len(f.u.data) / d
	f.partial = make([]float32, (rows+f.chunk-1)/f.chunk*2*d*wide)
	if !f.u.onPath {
		f.spareInput = make([]float32, len(f.u.data))
		f.du = kernel.Of(rows, d, f.spareInput)
	}
}

func (f *folded) backward(i, from, to int, w *kernel.Workers, own []float32) {
	d := f.u.cols
	wide, n := f.Heads*d, d*f.Heads*d
	rows := to - from
	g, u, du := rowsOf(f.y.grad, from, to, d), rowsOf(f.u.data, from, to, d), rowsOf(f.du.Data, from, to, d)
	q, z := rowsOf(f.q, from, to, wide), rowsOf(f.z, from, to, wide)
	dq, dz := kernel.Of(rows, wide, own), kernel.Of(rows, wide, own[f.chunk*wide:])
	dm, dr := kernel.Of(d, wide, f.partial[2*n*i:]), kernel.Of(wide, d, f.partial[2*n*i+n:])
	w.MatMul(dr, z, kernel.T, g, kernel.NoTrans, kernel.Epilogue{})
	w.MatMul(dz, g, kernel.NoTrans, kernel.Of(wide, d, f.r), kernel.T, kernel.Epilogue{})
	w.AttendGrad(dq, du, f.add, dz, z, rowsOf(f.norm, from, to, f.Heads), q, u, f.length)
	w.MatMul(dm, u, kernel.T, dq, kernel.NoTrans, kernel.Epilogue{})
	w.MatMul(du, dq, kernel.NoTrans, kernel.Of(d, wide, f.m), kernel.T, kernel.Epilogue{Add: true})
}
