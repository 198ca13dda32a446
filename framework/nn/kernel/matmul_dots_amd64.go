//go:build amd64 && !purego

package kernel

// Where C has few rows or few columns, packing B would cost more than the
// product, and most lanes of a panel would be idle. If op(A) and op(B) are both
// contiguous along k, each element is a dot product instead.
const (
	dotsThin  = 4 // rows or columns of C
	dotsSmall = 8 // rows and columns of C
)

// isDots reports whether the product is to be computed from dot products.
func (p *product) isDots() bool {
	return p.aCol == 1 && p.bRow == 1 && (min(p.m, p.n) <= dotsThin || max(p.m, p.n) <= dotsSmall)
}

// dots computes rows i0 to i1-1 and columns j0 to j1-1 of C.
func (p *product) dots(i0, i1, j0, j1 int) {
	how := 0
	if p.add {
		how |= howAdd
	}
	if p.relu {
		how |= howReLU
	}
	a, b, c := &p.a[i0*p.aRow], &p.b[j0*p.bCol], &p.c[i0*p.cRow+j0]
	rows, cols := i1-i0, j1-j0
	aRow, bRow, biasStep := p.aRow*float, p.bCol*float, dotsColumns*float
	var bias *float32
	if p.bias != nil {
		bias = &p.bias[j0]
	}
	if p.n == 1 && p.cRow == 1 {
		// A column is a row: Cᵀ = Bᵀ Aᵀ.
		a, b, aRow, bRow, rows, cols = b, a, bRow, aRow, cols, rows
		if bias != nil {
			v := *bias
			same := [dotsColumns]float32{v, v, v, v}
			bias, biasStep = &same[0], 0
		}
	}
	dotProducts(a, b, c, bias, aRow, bRow, p.cRow*float, biasStep, p.k, rows, cols, how)
}

// dotsColumns is the width of a tile of dot products.
const dotsColumns = 4

func dotProducts(a, b, c, bias *float32, aRow, bRow, cRow, biasStep, k, rows, cols, how int) {
	if active == AVX512 {
		dotsAVX512(a, b, c, bias, aRow, bRow, cRow, biasStep, k, rows, cols, how)
	} else {
		dotsAVX2(a, b, c, bias, aRow, bRow, cRow, biasStep, k, rows, cols, how)
	}
}

// dotsInPieces shares a large product of this kind among the workers, in pieces
// of rows or of columns, whichever are more.
func (w *Workers) dotsInPieces(p *product) {
	d := &p.plan
	long, short := max(p.m, p.n), min(p.m, p.n)
	piece := (1 + small/(2*p.k*short) + dotsColumns - 1) &^ (dotsColumns - 1)
	d.height, d.width = p.m, piece
	if p.m > p.n {
		d.height, d.width = piece, p.n
	}
	w.Run((*dotsTask)(p), (long+piece-1)/piece)
}

type dotsTask product

// Piece computes a piece of C.
func (t *dotsTask) Piece(i, _ int) {
	p := (*product)(t)
	d := &p.plan
	if d.width == p.n {
		p.dots(i*d.height, min(p.m, (i+1)*d.height), 0, p.n)
	} else {
		p.dots(0, p.m, i*d.width, min(p.n, (i+1)*d.width))
	}
}
