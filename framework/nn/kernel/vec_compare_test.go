package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A call is a kernel on vectors of one length. The instruction sets are compared
// with each other on it; what it computes is tested elsewhere.
type call struct {
	name    string
	vectors int // how many the kernel takes; the first is its result
	f       func(v [][]float32) float32
	inPlace bool // the first may be any of the others
	smooth  bool // polynomials: the portable definition may differ in the last bits
}

func plain(f func(v [][]float32)) func(v [][]float32) float32 {
	return func(v [][]float32) float32 {
		f(v)
		return 0
	}
}

func unary(name string, f func(dst, x []float32), smooth bool) call {
	return call{name, 2, plain(func(v [][]float32) { f(v[0], v[1]) }), true, smooth}
}

func ternary(name string, f func(dst, x, y []float32), smooth bool) call {
	return call{name, 3, plain(func(v [][]float32) { f(v[0], v[1], v[2]) }), true, smooth}
}

var adamW = AdamStep{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Correction1: 0.19, Correction2: 0.001999, L2: 0.1, Decay: 0.02}

var calls = []call{
	ternary("Add", Add, false),
	ternary("Sub", Sub, false),
	ternary("Mul", Mul, false),
	ternary("Div", Div, false),
	{"MulAdd", 3, plain(func(v [][]float32) { MulAdd(v[0], v[1], v[2]) }), true, false},
	{"Axpy", 2, plain(func(v [][]float32) { Axpy(v[0], 0.3, v[1]) }), true, false},
	{"Scale", 2, plain(func(v [][]float32) { Scale(v[0], 0.3, v[1]) }), true, false},
	{"Lerp", 2, plain(func(v [][]float32) { Lerp(v[0], v[1], 0.3) }), true, false},
	{"Fill", 1, plain(func(v [][]float32) { Fill(v[0], 0.3) }), true, false},
	{"Clamp", 2, plain(func(v [][]float32) { Clamp(v[0], v[1], -0.3, 0.7) }), true, false},
	unary("Exp", Exp, true),
	unary("Log", Log, true),
	unary("Tanh", Tanh, true),
	unary("Erf", Erf, true),
	unary("Sigmoid", Sigmoid, true),
	unary("Softplus", Softplus, true),
	unary("Gelu", Gelu, true),
	unary("Sqrt", Sqrt, false),
	unary("Relu", Relu, false),
	{"PRelu", 2, plain(func(v [][]float32) { PRelu(v[0], v[1], 0.3) }), true, false},
	ternary("ReluGrad", ReluGrad, false),
	ternary("TanhGrad", TanhGrad, false),
	ternary("SigmoidGrad", SigmoidGrad, false),
	ternary("SoftplusGrad", SoftplusGrad, true),
	ternary("GeluGrad", func(dx, x, dy []float32) {
		Clamp(dy, dy, -2, 2) // where it crosses zero its error is a part of dy
		GeluGrad(dx, x, dy)
	}, true),
	{"PReluGrad", 3, func(v [][]float32) float32 { return PReluGrad(v[0], v[1], v[2], 0.3) }, true, false},
	{"Sum", 1, func(v [][]float32) float32 { return Sum(v[0]) }, true, false},
	{"Dot", 2, func(v [][]float32) float32 { return Dot(v[0], v[1]) }, true, false},
	{"SumSquares", 1, func(v [][]float32) float32 { return SumSquares(v[0]) }, true, false},
	{"SquaredError", 2, func(v [][]float32) float32 { return SquaredError(v[0], v[1]) }, true, false},
	{"AbsMax", 1, func(v [][]float32) float32 { return AbsMax(v[0]) }, true, false},
	{"Max", 1, func(v [][]float32) float32 { return Max(v[0]) }, true, false},
	{"PoissonNLL", 2, func(v [][]float32) float32 { return PoissonNLL(v[0], v[1]) }, true, true},
	{"PoissonNLLGrad", 3, plain(func(v [][]float32) { PoissonNLLGrad(v[0], v[1], v[2], 0.3) }), true, false},
	{"Adam", 4, plain(func(v [][]float32) { Adam(v[0], v[1], v[2], v[3], adamW) }), false, false},
	{"Momentum", 3, plain(func(v [][]float32) { Momentum(v[0], v[1], v[2], 0.1, 0.9, 0.01) }), false, false},
}

// guardBits surround the vectors: a NaN that no kernel makes.
const guardBits = 0x7fabcdef

// A layout says where the vectors of a call lie.
type layout struct {
	n, offset int
	alias     int  // the first vector is this one; 0 for none
	strange   bool // with NaN, infinities, zeros and numbers near the ends of the range
}

func (l layout) String() string {
	return fmt.Sprintf("n=%d, offset %d, first vector is number %d, strange %v", l.n, l.offset, l.alias, l.strange)
}

// run calls the kernel on fresh vectors filled from the seed, on one instruction
// set, and returns everything it could have written, guards included.
func (c call) run(isa ISA, l layout, seed uint64) []float32 {
	was := active
	defer func() { active = was }()
	active = isa
	mem := memory{r: rand.New(rand.NewPCG(seed, uint64(l.n))), strange: l.strange}
	v := make([][]float32, c.vectors)
	for k := range v {
		v[k] = mem.vector(l.n, l.offset)
	}
	if l.alias > 0 {
		v[0] = v[l.alias]
	}
	result := c.f(v)
	return append(mem.all(), result)
}

// A memory hands out arguments filled with numbers and surrounded by guards.
type memory struct {
	r       *rand.Rand
	strange bool
	used    [][]float32
}

// matrix returns a matrix whose rows have guards between them, too.
func (m *memory) matrix(rows, cols, stride, offset int) Matrix {
	const margin = 40
	w := make([]float32, rows*stride+cols+offset+2*margin)
	Fill(w, math.Float32frombits(guardBits))
	m.used = append(m.used, w)
	x := Matrix{Rows: rows, Cols: cols, Stride: stride, Data: w[margin+offset:]}
	if rows == 0 {
		x.Data = nil
	} else {
		x.Data = x.Data[: (rows-1)*stride+cols : (rows-1)*stride+cols]
	}
	for i := range rows {
		for j := range cols {
			x.Row(i)[j] = number(m.r, m.strange)
		}
	}
	return x
}

func (m *memory) vector(n, offset int) []float32 { return m.matrix(1, n, n, offset).Data }

// all returns everything handed out with its surroundings.
func (m *memory) all() []float32 { return slices.Concat(m.used...) }

var strangeNumbers = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)),
	math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -0x1p-130, 0x1p-126, 88.7, -88.7, -103.9, 1e-7, 9.9e-8, 1e7, 1.1e7, 20, 0.9}

func number(r *rand.Rand, strange bool) float32 {
	if strange && r.IntN(8) == 0 {
		return strangeNumbers[r.IntN(len(strangeNumbers))]
	}
	return float32(2 * r.NormFloat64())
}

// sameNumbers compares two runs. Guards are compared as bits, any other NaN is a NaN.
func sameNumbers(t *testing.T, what fmt.Stringer, got, want []float32, tolerance float64) {
	t.Helper()
	for i := range want {
		a, b := math.Float32bits(got[i]), math.Float32bits(want[i])
		switch {
		case a == b || a != guardBits && b != guardBits && got[i] != got[i] && want[i] != want[i]:
		case got[i] == want[i]: // zeros
		case a != guardBits && b != guardBits && ulps(got[i], float64(want[i])) <= tolerance:
		case math.Abs(float64(got[i])-float64(want[i])) <= tolerance*0x1p-22: // where a smooth function crosses zero; its truth is tested elsewhere
		default:
			t.Fatalf("%v: number %d is %v (%#x), want %v (%#x)", what, i, got[i], a, want[i], b)
		}
	}
}

// check compares an instruction set with the next narrower one.
func (c call) check(t *testing.T, isa ISA, l layout, seed uint64) {
	t.Helper()
	tolerance := 0.0
	if c.smooth && isa == AVX2 {
		tolerance = 16
	}
	sameNumbers(t, l, c.run(isa, l, seed), c.run(isa-1, l, seed), tolerance)
}

func TestInstructionSetsAgree(t *testing.T) {
	var sizes []int
	for n := range 101 {
		sizes = append(sizes, n)
	}
	sizes = append(sizes, 127, 128, 129, 163, 255, 1000, 4099)
	for _, c := range calls {
		everyISA(t, c.name, func(t *testing.T) {
			if active == Generic {
				t.Skip("the definition: see the tests of what it computes")
			}
			for _, n := range sizes {
				for _, strange := range []bool{false, true} {
					c.check(t, active, layout{n, n % 4, 0, strange}, 1)
					for alias := 1; c.inPlace && alias < c.vectors; alias++ {
						c.check(t, active, layout{n, (n + alias) % 4, alias, strange}, 2)
					}
				}
			}
			for offset := range 4 {
				c.check(t, active, layout{67, offset, 0, true}, 3)
			}
		})
	}
}

func FuzzInstructionSetsAgree(f *testing.F) {
	for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 163} {
		f.Add(n%len(calls), n, n%4, uint64(n))
	}
	f.Fuzz(func(t *testing.T, which, n, offset int, seed uint64) {
		c := calls[uint(which)%uint(len(calls))]
		l := layout{n: int(uint(n) % 3000), offset: offset & 3, strange: seed%2 == 0}
		for isa := AVX2; isa <= detect(); isa++ {
			t.Logf("%s on %v", c.name, isa)
			c.check(t, isa, l, seed)
		}
	})
}
