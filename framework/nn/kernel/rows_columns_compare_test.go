package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A matrixCall is a kernel on matrices of one matrixLayout, vectors with a number per
// row and vectors with a number per column.
type matrixCall struct {
	name                        string
	matrices, perRow, perColumn int
	f                           func(x []Matrix, r, c [][]float32)
	smooth                      bool
}

var matrixCalls = []matrixCall{
	{"SoftmaxRows", 2, 0, 0, func(x []Matrix, r, c [][]float32) { SoftmaxRows(x[0], x[1], 0.7) }, true},
	{"SoftmaxRowsGrad", 3, 0, 0, func(x []Matrix, r, c [][]float32) { SoftmaxRowsGrad(x[0], x[1], x[2], 0.7) }, false},
	{"LogSumExpRows", 1, 1, 0, func(x []Matrix, r, c [][]float32) { LogSumExpRows(r[0], x[0]) }, true},
	{"RowSums", 1, 1, 0, func(x []Matrix, r, c [][]float32) { RowSums(r[0], x[0]) }, false},
	{"RowDots", 2, 1, 0, func(x []Matrix, r, c [][]float32) { RowDots(r[0], x[0], x[1]) }, false},
	{"ScaleRows", 2, 1, 0, func(x []Matrix, r, c [][]float32) { ScaleRows(x[0], r[0], x[1]) }, false},
	{"RowMoments", 1, 2, 0, func(x []Matrix, r, c [][]float32) { RowMoments(r[0], r[1], x[0]) }, false},
	{"NormaliseRows", 2, 2, 2, func(x []Matrix, r, c [][]float32) { NormaliseRows(x[0], x[1], r[0], r[1], c[0], c[1]) }, false},
	{"NormaliseRows, scale", 2, 2, 1, func(x []Matrix, r, c [][]float32) { NormaliseRows(x[0], x[1], r[0], r[1], c[0], nil) }, false},
	{"NormaliseRows, shift", 2, 2, 1, func(x []Matrix, r, c [][]float32) { NormaliseRows(x[0], x[1], r[0], r[1], nil, c[0]) }, false},
	{"NormaliseRowsGrad", 3, 2, 3, func(x []Matrix, r, c [][]float32) {
		NormaliseRowsGrad(x[0], c[0], c[1], x[1], x[2], r[0], r[1], c[2])
	}, false},
	{"NormaliseRowsGrad, plain", 3, 2, 0, func(x []Matrix, r, c [][]float32) {
		NormaliseRowsGrad(x[0], nil, nil, x[1], x[2], r[0], r[1], nil)
	}, false},
	{"ColumnSums", 1, 0, 1, func(x []Matrix, r, c [][]float32) { ColumnSums(c[0], x[0]) }, false},
	{"AddColumnSums", 1, 0, 1, func(x []Matrix, r, c [][]float32) { AddColumnSums(c[0], x[0]) }, false},
	{"ColumnMoments", 1, 0, 2, func(x []Matrix, r, c [][]float32) { ColumnMoments(c[0], c[1], x[0]) }, false},
	{"AffineColumns", 2, 0, 2, func(x []Matrix, r, c [][]float32) { AffineColumns(x[0], x[1], c[0], c[1], Identity) }, false},
	{"AffineColumns, ReLU", 2, 0, 2, func(x []Matrix, r, c [][]float32) { AffineColumns(x[0], x[1], c[0], c[1], ReLU) }, false},
	{"ColumnSumsAndDots", 2, 0, 4, func(x []Matrix, r, c [][]float32) {
		ColumnSumsAndDots(c[0], c[1], x[0], x[1], c[2], c[3])
	}, false},
	{"ColumnSumsAndDotsRelu", 3, 0, 4, func(x []Matrix, r, c [][]float32) {
		ColumnSumsAndDotsRelu(c[0], c[1], x[0], x[1], x[2], c[2], c[3])
	}, false},
	{"AffineColumns2", 3, 0, 3, func(x []Matrix, r, c [][]float32) { AffineColumns2(x[0], x[1], x[2], c[0], c[1], c[2]) }, false},
	{"AffineColumns2Relu", 4, 0, 3, func(x []Matrix, r, c [][]float32) {
		AffineColumns2Relu(x[0], x[1], x[2], x[3], c[0], c[1], c[2])
	}, false},
}

type matrixLayout struct {
	rows, cols, gap int
	alias           int // the first matrix is this one; 0 for none
	strange         bool
}

func (s matrixLayout) String() string {
	return fmt.Sprintf("%d x %d, stride %d, first matrix is number %d, strange %v", s.rows, s.cols, s.cols+s.gap, s.alias, s.strange)
}

func (c matrixCall) run(isa ISA, s matrixLayout, seed uint64) []float32 {
	was := active
	defer func() { active = was }()
	active = isa
	mem := memory{r: rand.New(rand.NewPCG(seed, uint64(s.rows*1000+s.cols))), strange: s.strange}
	var x []Matrix
	var rows, cols [][]float32
	for k := range c.matrices { // each with a stride and an offset of its own
		x = append(x, mem.matrix(s.rows, s.cols, s.cols+s.gap*(k+1), k))
	}
	for range c.perRow {
		rows = append(rows, mem.vector(s.rows, s.gap))
	}
	for range c.perColumn {
		cols = append(cols, mem.vector(s.cols, s.gap))
	}
	if s.alias > 0 {
		x[0] = x[s.alias]
	}
	c.f(x, rows, cols)
	return mem.all()
}

func (c matrixCall) check(t *testing.T, isa ISA, s matrixLayout, seed uint64) {
	t.Helper()
	tolerance := 0.0
	if c.smooth && isa == AVX2 {
		tolerance = 16
	}
	sameNumbers(t, s, c.run(isa, s, seed), c.run(isa-1, s, seed), tolerance)
}

func TestInstructionSetsAgreeOnMatrices(t *testing.T) {
	for _, c := range matrixCalls {
		everyISA(t, c.name, func(t *testing.T) {
			if active == Generic {
				t.Skip("the definition: see the tests of what it computes")
			}
			for cols := range 101 {
				c.check(t, active, matrixLayout{cols % 7, cols, cols % 4, 0, false}, 1)
			}
			for _, cols := range []int{1, 5, 17, 32, 127, 128, 129, 163, 300} {
				for _, rows := range []int{0, 1, 2, 13, 33} {
					c.check(t, active, matrixLayout{rows, cols, 3, 0, rows%2 == 1}, 2)
					for alias := 1; alias < c.matrices; alias++ {
						c.check(t, active, matrixLayout{rows, cols, 0, alias, false}, 3)
					}
				}
			}
		})
	}
}

func FuzzInstructionSetsAgreeOnMatrices(f *testing.F) {
	for i, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 163} {
		f.Add(i, n, n%5, uint64(n))
	}
	f.Fuzz(func(t *testing.T, which, n, rows int, seed uint64) {
		c := matrixCalls[uint(which)%uint(len(matrixCalls))]
		s := matrixLayout{rows: int(uint(rows) % 40), cols: int(uint(n) % 500), gap: int(seed % 4), strange: seed%2 == 0}
		for isa := AVX2; isa <= detect(); isa++ {
			t.Logf("%s on %v", c.name, isa)
			c.check(t, isa, s, seed)
		}
	})
}
