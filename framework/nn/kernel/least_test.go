package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// few returns n numbers of few values: many are equal, some infinite.
func few(d *doubles, n int) []float64 {
	x := d.vector(n)
	for i := range x {
		x[i] = []float64{-1, 0, 0.5, 0.25, 2, 3, math.Inf(1), 7}[d.r.IntN(8)]
		if d.strange && d.r.IntN(9) == 0 {
			x[i] = math.Inf(1)
		}
	}
	return x
}

// All searches give what the portable loops give, place for place.
func TestLeast(t *testing.T) {
	eachDouble(t, "Least", func(t *testing.T, n int, d *doubles) {
		for range 12 {
			c, w, dist := few(d, n), few(d, n), few(d, n)
			for i := range w {
				if math.IsInf(w[i], 1) {
					w[i] = math.Inf(-1) // a column that is done
				}
			}
			pred := make([]int32, n+2)
			for i := range pred {
				pred[i] = -7
			}
			wantDist, wantPred := slices.Clone(dist), slices.Clone(pred[:n])
			wl, wa := relaxGeneric(wantDist, wantPred, c, w, 0.25, 1<<30+3)
			l, a := Relax(dist, pred[:n:n], c, w, 0.25, 1<<30+3)
			if l != wl || a != wa || !slices.Equal(pred[:n], wantPred) || pred[n] != -7 {
				t.Fatalf("n = %d: Relax gives %v at %d, want %v at %d; rows %v, want %v", n, l, a, wl, wa, pred, wantPred)
			}
			sameDoubles(t, n, dist, wantDist)
			wl, wa = argLeastGeneric(c)
			if l, a := ArgLeast(c); l != wl || a != wa {
				t.Fatalf("n = %d: ArgLeast gives %v at %d, want %v at %d", n, l, a, wl, wa)
			}
			for i := range w {
				w[i] = float64(d.r.IntN(3))
			}
			want := twoLeastGeneric(noPlaces(), c, w, 0)
			if u1, u2, j1, j2 := TwoLeast(c, w); u1 != want.u1 || u2 != want.u2 || j1 != want.j1 || j2 != want.j2 {
				t.Fatalf("n = %d: TwoLeast gives %v at %d and %v at %d, want %+v", n, u1, j1, u2, j2, want)
			}
		}
	})
}

// The portable search for two is what sorting gives.
func TestTwoLeastSorts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	everyISA(t, "TwoLeast", func(t *testing.T) {
		for n := 2; n < 60; n++ {
			c, order := make([]float64, n), make([]int, n)
			for i := range c {
				c[i], order[i] = float64(rng.IntN(n)), i
			}
			slices.SortStableFunc(order, func(a, b int) int { return int(c[a] - c[b]) })
			u1, u2, j1, j2 := TwoLeast(c, make([]float64, n))
			if j1 != order[0] || j2 != order[1] || u1 != c[j1] || u2 != c[j2] {
				t.Fatalf("%v: %v at %d and %v at %d; sorted: %v", c, u1, j1, u2, j2, order[:2])
			}
		}
	})
}
