package latent

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// The gradient of |Y − XW|² + α|W|² vanishes at the fit, and a shift of Y shifts
// the prediction.
func TestRidge(t *testing.T) {
	rng := data.Rand(1, "ridge")
	X, Y := mat.NewDense(60, 4, nil), mat.NewDense(60, 2, nil)
	for i := range 60 {
		for j := range 4 {
			X.Set(i, j, rng.NormFloat64()+float64(j))
		}
		for j := range 2 {
			Y.Set(i, j, X.At(i, j)-2*X.At(i, 3)+0.1*rng.NormFloat64()+5)
		}
	}
	r, err := FitRidge(X, Y, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	Xc := centred(X, r.Centre)
	var residual, gradient, G mat.Dense
	residual.Sub(Y, r.Predict(X))
	gradient.Mul(Xc.T(), &residual)
	G.Mul(Xc.T(), Xc)
	alpha := 0.1 * mat.Trace(&G) / 4
	for i := range 4 {
		for j := range 2 {
			if d := gradient.At(i, j) - alpha*r.W.At(i, j); math.Abs(d) > 1e-8 {
				t.Errorf("gradient at [%d, %d] is %g", i, j, d)
			}
		}
	}
	if m := Mean(r.Predict(X)); math.Abs(m[0]-r.Shift[0]) > 1e-9 {
		t.Errorf("mean prediction %v, want %v", m, r.Shift)
	}
	for i := range 60 {
		X.Set(i, 3, X.At(i, 0))
	}
	if _, err := FitRidge(X, Y, 0); err == nil {
		t.Error("dependent columns were fitted without a penalty")
	}
}
