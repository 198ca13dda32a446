package latent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// floorRatio is the least eigenvalue of a covariance, relative to the greatest,
// that is inverted as it stands.
const floorRatio = 1e-10

// Whitening is the symmetric (ZCA) whitening x ↦ Σ^{-1/2}(x − mean). Of all
// whitenings it is the one that commutes with rotations: if y = R x, then the
// whitened y is R times the whitened x.
type Whitening struct {
	Mean    []float64 `json:"mean"`     // [D]
	Root    Matrix    `json:"root"`     // Σ^{1/2} [D x D]
	InvRoot Matrix    `json:"inv_root"` // Σ^{-1/2} [D x D]
	Floored int       `json:"floored"`  // eigenvalues raised to 1e-10 of the greatest
}

// FitWhitening takes mean and covariance (divisor N−1) from X [samples x D]. A
// covariance that is singular is floored, and Floored says in how many
// directions; the samples do not vary there, and whitening leaves them at 0.
func FitWhitening(X *mat.Dense) (*Whitening, error) {
	if err := checkDims(X, 1); err != nil {
		return nil, fmt.Errorf("whitening: %w", err)
	}
	n, d := X.Dims()
	w := &Whitening{Mean: Mean(X)}
	C := centred(X, w.Mean)
	S := mat.NewSymDense(d, nil)
	S.SymOuterK(1/float64(n-1), C.T())
	var eig mat.EigenSym
	if !eig.Factorize(S, true) {
		return nil, fmt.Errorf("whitening: the eigenvalues of the covariance did not converge")
	}
	values := eig.Values(nil)
	top := values[d-1]
	if !(top > 0) {
		return nil, fmt.Errorf("whitening: the samples do not vary")
	}
	for i, v := range values {
		if v < floorRatio*top {
			values[i] = floorRatio * top
			w.Floored++
		}
	}
	var V mat.Dense
	eig.VectorsTo(&V)
	w.Root.Dense = spectral(&V, values, math.Sqrt)
	w.InvRoot.Dense = spectral(&V, values, func(x float64) float64 { return 1 / math.Sqrt(x) })
	return w, nil
}

// Identity returns the whitening that does nothing in d dimensions.
func Identity(d int) *Whitening {
	I := mat.NewDense(d, d, nil)
	for i := range d {
		I.Set(i, i, 1)
	}
	return &Whitening{Mean: make([]float64, d), Root: Matrix{I}, InvRoot: Matrix{I}}
}

// spectral returns V diag(f(values)) Vᵀ.
func spectral(V *mat.Dense, values []float64, f func(float64) float64) *mat.Dense {
	var scaled, out mat.Dense
	scaled.Apply(func(_, j int, x float64) float64 { return x * f(values[j]) }, V)
	out.Mul(&scaled, V.T())
	return &out
}

// Transform whitens the rows of X.
func (w *Whitening) Transform(X *mat.Dense) *mat.Dense {
	var Z mat.Dense
	Z.Mul(centred(X, w.Mean), w.InvRoot.T())
	return &Z
}

// Inverse returns Σ^{1/2} z + mean for the rows z of Z.
func (w *Whitening) Inverse(Z *mat.Dense) *mat.Dense {
	return reconstruct(Z, w.Root, w.Mean) // the root is symmetric
}

// Check returns an error unless the parts of a whitening in d dimensions fit together.
func (w *Whitening) Check(d int) error {
	if len(w.Mean) != d {
		return fmt.Errorf("the whitening is for %d dimensions, not %d", len(w.Mean), d)
	}
	if err := w.Root.Is("root of the whitening", d, d); err != nil {
		return err
	}
	return w.InvRoot.Is("inverse root of the whitening", d, d)
}
