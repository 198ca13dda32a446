package latent

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Ridge is linear regression with a squared penalty on its weights, fitted in
// closed form: ŷ = ȳ + (x − x̄) W.
type Ridge struct {
	Centre []float64 `json:"centre"` // x̄ [d]
	Shift  []float64 `json:"shift"`  // ȳ [k]
	W      Matrix    `json:"w"`      // [d x k]
}

// FitRidge solves (X'X + α I) W = X'Y for the centred X [n x d] and Y [n x k],
// where α is the share of the mean square singular value tr(X'X)/d. A share of
// 0 is least squares, and an error where the columns of X depend on each other.
func FitRidge(X, Y *mat.Dense, share float64) (*Ridge, error) {
	n, d := X.Dims()
	if m, _ := Y.Dims(); m != n || n < 2 {
		return nil, fmt.Errorf("a regression of %d rows on %d", m, n)
	}
	r := &Ridge{Centre: Mean(X), Shift: Mean(Y)}
	Xc, Yc := centred(X, r.Centre), centred(Y, r.Shift)
	var G mat.SymDense
	G.SymOuterK(1, Xc.T())
	alpha := share * mat.Trace(&G) / float64(d)
	for i := range d {
		G.SetSym(i, i, G.At(i, i)+alpha)
	}
	var b, W mat.Dense
	b.Mul(Xc.T(), Yc)
	var c mat.Cholesky
	if !c.Factorize(&G) {
		return nil, fmt.Errorf("the %d columns of the regression depend on each other; raise the penalty", d)
	}
	if err := c.SolveTo(&W, &b); err != nil {
		return nil, fmt.Errorf("ridge regression: %w", err)
	}
	r.W.Dense = &W
	return r, nil
}

// Predict returns ŷ for the rows of X.
func (r *Ridge) Predict(X *mat.Dense) *mat.Dense {
	var Y mat.Dense
	Y.Mul(centred(X, r.Centre), r.W.Dense)
	n, k := Y.Dims()
	for i := range n {
		for j := range k {
			Y.Set(i, j, Y.At(i, j)+r.Shift[j])
		}
	}
	return &Y
}

// Check returns an error unless the regression is of d columns.
func (r *Ridge) Check(d int) error {
	if len(r.Centre) != d {
		return fmt.Errorf("a regression on %d columns, not %d", len(r.Centre), d)
	}
	return r.W.Is("the weights of the regression", d, len(r.Shift))
}
