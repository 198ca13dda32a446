package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// roundoff is what one rounding costs at most, relative to its result.
const roundoff = 0x1p-24

func randoms(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func choice(yes bool, x, y float64) float64 {
	if yes {
		return x
	}
	return y
}

// The arithmetic and the gradients are met within three roundings of the largest
// intermediate result.
func TestArithmeticComputesItsFormula(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     func(dst, x, y []float32)
		truth func(d, x, y float64) (value, size float64)
	}{
		{"Add", Add, func(d, x, y float64) (float64, float64) { return x + y, 0 }},
		{"Sub", Sub, func(d, x, y float64) (float64, float64) { return x - y, 0 }},
		{"Mul", Mul, func(d, x, y float64) (float64, float64) { return x * y, 0 }},
		{"Div", Div, func(d, x, y float64) (float64, float64) { return x / y, 0 }},
		{"MulAdd", MulAdd, func(d, x, y float64) (float64, float64) { return d + x*y, math.Abs(x * y) }},
		{"Axpy", func(dst, x, y []float32) { Axpy(dst, 0.75, x) }, func(d, x, y float64) (float64, float64) { return d + 0.75*x, math.Abs(x) }},
		{"Scale", func(dst, x, y []float32) { Scale(dst, -0.3, x) }, func(d, x, y float64) (float64, float64) { return float64(float32(-0.3)) * x, 0 }},
		{"Lerp", func(dst, x, y []float32) { Lerp(dst, x, 0.25) }, func(d, x, y float64) (float64, float64) {
			return d + 0.25*(x-d), math.Abs(x) + math.Abs(d)
		}},
		{"Fill", func(dst, x, y []float32) { Fill(dst, 0.75) }, func(d, x, y float64) (float64, float64) { return 0.75, 0 }},
		{"Clamp", func(dst, x, y []float32) { Clamp(dst, x, -0.5, 0.75) }, func(d, x, y float64) (float64, float64) { return min(max(x, -0.5), 0.75), 0 }},
		{"Relu", func(dst, x, y []float32) { Relu(dst, x) }, func(d, x, y float64) (float64, float64) { return max(x, 0), 0 }},
		{"PRelu", func(dst, x, y []float32) { PRelu(dst, x, 0.25) }, func(d, x, y float64) (float64, float64) { return choice(x > 0, x, 0.25*x), 0 }},
		{"ReluGrad", ReluGrad, func(d, x, y float64) (float64, float64) { return choice(x > 0, y, 0), 0 }},
		{"TanhGrad", TanhGrad, func(d, x, y float64) (float64, float64) { return y * (1 - x*x), math.Abs(y) * (1 + x*x) }},
		{"SigmoidGrad", SigmoidGrad, func(d, x, y float64) (float64, float64) { return y * (x * (1 - x)), math.Abs(y*x) * (1 + math.Abs(x)) }},
		{"PReluGrad", func(dst, x, y []float32) { PReluGrad(dst, x, y, 0.25) }, func(d, x, y float64) (float64, float64) {
			return choice(x > 0, y, 0.25*y), 0
		}},
		{"PoissonNLLGrad", func(dst, x, y []float32) { PoissonNLLGrad(dst, x, y, 0.25) }, func(d, x, y float64) (float64, float64) {
			return choice(y > 1e-7, 0.25*(1-x/y), 0), 1 + math.Abs(x/y)
		}},
	} {
		everyISA(t, c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			d, x, y := randoms(r, 1003), randoms(r, 1003), randoms(r, 1003)
			got := append([]float32(nil), d...)
			c.f(got, x, y)
			for i := range got {
				want, size := c.truth(float64(d[i]), float64(x[i]), float64(y[i]))
				if e := math.Abs(float64(got[i]) - want); !(e <= roundoff*math.Abs(want)+2*roundoff*size) {
					t.Fatalf("%d of dst=%v, x=%v, y=%v: got %v, want %v", i, d[i], x[i], y[i], got[i], want)
				}
			}
		})
	}
}

// An error of a sum is bounded by (n/32 + 6) u Σ|terms|, and two roundings for
// each term.
func TestSumsComputeTheirFormula(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x, y []float32) float32
		term func(x, y float64) float64
	}{
		{"Sum", func(x, y []float32) float32 { return Sum(x) }, func(x, y float64) float64 { return x }},
		{"Dot", Dot, func(x, y float64) float64 { return x * y }},
		{"SumSquares", func(x, y []float32) float32 { return SumSquares(x) }, func(x, y float64) float64 { return x * x }},
		{"SquaredError", SquaredError, func(x, y float64) float64 { return (x - y) * (x - y) }},
		{"PReluGrad", func(x, y []float32) float32 { return PReluGrad(make([]float32, len(x)), x, y, 2) }, func(x, y float64) float64 { return min(x, 0) * y }},
		{"PoissonNLL", PoissonNLL, func(x, y float64) float64 {
			y = min(max(y, float64(float32(poissonMin))), poissonMax)
			return y - x*math.Log(y)
		}},
	} {
		everyISA(t, c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			for _, n := range []int{0, 1, 5, 31, 32, 33, 64, 100, 1000, 100003} {
				x, y := randoms(r, n), randoms(r, n)
				var want, size float64
				for i := range x {
					term := c.term(float64(x[i]), float64(y[i]))
					want += term
					size += math.Abs(term)
					if c.name == "PoissonNLL" { // its terms cancel: count both parts
						size += 2 * math.Abs(term-float64(y[i]))
					}
				}
				got := float64(c.f(x, y))
				if bound := float64(n/32+9) * roundoff * size; !(math.Abs(got-want) <= bound) {
					t.Fatalf("n=%d: got %v, want %v ± %.1e", n, got, want, bound)
				}
			}
		})
	}
}

func TestMaximaAreExact(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		x           []float32
		most, reach float32
	}{
		{nil, -inf, 0},
		{[]float32{-3}, -3, 3},
		{[]float32{-3, 2, -5, 1}, 2, 5},
		{[]float32{-3, nan, 2}, 2, nan},
		{[]float32{-inf, -inf}, -inf, inf},
		{[]float32{nan}, -inf, nan},
		{append(make([]float32, 40), -7, 6), 6, 7},
	} {
		everyISA(t, fmt.Sprint(c.x), func(t *testing.T) {
			if got := Max(c.x); got != c.most {
				t.Errorf("Max(%v) = %v, want %v", c.x, got, c.most)
			}
			if got := AbsMax(c.x); got != c.reach && (got == got || c.reach == c.reach) {
				t.Errorf("AbsMax(%v) = %v, want %v", c.x, got, c.reach)
			}
		})
	}
}

func TestPoissonIsFlatOutsideItsRange(t *testing.T) {
	everyISA(t, "gradient", func(t *testing.T) {
		dy := make([]float32, 5)
		y := []float32{0, 1e-8, 2e7, -1, float32(math.NaN())}
		PoissonNLLGrad(dy, []float32{1, 1, 1, 1, 1}, y, 1)
		for i, d := range dy {
			if y[i] == y[i] && d != 0 || y[i] != y[i] && d == d {
				t.Errorf("gradient %v at y = %v", d, y[i])
			}
		}
	})
}

func TestLengthsMustAgree(t *testing.T) {
	a, b := make([]float32, 3), make([]float32, 4)
	m := func(rows, cols int) Matrix { return Of(rows, cols, make([]float32, rows*cols)) }
	short := Matrix{Rows: 2, Cols: 3, Stride: 5, Data: make([]float32, 7)}
	for name, f := range map[string]func(){
		"Add":            func() { Add(a, a, b) },
		"Axpy":           func() { Axpy(a, 1, b) },
		"Exp":            func() { Exp(b, a) },
		"GeluGrad":       func() { GeluGrad(a, b, a) },
		"Dot":            func() { Dot(a, b) },
		"PoissonNLL":     func() { PoissonNLL(a, b) },
		"Adam":           func() { Adam(a, a, a, b, AdamStep{}) },
		"Momentum":       func() { Momentum(a, b, a, 0, 0, 0) },
		"SoftmaxRows":    func() { SoftmaxRows(m(2, 3), m(3, 2), 1) },
		"RowSums":        func() { RowSums(a, m(2, 3)) },
		"RowMoments":     func() { RowMoments(a, b, m(3, 2)) },
		"NormaliseRows":  func() { NormaliseRows(m(3, 2), m(3, 2), a, a, b, nil) },
		"ColumnSums":     func() { ColumnSums(a, m(3, 2)) },
		"ColumnMoments":  func() { ColumnMoments(a, b, m(2, 3)) },
		"AffineColumns":  func() { AffineColumns(m(2, 3), short, a, a, ReLU) },
		"AffineColumns2": func() { AffineColumns2(m(2, 3), m(2, 3), m(2, 4), a, a, a) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if s, _ := recover().(string); !strings.HasPrefix(s, "kernel."+name+": lengths") {
					t.Errorf("panic %q", s)
				}
			}()
			f()
		})
	}
}

func TestKernelsAllocateNothing(t *testing.T) {
	v := [][]float32{ones(100), ones(100), ones(100), ones(100)}
	x := []Matrix{Of(10, 10, v[0]), Of(10, 10, v[1]), Of(10, 10, v[2]), Of(10, 10, v[3])}
	w := [][]float32{ones(10), ones(10), ones(10), ones(10)}
	everyISA(t, "all", func(t *testing.T) {
		for _, c := range calls {
			if n := testing.AllocsPerRun(10, func() { c.f(v[:c.vectors]) }); n != 0 {
				t.Errorf("%s: %v allocations", c.name, n)
			}
		}
		for _, c := range matrixCalls {
			if n := testing.AllocsPerRun(10, func() { c.f(x, w, w) }); n != 0 {
				t.Errorf("%s: %v allocations", c.name, n)
			}
		}
	})
}

func TestArgMaxIsTheFirst(t *testing.T) {
	for _, c := range []struct {
		x    []float32
		want int
	}{
		{[]float32{-2}, 0},
		{[]float32{-3, -1, -2}, 1},
		{[]float32{1, 4, 4, 0}, 1},
		{[]float32{0, 0, 5}, 2},
	} {
		if got := ArgMax(c.x); got != c.want {
			t.Errorf("ArgMax(%v) = %d, want %d", c.x, got, c.want)
		}
	}
}
