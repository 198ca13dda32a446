//go:build amd64 && !purego

package kernel

import "math"

//go:generate go run -C _asm ./attend -out ../attend_amd64.s -stubs ../attend_stub_amd64.go -pkg kernel

// attendRows is how many rows of scores are in work at a time: those of a few
// tiles, with their gradients, fit the first cache.
const attendRows = 24

func (w *Workers) attend() {
	a := &w.attention
	switch {
	case active == Generic:
		w.eachSequence((*attendGenericTask)(a), 1)
	case a.length <= attendShort:
		w.eachSequence((*lanesTask)(a), 16)
	default:
		w.eachSequence((*attendTask)(a), 1)
	}
}

func (w *Workers) attendGrad() {
	w.attention.back = true
	w.attend()
}

type attendTask attention

// Piece does some sequences.
func (t *attendTask) Piece(i, worker int) {
	a := (*attention)(t)
	r := a.room(&a.scratch[worker])
	for s, end := a.sequences(i); s < end; s++ {
		r.pack(a.sequence(a.u, s))
		if a.back && !a.add {
			for j, du := 0, a.sequence(a.du, s); j < du.Rows; j++ {
				clear(du.Row(j))
			}
		}
		for h := range a.heads {
			for first := 0; first < a.length; first += attendRows {
				rows := min(attendRows, a.length-first)
				if a.back {
					r.grad(a, s, h, first, rows)
				} else {
					r.softmax(a, s, h, first, rows)
				}
			}
		}
	}
}

// A room is what a worker needs beside the results. Tokens have depth columns: d
// in whole vectors of 8.
type room struct {
	depth, width, panels, tail int       // of a panel, whole panels, columns of the last
	tokens                     Matrix    // u [length x depth]
	panel                      []float32 // uᵀ in panels [depth x width]
	q, g                       []float32 // rows of queries and gradients where d needs padding
	p, ds                      Matrix    // scores and their gradients
	most, sum, start           []float32
}

func (a *attention) room(s *Scratch) room {
	r := room{depth: (a.u.Cols + 7) &^ 7, width: 16}
	lanes := 8
	if active == AVX512 {
		r.width, lanes = 32, 16
	}
	r.panels, r.tail = a.length/r.width, a.length%r.width
	stride := (a.length + lanes - 1) / lanes * lanes
	sizes := [...]int{a.length * r.depth, (r.panels + 1) * r.depth * r.width, attendRows * r.depth, attendRows * r.depth,
		attendRows * stride, attendRows * stride, attendRows, attendRows, attendRows}
	total := 0
	for _, n := range sizes {
		total += n
	}
	rest := s.Floats(total)
	var parts [len(sizes)][]float32
	for i, n := range sizes {
		parts[i], rest = rest[:n], rest[n:]
	}
	r.tokens = Of(a.length, r.depth, parts[0])
	r.panel, r.q, r.g = parts[1], parts[2], parts[3]
	r.p, r.ds = Of(attendRows, stride, parts[4]), Of(attendRows, stride, parts[5])
	r.most, r.sum, r.start = parts[6], parts[7], parts[8]
	if r.depth != a.u.Cols {
		clear(r.tokens.Data)
		clear(r.q)
		clear(r.g)
	}
	clear(r.panel)
	return r
}

// pack reads the tokens of a sequence.
func (r *room) pack(u Matrix) {
	if r.depth == u.Cols {
		r.tokens = u
	} else {
		copyRows(r.tokens, u)
	}
	for j := 0; j < u.Rows; j += r.width {
		packTransposedAVX(&r.panel[j*r.depth], &u.Data[j*u.Stride], r.width*float, u.Stride*float, min(r.width, u.Rows-j), u.Cols)
	}
}

func copyRows(dst, src Matrix) {
	for i := range src.Rows {
		copy(dst.Row(i)[:src.Cols], src.Row(i))
	}
}

// padded returns rows of a head as the tiles read them.
func (r *room) padded(m Matrix, into []float32) Matrix {
	if m.Cols == r.depth {
		return m
	}
	p := Of(m.Rows, r.depth, into)
	copyRows(p, m)
	return p
}

// rowsOf returns some rows of a matrix.
func (m Matrix) rowsOf(first, rows int) Matrix {
	return Matrix{Rows: rows, Cols: m.Cols, Stride: m.Stride, Data: m.Data[first*m.Stride:]}
}

// softmax computes rows of Z and of the norms.
func (r *room) softmax(a *attention, s, h, first, rows int) {
	q := r.padded(a.head(a.sequence(a.q, s), h).rowsOf(first, rows), r.q)
	z := a.head(a.sequence(a.z, s), h).rowsOf(first, rows)
	if active == AVX512 {
		attendSoftmaxAVX512(&r.p.Data[0], &r.most[0], &r.sum[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
	} else {
		attendSoftmaxAVX2(&r.p.Data[0], &r.most[0], &r.sum[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
	}
	narrow(z, r.p.Data, r.p.Stride, 1, r.tokens, a.length, false)
	norm := a.sequence(a.norm, s).rowsOf(first, rows)
	sum, logs := r.sum[:rows], r.start[:rows]
	log(logs, sum)
	for i, v := range sum {
		scale(z.Row(i), z.Row(i), 1/v)
		norm.Data[i*norm.Stride+h] = (r.most[i] + logs[i]) * math.Log2E
	}
}

// grad computes rows of dQ and adds what they give to dU.
func (r *room) grad(a *attention, s, h, first, rows int) {
	rowsOf := func(m Matrix) Matrix { return a.head(a.sequence(m, s), h).rowsOf(first, rows) }
	q, g, dq, du := r.padded(rowsOf(a.q), r.q), r.padded(rowsOf(a.dz), r.g), rowsOf(a.dq), a.sequence(a.du, s)
	norm, z, dz := a.sequence(a.norm, s).rowsOf(first, rows), rowsOf(a.z), rowsOf(a.dz)
	for i := range rows {
		r.start[i] = -norm.Data[i*norm.Stride+h]
		r.sum[i] = -dot(dz.Row(i), z.Row(i))
	}
	p, ds := &r.p.Data[0], &r.ds.Data[0]
	if active == AVX512 {
		attendAgainAVX512(p, &r.start[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
		attendGradAVX512(ds, p, &r.sum[0], &g.Data[0], &r.panel[0], r.p.Stride*float, g.Stride*float, r.depth, rows, r.panels, r.tail)
	} else {
		attendAgainAVX2(p, &r.start[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
		attendGradAVX2(ds, p, &r.sum[0], &g.Data[0], &r.panel[0], r.p.Stride*float, g.Stride*float, r.depth, rows, r.panels, r.tail)
	}
	narrow(dq, r.ds.Data, r.ds.Stride, 1, r.tokens, a.length, false)
	narrow(du, r.ds.Data, 1, r.ds.Stride, q, rows, true)
	narrow(du, r.p.Data, 1, r.p.Stride, g, rows, true)
}

// narrow computes c = A b, or adds to it, where A has depth columns and element
// i, k at a[i*aRow+k*aCol], and b whole vectors of 8 columns, c's and a few more.
func narrow(c Matrix, a []float32, aRow, aCol int, b Matrix, depth int, add bool) {
	how := 0
	if add {
		how = howAdd
	}
	p := product{m: c.Rows}
	for j := 0; j < c.Cols; {
		width := p.panelWidth(b.Cols - j)
		panel(width, &a[0], &b.Data[j], &c.Data[j], nil, aRow*float, aCol*float, b.Stride*float, c.Stride*float, depth, c.Rows, min(width, c.Cols-j), how)
		j += width
	}
}
