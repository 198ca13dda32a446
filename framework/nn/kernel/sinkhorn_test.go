package kernel

import (
	"math"
	"testing"
)

// A row of K is e^ of exponents that every instruction set rounds alike, and 0 from
// the flush on.
func TestGibbsRow(t *testing.T) {
	eachDouble(t, "GibbsRow", func(t *testing.T, n int, d *doubles) {
		c, g, dst := d.vector(n), d.vector(n), d.vector(n)
		for _, beta := range []float64{0, 1, 150, 1e300} {
			e, want := make([]float64, n), make([]float64, n)
			for j := range e {
				e[j] = 0.3 + g[j] - float64((c[j]-0.2)*beta)
			}
			ExpDouble(want, e)
			for j := range e {
				if !(e[j] > GibbsFlush) {
					want[j] = 0
				}
			}
			GibbsRow(dst, c, g, 0.3, 0.2, beta)
			sameDoubles(t, []any{n, beta}, dst, want)
		}
	})
}

// The half step against its definition: a sum of m positive products is off by at
// most (m+1) units, a quotient by one more, col by as much and n+1 for its own sum.
func TestSinkhornRows(t *testing.T) {
	eachDouble(t, "SinkhornRows", func(t *testing.T, n int, d *doubles) {
		d.strange = false
		if n > 100 {
			n = 100
		}
		for _, m := range []int{8, 16, 40, 136} {
			k, b, p, a := d.positive(n*m), d.positive(m), d.positive(n), d.positive(n)
			for i := range n { // filled up as asked
				k[i*m+m-1] = 0
			}
			col := d.vector(m) // whatever was there
			before := append([]float64{}, a...)
			off, least := SinkhornRows(col, a, k, b, p)
			wantOff, size, wantLeast := 0.0, 0.0, math.Inf(1)
			for i := range n {
				s := 0.0
				for j := range m {
					s += k[i*m+j] * b[j]
				}
				wantOff += math.Abs(before[i]*s - p[i])
				size += before[i]*s + p[i]
				wantLeast = min(wantLeast, s)
				if e := math.Abs(a[i] - p[i]/s); !(e <= float64(2*m+4)*unit*a[i]) {
					t.Fatalf("%d x %d: a[%d] = %v, want %v", n, m, i, a[i], p[i]/s)
				}
			}
			if e := math.Abs(off - wantOff); !(e <= float64(2*m+n+8)*unit*size) {
				t.Fatalf("%d x %d: rows are off by %v, want %v", n, m, off, wantOff)
			}
			if least != wantLeast && !(math.Abs(least-wantLeast) <= float64(2*m+2)*unit*least) {
				t.Fatalf("%d x %d: least sum %v, want %v", n, m, least, wantLeast)
			}
			for j := range col {
				want := 0.0
				for i := range n {
					want += k[i*m+j] * a[i]
				}
				if e := math.Abs(col[j] - want); !(e <= float64(2*n+4)*unit*want) {
					t.Fatalf("%d x %d: col[%d] = %v, want %v", n, m, j, col[j], want)
				}
			}
		}
	})
}

// A sum of zero, and what is not finite, is not hidden.
func TestSinkhornRowsShowFailure(t *testing.T) {
	everyISA(t, "SinkhornRows", func(t *testing.T) {
		for n := 1; n < 20; n++ {
			for bad := range n {
				k, a, p, b, col := make([]float64, n*8), make([]float64, n), make([]float64, n), make([]float64, 8), make([]float64, 8)
				for i := range k {
					k[i] = 1
				}
				for i := range a {
					a[i], p[i] = 1, 1
				}
				for j := range b {
					b[j] = 1
				}
				clear(k[8*bad:][:8])
				if _, least := SinkhornRows(col, a, k, b, p); least != 0 {
					t.Fatalf("row %d of %d is zero, the least sum %v", bad, n, least)
				}
				if !math.IsInf(a[bad], 1) {
					t.Fatalf("row %d of %d is zero, its scaling %v", bad, n, a[bad])
				}
			}
		}
	})
}

func TestPlanRow(t *testing.T) {
	eachDouble(t, "PlanRow", func(t *testing.T, n int, d *doubles) {
		k, b, c, dst := d.vector(n+3), d.vector(n+1), d.vector(n), d.vector(n)
		sum, cost := PlanRow(dst, k, b, c, 0.7)
		var s, size, co, coSize float64
		for j := range dst {
			w := 0.7 * k[j] * b[j]
			if dst[j] != w && !(math.IsNaN(w) && math.IsNaN(dst[j])) {
				t.Fatalf("n = %d: element %d is %v, want %v", n, j, dst[j], w)
			}
			s, size = s+w, size+math.Abs(w)
			co, coSize = co+w*c[j], coSize+math.Abs(w*c[j])
		}
		if e := math.Abs(sum - s); !d.strange && !(e <= float64(2*n+2)*unit*size) {
			t.Fatalf("n = %d: sum %v, want %v", n, sum, s)
		}
		if e := math.Abs(cost - co); !d.strange && !(e <= float64(2*n+4)*unit*coSize) {
			t.Fatalf("n = %d: cost %v, want %v", n, cost, co)
		}
	})
}
