package kernel

import "math"

// attendPiece is how many scores make a piece of work.
const attendPiece = 1 << 15

// eachSequence has the task done for pieces of some sequences, a multiple of
// group.
func (w *Workers) eachSequence(t Task, group int) {
	a := &w.attention
	sequences := a.u.Rows / a.length
	a.piece = (attendPiece/(a.heads*a.length*a.length) + group) / group * group
	a.scratch = w.scratch
	w.Run(t, (sequences+a.piece-1)/a.piece)
}

// range of the sequences in a piece.
func (a *attention) sequences(piece int) (from, to int) {
	return piece * a.piece, min((piece+1)*a.piece, a.u.Rows/a.length)
}

type attendGenericTask attention

// Piece is the definition of some sequences.
func (t *attendGenericTask) Piece(i, worker int) {
	a := (*attention)(t)
	for s, end := a.sequences(i); s < end; s++ {
		if a.back {
			a.gradGeneric(s, a.scratch[worker].Floats(a.length))
		} else {
			a.generic(s, a.scratch[worker].Floats(a.length))
		}
	}
}

// generic computes sequence s; row has room for one row of A.
func (a *attention) generic(s int, row []float32) {
	u, norm := a.sequence(a.u, s), a.sequence(a.norm, s)
	for h := range a.heads {
		q, z := a.head(a.sequence(a.q, s), h), a.head(a.sequence(a.z, s), h)
		for i := range a.length {
			most := float32(math.Inf(-1))
			for j := range row {
				row[j] = dotOf(q.Row(i), u.Row(j))
				most = max(most, row[j])
			}
			var sum float32
			for j := range row {
				row[j] = exp2Of((row[j] - most) * math.Log2E)
				sum += row[j]
			}
			norm.Data[i*norm.Stride+h] = (most + logOf(sum)) * math.Log2E
			zi := z.Row(i)
			clear(zi)
			for j, p := range row {
				axpyGeneric(zi, u.Row(j), p/sum)
			}
		}
	}
}

// gradGeneric computes the gradients of sequence s; row has room for one row of A.
func (a *attention) gradGeneric(s int, row []float32) {
	u, du, norm := a.sequence(a.u, s), a.sequence(a.du, s), a.sequence(a.norm, s)
	if !a.add {
		for j := range a.length {
			clear(du.Row(j))
		}
	}
	for h := range a.heads {
		q, z := a.head(a.sequence(a.q, s), h), a.head(a.sequence(a.z, s), h)
		dq, dz := a.head(a.sequence(a.dq, s), h), a.head(a.sequence(a.dz, s), h)
		for i := range a.length {
			qi, g, dqi := q.Row(i), dz.Row(i), dq.Row(i)
			clear(dqi)
			d := dotOf(g, z.Row(i))
			for j := range a.length {
				p := exp2Of(float32(dotOf(qi, u.Row(j))*math.Log2E) - norm.Data[i*norm.Stride+h])
				ds := float32(p * (dotOf(g, u.Row(j)) - d))
				axpyGeneric(dqi, u.Row(j), ds)
				axpyGeneric(du.Row(j), qi, ds)
				axpyGeneric(du.Row(j), g, p)
			}
		}
	}
}

// 2^f = 1 + f p(f), |f| ≤ ½, as in _asm/attend.
const (
	exp2P0 = 0.693147004
	exp2P1 = 0.240222469
	exp2P2 = 0.055507116
	exp2P3 = 0.00967130065
	exp2P4 = 0.00132692745
)

// exp2Of returns 2^x; below 2^-126, which no sum of attention would notice, it is that.
func exp2Of(x float32) float32 {
	x = max(x, -126)
	t := x + magic
	f := x - (t - magic)
	p := fma(exp2P4, f, exp2P3)
	p = fma(p, f, exp2P2)
	p = fma(p, f, exp2P1)
	p = fma(p, f, exp2P0)
	p = fma(p, f, 1)
	return math.Float32frombits(math.Float32bits(p) + math.Float32bits(t)<<23)
}

// dotOf adds the products one after another.
func dotOf(x, y []float32) float32 {
	var s float32
	for i, v := range x {
		s += float32(v * y[i])
	}
	return s
}
