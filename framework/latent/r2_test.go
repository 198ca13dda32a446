package latent

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// R2Without is R² computed anew from the rows that are left.
func TestR2Without(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows, cols, cases = 40, 3, 7
	Y, fit := mat.NewDense(rows, cols, nil), mat.NewDense(rows, cols, nil)
	of := make([]int, rows)
	for i := range rows {
		of[i] = i * cases / rows
		for k := range cols {
			Y.Set(i, k, 100+float64(k)*rng.NormFloat64()) // the first column does not vary
			fit.Set(i, k, Y.At(i, k)+0.3*rng.NormFloat64())
		}
	}
	each, together := R2Without(Y, fit, of, cases, true), R2Without(Y, fit, of, cases, false)
	for j := range cases {
		var left []int
		for i := range rows {
			if of[i] != j {
				left = append(left, i)
			}
		}
		sum, columns, E, T := 0.0, 0, 0.0, 0.0
		for k := range cols {
			mean, e, d := 0.0, 0.0, 0.0
			for _, i := range left {
				mean += Y.At(i, k) / float64(len(left))
			}
			for _, i := range left {
				e += math.Pow(Y.At(i, k)-fit.At(i, k), 2)
				d += math.Pow(Y.At(i, k)-mean, 2)
			}
			E, T = E+e, T+d
			if k > 0 {
				sum, columns = sum+1-e/d, columns+1
			}
		}
		if got, want := each(j), sum/float64(columns); math.Abs(got-want) > 1e-10 {
			t.Errorf("case %d, by column: %v, want %v", j, got, want)
		}
		if got, want := together(j), 1-E/T; math.Abs(got-want) > 1e-10 {
			t.Errorf("case %d, together: %v, want %v", j, got, want)
		}
	}
}
