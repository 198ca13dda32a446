package kernel

import "fmt"

// Attention whose keys are also its values, and the same for all heads: what is
// left of self-attention once the projections are folded (see nn.SelfAttention).
// Of every sequence of tokens u [L x d], with queries Q_h [L x d] for each head,
//
//	A_h = softmax(Q_h uᵀ),   Z_h = A_h u
//
// The weights A exist in pieces that the first caches hold, never as a whole: the
// way back computes them again (Dao et al. 2022, FlashAttention).

// Attend computes Z [rows x heads·d] of queries q [rows x heads·d] and tokens u
// [rows x d], whose rows are sequences of that length one after another. For
// AttendGrad it keeps norm [rows x heads], log2 Σ_j exp(q_i·u_j), unless sequences
// are so short that making it again costs nothing.
func (w *Workers) Attend(z, norm, q, u Matrix, length int) {
	checkAttend("Attend", length, norm, u, z, q)
	w.attention = attention{z: z, norm: norm, q: q, u: u, heads: norm.Cols, length: length}
	w.attend()
	w.attention = attention{} // keeps nobody's memory
}

// AttendGrad computes the gradients of what Attend computed, from dz: with A
// made again from q, u and norm,
//
//	D_i  = Σ dz_i z_i,   dS_h = A_h ∘ (dz_h uᵀ − D)
//	dq_h = dS_h u,   du = Σ_h A_hᵀ dz_h + dS_hᵀ Q_h   (du += if add)
func (w *Workers) AttendGrad(dq, du Matrix, add bool, dz, z, norm, q, u Matrix, length int) {
	checkAttend("AttendGrad", length, norm, u, z, q, dz, dq)
	alike("AttendGrad", du, u)
	w.attention = attention{z: z, norm: norm, q: q, u: u, dz: dz, dq: dq, du: du, add: add, heads: norm.Cols, length: length}
	w.attendGrad()
	w.attention = attention{}
}

func checkAttend(name string, length int, norm, u Matrix, all ...Matrix) {
	norm.holds(name)
	u.holds(name)
	for _, m := range all {
		alike(name, m, all[0])
	}
	if length < 1 || u.Rows%length != 0 || norm.Rows != u.Rows || all[0].Rows != u.Rows || all[0].Cols != norm.Cols*u.Cols {
		panic(fmt.Sprintf("kernel.%s: lengths: %d x %d tokens in sequences of %d, %d x %d norms, %d x %d queries",
			name, u.Rows, u.Cols, length, norm.Rows, norm.Cols, all[0].Rows, all[0].Cols))
	}
}

// An attention is one call of Attend or AttendGrad.
type attention struct {
	z, norm, q, u Matrix
	dz, dq, du    Matrix
	add, back     bool
	heads, length int
	piece         int // sequences in a piece
	scratch       []Scratch
}

// sequence returns the rows of sequence s in m.
func (a *attention) sequence(m Matrix, s int) Matrix {
	return Matrix{Rows: a.length, Cols: m.Cols, Stride: m.Stride, Data: m.Data[s*a.length*m.Stride:]}
}

// head returns the columns of head h in m, which has d for each.
func (a *attention) head(m Matrix, h int) Matrix {
	return Matrix{Rows: m.Rows, Cols: a.u.Cols, Stride: m.Stride, Data: m.Data[h*a.u.Cols:]}
}
