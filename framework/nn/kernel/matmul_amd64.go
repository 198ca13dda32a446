//go:build amd64 && !purego

package kernel

import "unsafe"

//go:generate go run -C _asm ./matmul -out ../matmul_amd64.s -stubs ../matmul_stub_amd64.go -pkg kernel

// A plan says how a product is cut. The sum is taken in blocks of terms. In each
// block B is packed, if that pays, into panels as wide as the micro-kernel reads
// them; then C is computed in pieces of some rows and some columns. A is read
// where it stands: the micro-kernels take any strides.
type plan struct {
	dots          bool // no packing, dot products instead
	block         int  // the depth of a block of terms
	first, depth  int  // the block under way
	packAll       bool // B is packed, or else
	packLast      bool // its last panel, which is not full
	packing       bool
	fetchC        bool      // C is large: its lines are asked for before they are computed
	packed        []float32 // the block of B in panels
	height, width int       // of a piece
	scratch       []Scratch
}

const (
	pieceRows    = 48      // four tiles: enough to use a panel while the first cache holds it
	pieceColumns = 64      // where rows alone make too few pieces
	fewPieces    = 4       // or fewer are too few
	directRows   = 24      // C of up to so many rows does not repay packing B
	wideRows     = 8       // C of up to so many rows is computed in wider panels
	largeC       = 1 << 17 // numbers in all C: more leave the second cache
	smallC       = 1 << 12 // numbers in one C: too few to wait for
	cacheLine    = 64      // bytes
	float        = 4       // bytes
)

func (w *Workers) multiply(p *product) {
	if active == Generic || p.k == 0 {
		w.multiplyGeneric(p)
		return
	}
	p.plan = plan{dots: p.isDots(), block: blockDepth(p.k), scratch: w.scratch,
		packAll: p.bCol != 1 || p.m > directRows,
		fetchC:  p.count*p.m*p.n > largeC && p.m*p.n > smallC}
	p.plan.packLast = p.lastIsPart()
	switch {
	case p.batch:
		p.each = 1 + small/p.flops()
		w.Run((*batchTask)(p), (p.count+p.each-1)/p.each)
	case p.flops() < small:
		p.alone(&w.scratch[0])
	case p.plan.dots:
		w.dotsInPieces(p)
	default:
		w.inPieces(p)
	}
}

// alone computes a small product.
func (p *product) alone(s *Scratch) {
	if p.plan.dots {
		p.dots(0, p.m, 0, p.n)
		return
	}
	for p.plan.first, p.plan.depth = 0, 0; p.nextBlock(s); {
		if p.plan.packAll || p.plan.packLast {
			p.pack(0, p.n)
		}
		p.compute(0, p.m, 0, p.n)
	}
}

type batchTask product

// Piece computes some products of a batch.
func (t *batchTask) Piece(i, worker int) {
	p := (*product)(t)
	q := *p
	for j := i * p.each; j < min(p.count, (i+1)*p.each); j++ {
		q.c, q.a, q.b = p.c[j*p.cStep:], p.a[j*p.aStep:], p.b[j*p.bStep:]
		q.alone(&p.plan.scratch[worker])
	}
}

// inPieces shares a large product among the workers.
func (w *Workers) inPieces(p *product) {
	d := &p.plan
	d.height, d.width = pieceRows, p.n
	if (p.m+d.height-1)/d.height < fewPieces {
		d.width = pieceColumns
	}
	columns := (p.n + d.width - 1) / d.width
	for p.nextBlock(&w.scratch[0]) {
		if d.packAll || d.packLast {
			d.packing = true
			w.Run((*pieceTask)(p), (p.n+pieceColumns-1)/pieceColumns)
			d.packing = false
		}
		w.Run((*pieceTask)(p), (p.m+d.height-1)/d.height*columns)
	}
}

type pieceTask product

// Piece packs some columns of B or computes a piece of C.
func (t *pieceTask) Piece(i, _ int) {
	p := (*product)(t)
	d := &p.plan
	if d.packing {
		p.pack(i*pieceColumns, min(p.n, (i+1)*pieceColumns))
		return
	}
	columns := (p.n + d.width - 1) / d.width
	row, column := i/columns*d.height, i%columns*d.width
	p.compute(row, min(p.m, row+d.height), column, min(p.n, column+d.width))
}

// nextBlock moves on to the next block of terms and finds room to pack it.
func (p *product) nextBlock(s *Scratch) bool {
	d := &p.plan
	d.first += d.depth
	d.depth = min(d.block, p.k-d.first)
	if d.depth > 0 && (d.packAll || d.packLast) {
		// The last panel is up to 15 columns wider than what it holds.
		room := s.Floats(d.depth*(p.n+15) + cacheLine/float)
		skip := -int(uintptr(unsafe.Pointer(&room[0]))) & (cacheLine - 1) / float
		d.packed = room[skip:]
	}
	return d.depth > 0
}

// pack copies columns from to to-1 of the block of B. The panel that begins at
// column j lies at j*depth and holds row after row.
func (p *product) pack(from, to int) {
	d := &p.plan
	for j := from; j < to; {
		width := p.panelWidth(p.n - j)
		columns := min(width, p.n-j)
		if !d.packAll && columns == width {
			j += columns
			continue
		}
		dst, src := &d.packed[j*d.depth:][:width*d.depth][0], &p.b[d.first*p.bRow+j*p.bCol]
		if p.bCol == 1 {
			packRowsAVX(dst, src, width*float, p.bRow*float, d.depth, columns)
		} else {
			packTransposedAVX(dst, src, width*float, p.bCol*float, columns, d.depth)
		}
		j += columns
	}
}

// What the micro-kernels are told to do with the sums.
const (
	howAdd   = 1
	howReLU  = 2
	howFetch = 4
)

// compute does rows i0 to i1-1 and columns j0 to j1-1 of C for the block.
func (p *product) compute(i0, i1, j0, j1 int) {
	d := &p.plan
	how := 0
	if p.add || d.first > 0 {
		how |= howAdd
	}
	if d.fetchC {
		how |= howFetch
	}
	last := d.first+d.depth == p.k
	if last && p.relu {
		how |= howReLU
	}
	a := &p.a[i0*p.aRow+d.first*p.aCol]
	for j := j0; j < j1; {
		width := p.panelWidth(p.n - j)
		columns := min(width, p.n-j)
		var b, bias *float32
		bRow := width
		if d.packAll || columns < width {
			b = &d.packed[j*d.depth]
		} else {
			b, bRow = &p.b[d.first*p.bRow+j], p.bRow
		}
		if last && p.bias != nil {
			bias = &p.bias[j]
		}
		panel(width, a, b, &p.c[i0*p.cRow+j], bias, p.aRow*float, p.aCol*float, bRow*float, p.cRow*float, d.depth, i1-i0, columns, how)
		j += columns
	}
}

// panelWidth returns the width of the next panel when n columns are left: full
// panels, then the widths that waste least.
func (p *product) panelWidth(n int) int {
	switch {
	case n <= 8:
		return 8
	case active == AVX512 && n > 48 && p.m <= wideRows:
		return 64
	case active == AVX512 && n > 24:
		return 32
	}
	return 16
}

// lastIsPart reports whether the last panel is wider than what is left for it. The
// micro-kernels read whole rows of it, so that it must be packed.
func (p *product) lastIsPart() bool {
	n := p.n
	for n > 0 {
		n -= p.panelWidth(n)
	}
	return n < 0
}

// panel calls the micro-kernel of the given width.
func panel(width int, a, b, c, bias *float32, aRow, aCol, bRow, cRow, k, rows, cols, how int) {
	switch {
	case width == 64:
		panelAVX512x64(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols-48, how)
	case active == AVX512 && width == 32:
		panelAVX512x32(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols-16, how)
	case active == AVX512 && width == 16 && halves && cols > 8:
		panelAVX512x16Halves(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols-8, how)
	case active == AVX512 && width == 16:
		panelAVX512x16(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols, how)
	case active == AVX512:
		panelAVX512x8(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols, how)
	case width == 16:
		panelAVX2x16(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols-8, how)
	default:
		panelAVX2x8(a, b, c, bias, aRow, aCol, bRow, cRow, k, rows, cols, how)
	}
}
