package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A productCase is one call of MatMulBatch, small enough to check in full.
type productCase struct {
	m, n, k, count   int
	at, bt           Trans
	add, bias, relu  bool
	aGap, bGap, cGap int // numbers between rows
	seed             uint64
}

// String names the case as Go wrote it, to be pasted into a test.
func (pc productCase) String() string { return fmt.Sprintf("%#v", pc) }

const guardWord = float32(-987.25)

// random returns count matrices of rows x cols, stored transposed when tr is T,
// and the step between them. Gaps hold NaN: reading one would show.
func random(r *rand.Rand, count, rows, cols, gap int, tr Trans) (Matrix, int) {
	if tr == T {
		rows, cols = cols, rows
	}
	m := Matrix{Rows: rows, Cols: cols, Stride: cols + gap}
	step := rows*m.Stride + gap
	m.Data = make([]float32, count*step)
	for i := range m.Data {
		m.Data[i] = float32(math.NaN())
	}
	for item := range count {
		for i := range rows {
			for j := range cols {
				m.Data[item*step+i*m.Stride+j] = float32(r.NormFloat64())
			}
		}
	}
	return m, step
}

// at returns element i, j of op(M) of one item.
func at(m Matrix, offset int, tr Trans, i, j int) float64 {
	if tr == T {
		i, j = j, i
	}
	return float64(m.Data[offset+i*m.Stride+j])
}

// checkMatMul compares a product with the definition in float64. An element is a
// sum of k products and perhaps C and a bias: whatever the order, at most k+2
// roundings touch each term, so it is off by at most (k+3) u (sum|a||b| + |c| +
// |bias|), u = 2^-24, where one more u covers the terms of second order.
// ReLU brings numbers no further apart. Places that break, when not nil, are set
// in A and B: there NaN and infinities must come out where the definition has them.
func checkMatMul(t *testing.T, w *Workers, pc productCase, breaks []float32) {
	t.Helper()
	r := rand.New(rand.NewPCG(pc.seed, 1))
	a, aStep := random(r, pc.count, pc.m, pc.k, pc.aGap, pc.at)
	b, bStep := random(r, pc.count, pc.k, pc.n, pc.bGap, pc.bt)
	for _, v := range breaks {
		if i := r.IntN(len(a.Data) + 1); i < len(a.Data) && a.Data[i] == a.Data[i] {
			a.Data[i] = v
		}
		if i := r.IntN(len(b.Data) + 1); i < len(b.Data) && b.Data[i] == b.Data[i] {
			b.Data[i] = v
		}
	}
	e := Epilogue{Add: pc.add}
	if pc.bias {
		e.Bias = make([]float32, pc.n)
		for j := range e.Bias {
			e.Bias[j] = float32(r.NormFloat64())
		}
	}
	if pc.relu {
		e.Act = ReLU
	}
	// C lies between guard words, and so do its rows.
	const margin = 40
	c := Matrix{Rows: pc.m, Cols: pc.n, Stride: pc.n + pc.cGap}
	cStep := pc.m*c.Stride + 3
	whole := make([]float32, margin+pc.count*cStep+margin)
	for i := range whole {
		whole[i] = guardWord
	}
	c.Data = whole[margin : len(whole)-margin]
	inside := map[int]bool{}
	for item := range pc.count {
		for i := range pc.m {
			for j := range pc.n {
				at := item*cStep + i*c.Stride + j
				inside[at+margin] = true
				c.Data[at] = float32(math.NaN())
				if pc.add {
					c.Data[at] = float32(r.NormFloat64())
				}
			}
		}
	}
	before := append([]float32(nil), c.Data...)

	if pc.count == 1 {
		w.MatMul(c, a, pc.at, b, pc.bt, e)
	} else {
		w.MatMulBatch(pc.count, c, cStep, a, aStep, pc.at, b, bStep, pc.bt, e)
	}

	for i, v := range whole {
		if !inside[i] && v != guardWord {
			t.Fatalf("%v: number %d from the start of C overwritten with %v", pc, i-margin, v)
		}
	}
	for item := range pc.count {
		for i := range pc.m {
			for j := range pc.n {
				var want, size float64
				for p := range pc.k {
					v := at(a, item*aStep, pc.at, i, p) * at(b, item*bStep, pc.bt, p, j)
					want, size = want+v, size+math.Abs(v)
				}
				here := item*cStep + i*c.Stride + j
				if pc.add {
					want, size = want+float64(before[here]), size+math.Abs(float64(before[here]))
				}
				if pc.bias {
					want, size = want+float64(e.Bias[j]), size+math.Abs(float64(e.Bias[j]))
				}
				if pc.relu && want < 0 {
					want = 0
				}
				got := float64(c.Data[here])
				switch bound := float64(pc.k+3) * 0x1p-24 * size; {
				case math.IsNaN(want):
					if got == got {
						t.Fatalf("%v: product %d, C[%d,%d] = %v, want NaN", pc, item, i, j, got)
					}
				case math.IsInf(want, 0):
					if got != want {
						t.Fatalf("%v: product %d, C[%d,%d] = %v, want %v", pc, item, i, j, got, want)
					}
				case math.IsInf(bound, 0): // ReLU of -Inf
					if got != want {
						t.Fatalf("%v: product %d, C[%d,%d] = %v, want %v", pc, item, i, j, got, want)
					}
				case !(math.Abs(got-want) <= bound):
					t.Fatalf("%v: product %d, C[%d,%d] = %v, want %v ± %.1e", pc, item, i, j, got, want, bound)
				}
			}
		}
	}
}

// dimensions are those from which the cases are mixed: all around the tiles'
// edges.
var dimensions = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40, 41, 47, 48, 49, 63, 64, 65, 79, 96, 97, 99, 100}

// The transpose forms, by the letters that BLAS uses.
var forms = []struct {
	name   string
	at, bt Trans
}{{"NN", NoTrans, NoTrans}, {"NT", NoTrans, T}, {"TN", T, NoTrans}, {"TT", T, T}}

func TestMatMul(t *testing.T) {
	everyISA(t, "MatMul", func(t *testing.T) {
		w := NewWorkers(2)
		defer w.Close()
		for _, form := range forms {
			t.Run(form.name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(11, 7))
				s := dimensions
				pick := func() int { return s[r.IntN(len(s))] }
				mixed := func(m, n, k int) productCase {
					return productCase{m: m, n: n, k: k, count: 1, at: form.at, bt: form.bt,
						add: r.IntN(2) == 0, bias: r.IntN(2) == 0, relu: r.IntN(2) == 0,
						aGap: r.IntN(4), bGap: r.IntN(4), cGap: r.IntN(4), seed: r.Uint64()}
				}
				for _, v := range s { // every size in every place
					checkMatMul(t, w, mixed(v, pick(), pick()), nil)
					checkMatMul(t, w, mixed(pick(), v, pick()), nil)
					checkMatMul(t, w, mixed(pick(), pick(), v), nil)
				}
				for m := 1; m <= 26; m++ { // every height of the last tile, every mask
					checkMatMul(t, w, mixed(m, 33+m, 5), nil)
					checkMatMul(t, w, mixed(3+m%13, m+7, 9), nil)
				}
				checkMatMul(t, w, mixed(163, 163, 256), nil)
				checkMatMul(t, w, mixed(100, 40, 2*kBlock+3), nil)
				checkMatMul(t, w, mixed(3, 2, 5*kBlock), nil)
				checkMatMul(t, w, mixed(1, 700, 300), nil)
				checkMatMul(t, w, mixed(700, 1, 300), nil)
				for range 20 { // batches, of attention's sizes and others
					pc := mixed(1+r.IntN(20), 1+r.IntN(40), r.IntN(70))
					pc.count = 2 + r.IntN(5)
					checkMatMul(t, w, pc, nil)
				}
			})
		}
	})
}

func TestMatMulEpilogues(t *testing.T) {
	everyISA(t, "MatMul", func(t *testing.T) {
		w := NewWorkers(1)
		defer w.Close()
		for i := range 8 {
			for _, k := range []int{0, 1, 20, kBlock + 1} {
				checkMatMul(t, w, productCase{m: 29, n: 43, k: k, count: 1, bt: T,
					add: i&1 > 0, bias: i&2 > 0, relu: i&4 > 0, cGap: 1, seed: uint64(i)}, nil)
			}
		}
	})
}

func TestMatMulNaNAndInf(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	everyISA(t, "MatMul", func(t *testing.T) {
		w := NewWorkers(1)
		defer w.Close()
		for _, form := range forms {
			for i := range 40 {
				pc := productCase{m: 1 + i%19, n: 1 + i, k: 1 + (i*7)%50, count: 1, at: form.at, bt: form.bt,
					add: i&1 > 0, bias: i&2 > 0, relu: i&4 > 0, bGap: i % 3, seed: uint64(i)}
				checkMatMul(t, w, pc, []float32{nan, inf, -inf, 0})
				checkMatMul(t, w, pc, []float32{inf, -inf})
			}
		}
	})
}

// The heads of attention lie side by side: query, key and value of a head are
// columns of one matrix, and so are its results.
func TestMatMulBatchOfHeads(t *testing.T) {
	everyISA(t, "MatMul", func(t *testing.T) {
		w := NewWorkers(2)
		defer w.Close()
		r := rand.New(rand.NewPCG(5, 5))
		const length, heads, width = 7, 3, 10
		x, _ := random(r, 1, length, heads*width, 0, NoTrans)
		v, _ := random(r, 1, length, heads*width, 0, NoTrans)
		head := func(m Matrix, i int) Matrix {
			return Matrix{Rows: length, Cols: width, Stride: heads * width, Data: m.Data[i*width:]}
		}
		scores := Of(length, length, make([]float32, heads*length*length))
		w.MatMulBatch(heads, scores, length*length, head(x, 0), width, NoTrans, head(v, 0), width, T, Epilogue{})
		out := Of(length, heads*width, make([]float32, length*heads*width))
		w.MatMulBatch(heads, head(out, 0), width, scores, length*length, NoTrans, head(v, 0), width, NoTrans, Epilogue{})
		for i := range heads {
			s := Of(length, length, make([]float32, length*length))
			w.MatMul(s, head(x, i), NoTrans, head(v, i), T, Epilogue{})
			o := Of(length, width, make([]float32, length*width))
			w.MatMul(o, s, NoTrans, head(v, i), NoTrans, Epilogue{})
			for j := range length {
				sameBits(t, fmt.Sprintf("scores of head %d", i), scores.Data[i*length*length:][j*length:][:length], s.Row(j))
				sameBits(t, fmt.Sprintf("head %d", i), head(out, i).Row(j), o.Row(j))
			}
		}
	})
}

// same fails unless both have equal bits.
func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %v here and %v there", what, i, got[i], want[i])
		}
	}
}

// Shapes that are cut into pieces in different ways: rows, columns, blocks of k,
// batches of large and of small products.
var cutShapes = []struct{ m, n, k, count int }{
	{256, 163, 64, 1}, {60, 163, 512, 1}, {16, 384, 600, 1}, {1, 900, 500, 1}, {900, 1, 500, 1},
	{1500, 16, 24, 1}, {100, 163, 64, 3}, {5, 5, 64, 300},
}

func TestMatMulSameBitsAtAnyNumberOfThreads(t *testing.T) {
	everyISA(t, "MatMul", func(t *testing.T) {
		for _, form := range forms {
			for _, s := range cutShapes {
				r := rand.New(rand.NewPCG(3, 9))
				a, aStep := random(r, s.count, s.m, s.k, 0, form.at)
				b, bStep := random(r, s.count, s.k, s.n, 0, form.bt)
				var first []float32
				for _, threads := range []int{1, 2, 4, 2} {
					w := NewWorkers(threads)
					c := Of(s.m, s.n, make([]float32, s.count*s.m*s.n))
					w.MatMulBatch(s.count, c, s.m*s.n, a, aStep, form.at, b, bStep, form.bt, Epilogue{})
					w.Close()
					if first == nil {
						first = c.Data
					}
					sameBits(t, fmt.Sprintf("%s %v, %d threads", form.name, s, threads), c.Data, first)
				}
			}
		}
	})
}

func TestMatMulAllocatesNothingWhenWarm(t *testing.T) {
	everyISA(t, "MatMul", func(t *testing.T) {
		for _, threads := range []int{1, 2} {
			w := NewWorkers(threads)
			defer w.Close()
			for _, form := range forms {
				for _, s := range cutShapes {
					r := rand.New(rand.NewPCG(3, 9))
					a, aStep := random(r, s.count, s.m, s.k, 0, form.at)
					b, bStep := random(r, s.count, s.k, s.n, 0, form.bt)
					c := Of(s.m, s.n, make([]float32, s.count*s.m*s.n))
					bias := make([]float32, s.n)
					call := func() {
						w.MatMulBatch(s.count, c, s.m*s.n, a, aStep, form.at, b, bStep, form.bt, Epilogue{Bias: bias, Act: ReLU})
					}
					// AllocsPerRun warms up once itself; the workers need not
					// have shared that call alike.
					call()
					call()
					if n := testing.AllocsPerRun(2, call); n != 0 {
						t.Errorf("%s %v, %d threads: %v allocations", form.name, s, threads, n)
					}
				}
			}
		}
	})
}

func TestMatMulRefusesWrongShapes(t *testing.T) {
	w := NewWorkers(1)
	defer w.Close()
	of := func(rows, cols int) Matrix { return Of(rows, cols, make([]float32, rows*cols)) }
	short := of(4, 4)
	short.Data = short.Data[:15]
	for name, call := range map[string]func(){
		"inner":      func() { w.MatMul(of(2, 3), of(2, 4), NoTrans, of(5, 3), NoTrans, Epilogue{}) },
		"transposed": func() { w.MatMul(of(2, 3), of(2, 4), NoTrans, of(4, 3), T, Epilogue{}) },
		"outer":      func() { w.MatMul(of(3, 2), of(2, 4), NoTrans, of(4, 3), NoTrans, Epilogue{}) },
		"bias":       func() { w.MatMul(of(2, 3), of(2, 4), NoTrans, of(4, 3), NoTrans, Epilogue{Bias: make([]float32, 2)}) },
		"activation": func() { w.MatMul(of(2, 3), of(2, 4), NoTrans, of(4, 3), NoTrans, Epilogue{Act: 77}) },
		"short C":    func() { w.MatMul(short, of(4, 4), NoTrans, of(4, 4), NoTrans, Epilogue{}) },
		"short A":    func() { w.MatMul(of(4, 4), short, T, of(4, 4), NoTrans, Epilogue{}) },
		"short B":    func() { w.MatMul(of(4, 4), of(4, 4), T, short, NoTrans, Epilogue{}) },
		"batch": func() {
			w.MatMulBatch(2, of(4, 4), 1, of(4, 4), 0, NoTrans, of(4, 4), 0, NoTrans, Epilogue{})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func FuzzMatMul(f *testing.F) {
	for _, v := range []uint8{0, 1, 7, 8, 11, 12, 15, 16, 17, 31, 32, 33, 100} {
		f.Add(v, v+1, v+2, v, uint64(v))
	}
	f.Fuzz(func(t *testing.T, m, n, k, flags uint8, seed uint64) {
		everyISA(t, "MatMul", func(t *testing.T) {
			w := NewWorkers(1)
			defer w.Close()
			checkMatMul(t, w, productCase{m: int(m), n: int(n), k: int(k), count: 1 + int(seed%3),
				at: flags&1 > 0, bt: flags&2 > 0, add: flags&4 > 0, bias: flags&8 > 0, relu: flags&16 > 0,
				aGap: int(flags>>5) & 1, bGap: int(flags>>6) & 1, cGap: int(flags >> 7), seed: seed}, nil)
		})
	})
}
