//go:build amd64 && !purego

package kernel

import "math"

// What attendTask does with some rows of one head.

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
		attendSoftmaxAVX512(&r.p.Data[0], &r.most[0], &r.sum[0], &r.local[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
	} else {
		attendSoftmaxAVX2(&r.p.Data[0], &r.most[0], &r.sum[0], &r.local[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
	}
	norm := a.sequence(a.norm, s).rowsOf(first, rows)
	sum, logs := r.sum[:rows], r.start[:rows]
	log(logs, sum)
	for i, v := range logs {
		norm.Data[i*norm.Stride+h] = (r.most[i] + v) * math.Log2E
		sum[i] = 1 / sum[i]
	}
	r.values(z, r.p, sum, a.length)
}

// values computes z_i = scale_i Σ_j p_ij u_j, without a factor where scale is nil.
func (r *room) values(z, p Matrix, scale []float32, length int) {
	if z.Cols%r.lanes != 0 {
		r.narrow(z, p.Data, p.Stride, 1, r.tokens, length, false)
		for i, v := range scale {
			row := z.Row(i)
			for j := range row {
				row[j] *= v
			}
		}
		return
	}
	var by *float32
	if scale != nil {
		by = &scale[0]
	}
	if active == AVX512 {
		attendValuesAVX512(&z.Data[0], &p.Data[0], &r.tokens.Data[0], by, z.Stride*float, p.Stride*float, r.tokens.Stride*float, length, z.Rows, z.Cols/r.lanes)
	} else {
		attendValuesAVX2(&z.Data[0], &p.Data[0], &r.tokens.Data[0], by, z.Stride*float, p.Stride*float, r.tokens.Stride*float, length, z.Rows, z.Cols/r.lanes)
	}
}

// grad computes rows of dQ and adds what they give to dU.
func (r *room) grad(a *attention, s, h, first, rows int) {
	q := r.padded(a.head(a.sequence(a.q, s), h).rowsOf(first, rows), r.q)
	g := r.padded(a.head(a.sequence(a.dz, s), h).rowsOf(first, rows), r.g)
	norm := a.sequence(a.norm, s).rowsOf(first, rows)
	for i := range rows {
		r.start[i] = norm.Data[i*norm.Stride+h]
		r.sum[i] = r.dots[(first+i)*a.heads+h]
	}
	p, ds := &r.p.Data[0], &r.ds.Data[0]
	if active == AVX512 {
		attendAgainAVX512(p, &r.start[0], &r.local[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
		attendGradAVX512(ds, p, &r.sum[0], &g.Data[0], &r.panel[0], r.p.Stride*float, g.Stride*float, r.depth, rows, r.panels, r.tail)
	} else {
		attendAgainAVX2(p, &r.start[0], &r.local[0], &q.Data[0], &r.panel[0], r.p.Stride*float, q.Stride*float, r.depth, rows, r.panels, r.tail)
		attendGradAVX2(ds, p, &r.sum[0], &g.Data[0], &r.panel[0], r.p.Stride*float, g.Stride*float, r.depth, rows, r.panels, r.tail)
	}
	r.values(a.head(a.sequence(a.dq, s), h).rowsOf(first, rows), r.ds, nil, a.length)
	r.sums(a.sequence(a.du, s), q, g, rows)
}

// sums computes du_j += Σ_i p_ij g_i + ds_ij q_i.
func (r *room) sums(du, q, g Matrix, rows int) {
	switch {
	case du.Cols%r.lanes != 0:
		r.narrow(du, r.p.Data, 1, r.p.Stride, g, rows, true)
		r.narrow(du, r.ds.Data, 1, r.ds.Stride, q, rows, true)
	case active == AVX512:
		attendSumsAVX512(&du.Data[0], &r.p.Data[0], &r.ds.Data[0], &g.Data[0], &q.Data[0], du.Stride*float, r.p.Stride*float, g.Stride*float, q.Stride*float, rows, du.Rows, du.Cols/r.lanes)
	default:
		attendSumsAVX2(&du.Data[0], &r.p.Data[0], &r.ds.Data[0], &g.Data[0], &q.Data[0], du.Stride*float, r.p.Stride*float, g.Stride*float, q.Stride*float, rows, du.Rows, du.Cols/r.lanes)
	}
}

// narrow computes c = A b, or adds to it, with columns that do not fill vectors: A
// has depth columns and element i, k at a[i*aRow+k*aCol], b has whole vectors of 8
// columns, c's and a few more.
func (r *room) narrow(c Matrix, a []float32, aRow, aCol int, b Matrix, depth int, add bool) {
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
