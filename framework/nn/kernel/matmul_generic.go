package kernel

// genericRows is the height of a piece of the portable product.
const genericRows = 32

// multiplyGeneric does the products with the portable definition.
func (w *Workers) multiplyGeneric(p *product) {
	if p.batch {
		p.each = 1 + small/(1+p.flops())
		w.Run((*genericTask)(p), (p.count+p.each-1)/p.each)
		return
	}
	if p.flops() < small {
		p.generic(0, p.m)
		return
	}
	w.Run((*genericTask)(p), (p.m+genericRows-1)/genericRows)
}

type genericTask product

// Piece does some rows of the product, or some products of the batch.
func (t *genericTask) Piece(i, _ int) {
	p := (*product)(t)
	if !p.batch {
		p.generic(i*genericRows, min(p.m, (i+1)*genericRows))
		return
	}
	for j := i * p.each; j < min(p.count, (i+1)*p.each); j++ {
		q := p.item(j)
		q.generic(0, q.m)
	}
}

// generic is the definition of rows from to to-1:
//
//	s[i,j] = sum over blocks of (sum over p in the block of op(A)[i,p] op(B)[p,j])
//	C[i,j] = act(s[i,j] [+ C[i,j]] [+ bias[j]])
//
// It goes through C in tiles of 4 x 4, whose sums stay in registers.
func (p *product) generic(from, to int) {
	depth := blockDepth(p.k)
	for first := 0; first == 0 || first < p.k; first += depth {
		k := min(depth, p.k-first)
		for j := 0; j < p.n; j += 4 {
			for i := from; i < to; i += 4 {
				rows, cols := min(4, to-i), min(4, p.n-j)
				var s [4][4]float32
				switch {
				case k == 0:
				case rows == 4 && cols == 4:
					tile4x4(&s, p.a[i*p.aRow+first*p.aCol:], p.aRow, p.aCol, p.b[first*p.bRow+j*p.bCol:], p.bRow, p.bCol, k)
				default:
					tileEdge(&s, rows, cols, p.a[i*p.aRow+first*p.aCol:], p.aRow, p.aCol, p.b[first*p.bRow+j*p.bCol:], p.bRow, p.bCol, k)
				}
				for r := range rows {
					p.store(p.c[(i+r)*p.cRow+j:][:cols], s[r][:cols], j, first > 0, first+k == p.k)
				}
			}
		}
	}
}

// store adds the sums of one block to C; the last block adds the bias and applies
// the activation. A NaN passes ReLU.
func (p *product) store(c, s []float32, column int, more, last bool) {
	for j, v := range s {
		if p.add || more {
			v += c[j]
		}
		if last && p.bias != nil {
			v += p.bias[column+j]
		}
		if last && p.relu && v < 0 {
			v = 0
		}
		c[j] = v
	}
}

// tile4x4 computes s = A B for 4 x k and k x 4 numbers.
func tile4x4(s *[4][4]float32, a []float32, aRow, aCol int, b []float32, bRow, bCol, k int) {
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	var s20, s21, s22, s23, s30, s31, s32, s33 float32
	for ; k > 0; k-- {
		b0, b1, b2, b3 := b[0], b[bCol], b[2*bCol], b[3*bCol]
		a0, a1, a2, a3 := a[0], a[aRow], a[2*aRow], a[3*aRow]
		s00, s01, s02, s03 = s00+a0*b0, s01+a0*b1, s02+a0*b2, s03+a0*b3
		s10, s11, s12, s13 = s10+a1*b0, s11+a1*b1, s12+a1*b2, s13+a1*b3
		s20, s21, s22, s23 = s20+a2*b0, s21+a2*b1, s22+a2*b2, s23+a2*b3
		s30, s31, s32, s33 = s30+a3*b0, s31+a3*b1, s32+a3*b2, s33+a3*b3
		if k > 1 {
			a, b = a[aCol:], b[bRow:]
		}
	}
	*s = [4][4]float32{{s00, s01, s02, s03}, {s10, s11, s12, s13}, {s20, s21, s22, s23}, {s30, s31, s32, s33}}
}

// tileEdge computes the same for fewer rows or columns.
func tileEdge(s *[4][4]float32, rows, cols int, a []float32, aRow, aCol int, b []float32, bRow, bCol, k int) {
	for i := range rows {
		for j := range cols {
			var v float32
			for p := range k {
				v += a[i*aRow+p*aCol] * b[p*bRow+j*bCol]
			}
			s[i][j] = v
		}
	}
}
