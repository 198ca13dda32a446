package hiwa

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// polar returns the orthogonal matrix O that maximises tr(OᵀM): U Vᵀ for the
// singular value decomposition M = U Σ Vᵀ. With positive it is the best one of
// determinant +1, where the direction of the least singular value may turn.
func polar(M *mat.Dense, positive bool) (*mat.Dense, error) {
	var svd mat.SVD
	if !svd.Factorize(M, mat.SVDFull) {
		return nil, fmt.Errorf("the singular value decomposition of a rotation step did not converge; is eps_inner or mu extreme?")
	}
	var U, V, R mat.Dense
	svd.UTo(&U)
	svd.VTo(&V)
	R.Mul(&U, V.T())
	if positive && mat.Det(&R) < 0 {
		D, _ := U.Dims()
		for i := range D {
			U.Set(i, D-1, -U.At(i, D-1))
		}
		R.Mul(&U, V.T())
	}
	return &R, nil
}

// spectralDistance is ‖A − B‖₂, the largest singular value of the difference.
func spectralDistance(A, B *mat.Dense) float64 {
	var diff mat.Dense
	diff.Sub(A, B)
	var svd mat.SVD
	if !svd.Factorize(&diff, mat.SVDNone) {
		return math.Inf(1)
	}
	return svd.Values(nil)[0]
}

// randomStart draws an orthogonal D x D matrix, every one equally likely (Haar
// measure), as the polar factor of a matrix of standard normal entries. The
// authors draw entries uniform on (0,1) instead, which favours matrices near
// those that keep the diagonal (1, ..., 1).
//
// sign +1 or −1 fixes the determinant; 0 leaves it to chance.
func randomStart(rng *rand.Rand, D, sign int) (*mat.Dense, error) {
	G := mat.NewDense(D, D, nil)
	for i := range D {
		for j := range D {
			G.Set(i, j, rng.NormFloat64())
		}
	}
	R, err := polar(G, false)
	if err != nil {
		return nil, err
	}
	if float64(sign)*mat.Det(R) < 0 {
		for j := range D {
			R.Set(0, j, -R.At(0, j))
		}
	}
	return R, nil
}
