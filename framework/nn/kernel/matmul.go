package kernel

import "fmt"

// An Epilogue is what happens to a product before it is stored.
type Epilogue struct {
	Add  bool       // C += instead of C =
	Bias []float32  // length n, added to every row; nil for none
	Act  Activation // Identity or ReLU, applied after Add and Bias
}

// Trans says whether a matrix is stored transposed.
type Trans bool

// The two forms of a stored matrix.
const (
	NoTrans Trans = false
	T       Trans = true
)

// A product is one C = act(op(A) op(B) [+ C] [+ bias]) of m x k and k x n
// numbers. The transposed forms are strides: op(A)[i,p] = a[i*aRow+p*aCol] and
// op(B)[p,j] = b[p*bRow+j*bCol].
type product struct {
	m, n, k          int
	c                []float32
	cRow             int
	a                []float32
	aRow, aCol       int
	b                []float32
	bRow, bCol       int
	bias             []float32
	add, relu, batch bool

	// A batch: product i begins steps further on in each matrix, and a piece is
	// so many products.
	count, cStep, aStep, bStep, each int

	plan plan // how the implementation in use goes about it
}

// blockDepth returns the number of terms that are summed in order; the sums of
// such blocks are then added in order. So the bits of an element depend neither
// on the tile that it was computed in nor on the number of threads. The blocks
// are even, and a panel of B as deep as one fits the first cache.
func blockDepth(k int) int {
	blocks := max(1, (k+kBlock-1)/kBlock)
	return max(1, (k+blocks-1)/blocks)
}

const kBlock = 256

// MatMul computes C = act(op(A) op(B) [+ C] [+ bias]). A is m x k (k x m when at
// is T), B is k x n (n x k when bt is T), C is m x n; C must not overlap A or B.
func (w *Workers) MatMul(c, a Matrix, at Trans, b Matrix, bt Trans, e Epilogue) {
	w.MatMulBatch(1, c, 0, a, 0, at, b, 0, bt, e)
}

// MatMulBatch computes count products of equal shapes. The i-th uses
// Data[i*step:] of each matrix; a step counts elements and may be smaller than a
// row, as for the heads of attention, which lie side by side in one row. The
// products must not overlap each other in C. All add the same bias.
func (w *Workers) MatMulBatch(count int, c Matrix, cStep int, a Matrix, aStep int, at Trans, b Matrix, bStep int, bt Trans, e Epilogue) {
	m, k := a.Rows, a.Cols
	if at == T {
		m, k = k, m
	}
	kb, n := b.Rows, b.Cols
	if bt == T {
		kb, n = n, kb
	}
	switch {
	case c.Rows != m || c.Cols != n || k != kb:
		panic(fmt.Sprintf("kernel: MatMul: C is %d x %d, op(A) %d x %d, op(B) %d x %d", c.Rows, c.Cols, m, k, kb, n))
	case e.Bias != nil && len(e.Bias) != n:
		panic(fmt.Sprintf("kernel: MatMul: %d biases for %d columns", len(e.Bias), n))
	case e.Act != Identity && e.Act != ReLU:
		panic(fmt.Sprintf("kernel: MatMul: activation %d is neither Identity nor ReLU", e.Act))
	}
	if count <= 0 || m == 0 || n == 0 {
		return
	}
	c.within("C", count, cStep)
	a.within("A", count, aStep)
	b.within("B", count, bStep)

	p := &w.product
	*p = product{m: m, n: n, k: k, bias: e.Bias, add: e.Add, relu: e.Act == ReLU,
		c: c.Data, cRow: c.Stride,
		a: a.Data, aRow: a.Stride, aCol: 1,
		b: b.Data, bRow: b.Stride, bCol: 1,
		batch: count > 1, count: count, cStep: cStep, aStep: aStep, bStep: bStep}
	if at == T {
		p.aRow, p.aCol = p.aCol, p.aRow
	}
	if bt == T {
		p.bRow, p.bCol = p.bCol, p.bRow
	}
	w.multiply(p)
	*p = product{} // keeps nobody's memory
}

// within panics unless count matrices, each step further on, lie inside Data.
func (m Matrix) within(name string, count, step int) {
	if m.Rows == 0 || m.Cols == 0 {
		return
	}
	last := (count-1)*step + (m.Rows-1)*m.Stride + m.Cols
	if m.Rows < 0 || m.Cols < 0 || step < 0 || m.Stride < m.Cols && m.Rows > 1 || last > len(m.Data) {
		panic(fmt.Sprintf("kernel: MatMul: %s: %d times %d x %d with stride %d and step %d in %d numbers",
			name, count, m.Rows, m.Cols, m.Stride, step, len(m.Data)))
	}
}

// item returns product i of a batch.
func (p *product) item(i int) product {
	q := *p
	q.c = p.c[i*p.cStep:]
	if p.k > 0 {
		q.a, q.b = p.a[i*p.aStep:], p.b[i*p.bStep:]
	}
	return q
}

// flops is the size of one product.
func (p *product) flops() int { return 2 * p.m * p.n * p.k }

// small is the number of operations below which a piece would cost more to hand
// over than to do: some microseconds.
const small = 1 << 18
