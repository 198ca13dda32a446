package source

import (
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

var errNoConvergence = errors.New("a matrix decomposition did not converge; try another seed")

// filled returns an r x c matrix of independent draws.
func filled(r, c int, draw func() float64) *mat.Dense {
	m := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			m.Set(i, j, draw())
		}
	}
	return m
}

// bases returns the subspaces A_i [D x d]. With random spacing each is the
// column space of a normal matrix. With equal spacing the first one is
// completed to a basis F of R^D, and A_i has columns i .. i+d−1 of F: then
// neighbours share all dimensions but one.
func (g *lowRank) bases(rng *rand.Rand) []*mat.Dense {
	D, d := g.Ambient, g.Dim
	out := make([]*mat.Dense, g.Clusters)
	var F *mat.Dense
	for i := range out {
		var from int
		if F == nil || g.Spacing == "random" {
			var qr mat.QR
			qr.Factorize(filled(D, d, rng.NormFloat64))
			F = new(mat.Dense)
			qr.QTo(F) // D x D: the first d columns span the matrix, the others its null space
		} else {
			from = i
		}
		out[i] = mat.DenseCopyOf(F.Slice(0, D, from, from+d))
	}
	return out
}

// covarianceRoot returns Σ^½ [d x d] of Σ = PSD((U+Uᵀ)/2) + d·u·I. For d = 1 the
// scalar is taken as a standard deviation, as the authors' code does.
func (g *lowRank) covarianceRoot(rng *rand.Rand) (*mat.Dense, error) {
	d := g.Dim
	U := filled(d, d, rng.Float64)
	u := rng.Float64()
	sym := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			sym.SetSym(i, j, (U.At(i, j)+U.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, true) {
		return nil, errNoConvergence
	}
	var V mat.Dense
	eigen.VectorsTo(&V)
	// V diag(√λ): its product with a standard normal vector has covariance Σ.
	for j, l := range eigen.Values(nil) {
		s := max(l, 0) + float64(d)*u
		if d > 1 {
			s = math.Sqrt(s)
		}
		for i := range d {
			V.Set(i, j, V.At(i, j)*s)
		}
	}
	return &V, nil
}

// rotation returns R*: the left singular vectors of a uniform matrix, the last
// one reversed where the determinant would be −1.
func rotation(D int, rng *rand.Rand) (*mat.Dense, error) {
	var svd mat.SVD
	if !svd.Factorize(filled(D, D, rng.Float64), mat.SVDFull) {
		return nil, errNoConvergence
	}
	R := new(mat.Dense)
	svd.UTo(R)
	if mat.Det(R) < 0 {
		for i := range D {
			R.Set(i, D-1, -R.At(i, D-1))
		}
	}
	return R, nil
}
