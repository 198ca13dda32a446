package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// unit is what one rounding of a double costs at most, relative to its result.
const unit = 0x1p-53

var strangeDoubles = []float64{0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, 0x1p-1022, 709.7, 709.79, -708.4, -745.2, -700, 1e-300}

// doubles hands out vectors between guards, and finds out whether these were
// written to.
type doubles struct {
	r       *rand.Rand
	strange bool
	used    [][]float64
}

const guard = -0x1.23456789abcdep99

func (d *doubles) vector(n int) []float64 {
	const margin = 9
	offset := d.r.IntN(4)
	w := make([]float64, n+2*margin+offset)
	for i := range w {
		w[i] = guard
	}
	d.used = append(d.used, w)
	x := w[margin+offset:][:n:n]
	for i := range x {
		x[i] = 2 * d.r.NormFloat64()
		if d.strange && d.r.IntN(6) == 0 {
			x[i] = strangeDoubles[d.r.IntN(len(strangeDoubles))]
		}
	}
	return x
}

func (d *doubles) positive(n int) []float64 {
	x := d.vector(n)
	for i := range x {
		x[i] = 0.01 + math.Abs(x[i])
	}
	return x
}

func (d *doubles) check(t *testing.T, what any) {
	t.Helper()
	for _, w := range d.used {
		for i := range 9 {
			if w[i] != guard || w[len(w)-1-i] != guard {
				t.Fatalf("%v: a number beside a vector of %d was written", what, len(w))
			}
		}
	}
}

// sameDoubles asks for equal bits, but for the kind of a NaN and the sign of zero.
func sameDoubles(t *testing.T, what any, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if got[i] != w && !(math.IsNaN(got[i]) && math.IsNaN(w)) {
			t.Fatalf("%v: number %d is %v, want %v", what, i, got[i], w)
		}
	}
}

// doubleSizes are all lengths around one and several vectors, and long ones.
func doubleSizes() []int {
	var n []int
	for i := range 42 {
		n = append(n, i)
	}
	return append(n, 63, 64, 65, 100, 257, 1000)
}

// eachDouble runs f on every instruction set, for every length, with and without
// strange numbers.
func eachDouble(t *testing.T, name string, f func(t *testing.T, n int, d *doubles)) {
	everyISA(t, name, func(t *testing.T) {
		for _, n := range doubleSizes() {
			for _, strange := range []bool{false, true} {
				d := &doubles{r: rand.New(rand.NewPCG(uint64(n), 7)), strange: strange}
				f(t, n, d)
				d.check(t, fmt.Sprintf("n = %d", n))
			}
		}
	})
}

// bigExp is e^x to 2^-100: the series of e^(x/2^k), squared k times.
func bigExp(x float64) *big.Float {
	const precision, k = 160, 12
	r := new(big.Float).SetPrec(precision).SetFloat64(x)
	r.SetMantExp(r, -k)
	sum, term := big.NewFloat(1).SetPrec(precision), big.NewFloat(1).SetPrec(precision)
	for i := 1; i < 20; i++ {
		term.Mul(term, r)
		term.Quo(term, big.NewFloat(float64(i)))
		sum.Add(sum, term)
	}
	for range k {
		sum.Mul(sum, sum)
	}
	return sum
}

// ExpDouble is within one unit in the last place of e^x, also below the normal
// numbers, and right at the ends.
func TestExpDoubleIsAccurate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var x []float64
	for range 6000 {
		x = append(x, 1500*rng.Float64()-760, 2*rng.Float64()-1, (rng.Float64()+float64(rng.IntN(40)))*math.Ln2/2, math.Ldexp(rng.NormFloat64(), -rng.IntN(60)))
	}
	want, spacing := make([]*big.Float, len(x)), make([]int, len(x))
	for i, v := range x {
		if v > -760 && v < 709.7 {
			want[i] = bigExp(v)
			f, _ := want[i].Float64()
			_, e := math.Frexp(f)
			spacing[i] = max(e-53, -1074)
		}
	}
	everyISA(t, "ExpDouble", func(t *testing.T) {
		got, worst, where := make([]float64, len(x)), 0.0, 0.0
		ExpDouble(got, x)
		for i, w := range want {
			if w == nil {
				continue
			}
			d := new(big.Float).Sub(new(big.Float).SetPrec(160).SetFloat64(got[i]), w)
			e, _ := d.SetMantExp(d, -spacing[i]).Float64()
			if e = math.Abs(e); !(e < 1) {
				t.Fatalf("e^%v: got %v, off by %.3f ulp", x[i], got[i], e)
			}
			if e > worst {
				worst, where = e, x[i]
			}
		}
		t.Logf("at most %.3f ulp, at %v", worst, where)
	})
	eachDouble(t, "ExpDouble-ends", func(t *testing.T, n int, d *doubles) {
		x, dst := d.vector(n), d.vector(n)
		ExpDouble(dst, x)
		for i, v := range x {
			w := math.Exp(v) // itself within two units
			if e := math.Abs(dst[i] - w); !(e <= 3*max(w*0x1p-52, math.SmallestNonzeroFloat64)) && dst[i] != w && v == v {
				t.Fatalf("n = %d: e^%v is %v, want %v", n, v, dst[i], w)
			}
			if v != v && dst[i] == dst[i] {
				t.Fatalf("e^NaN is %v", dst[i])
			}
		}
		want := make([]float64, n)
		expDoubleGeneric(want, x)
		sameDoubles(t, n, dst, want)
		again := slices.Clone(dst)
		ExpDouble(x, x)
		sameDoubles(t, "in place", x, again)
	})
}

func TestQuotients(t *testing.T) {
	eachDouble(t, "Quotients", func(t *testing.T, n int, d *doubles) {
		x, y, dst, want := d.vector(n), d.vector(n), d.vector(n), make([]float64, n)
		quotientsGeneric(want, x, y)
		Quotients(dst, x, y)
		sameDoubles(t, n, dst, want)
		Quotients(y, x, y)
		sameDoubles(t, "in place", y, want)
	})
}

func TestExtent(t *testing.T) {
	eachDouble(t, "Extent", func(t *testing.T, n int, d *doubles) {
		x := d.vector(n)
		for k := range 4 { // NaN somewhere, nowhere, and last
			least, most := Extent(x)
			w1, w2 := extentGeneric(x)
			sameDoubles(t, []any{n, k}, []float64{least, most}, []float64{w1, w2})
			for i := range x {
				if x[i] != x[i] {
					x[i] = float64(i)
				}
			}
			if k == 2 && n > 0 {
				x[n-1] = math.NaN()
			}
		}
	})
}

// Sums of m products, each rounded at most once more than it has terms.
func TestMulVec(t *testing.T) {
	eachDouble(t, "MulVec", func(t *testing.T, m int, d *doubles) {
		d.strange = false
		for _, n := range []int{1, 3, 7, 8, 9, 16, 20} {
			a, x, dst := d.vector(n*m), d.vector(m), d.vector(n)
			MulVec(dst, a, x)
			for i, got := range dst {
				var want, size big.Float
				for j, v := range x {
					p := new(big.Float).SetPrec(120).Mul(big.NewFloat(a[i*m+j]), big.NewFloat(v))
					want.SetPrec(200).Add(&want, p)
					size.SetPrec(200).Add(&size, p.Abs(p))
				}
				w, _ := want.Float64()
				s, _ := size.Float64()
				if e := math.Abs(got - w); !(e <= float64(m+1)*unit*s) {
					t.Fatalf("%d x %d: sum %d is %v, want %v ± %.2g", n, m, i, got, w, float64(m+1)*unit*s)
				}
			}
		}
	})
}

func TestSquaredDistances(t *testing.T) {
	eachDouble(t, "SquaredDistances", func(t *testing.T, n int, d *doubles) {
		for _, dims := range []int{0, 1, 2, 3, 4, 5, 8, 22} {
			x, y, dst, want := d.vector(dims), d.vector(dims*n), d.vector(n), make([]float64, n)
			squaredDistancesGeneric(want, x, y, 0)
			SquaredDistances(dst, x, y)
			sameDoubles(t, []int{n, dims}, dst, want)
			for j := range dst { // and what that is: a few roundings of a sum of squares
				sum := 0.0
				for i := range x {
					sum += (x[i] - y[i*n+j]) * (x[i] - y[i*n+j])
				}
				if e := math.Abs(dst[j] - sum); !d.strange && !(e <= float64(2*dims+4)*unit*sum) {
					t.Fatalf("%d points, %d dimensions: %v, want %v", n, dims, dst[j], sum)
				}
			}
		}
	})
}

func BenchmarkDouble(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{50, 200, 1000} {
		k, x, y, c, w := make([]float64, n*((n+7)&^7)), make([]float64, (n+7)&^7), make([]float64, (n+7)&^7), make([]float64, n), make([]float64, n)
		pred := make([]int32, n)
		for _, v := range [][]float64{k, x, y, c, w} {
			for i := range v {
				v[i] = 0.1 + rng.Float64()
			}
		}
		for name, f := range map[string]func(){
			"ExpDouble":        func() { ExpDouble(x, y) },
			"GibbsRow":         func() { GibbsRow(x[:n], c, w, 1, 0.1, 20) },
			"SinkhornRows":     func() { SinkhornRows(x, c, k, y, w) },
			"MulVec":           func() { MulVec(c, k[:n*n], w) },
			"PlanRow":          func() { PlanRow(c, x, y, w, 0.5) },
			"Quotients":        func() { Quotients(x, y, y) },
			"Extent":           func() { Extent(k) },
			"SquaredDistances": func() { SquaredDistances(c, x[:3], k[:3*n]) },
			"Relax":            func() { Relax(c, pred, w, y[:n], 0.3, 3) },
			"ArgLeast":         func() { ArgLeast(c) },
			"TwoLeast":         func() { TwoLeast(c, w) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
	}
}
