package latent

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/mat"
)

const (
	// spare is how many eigenvectors more than asked for are iterated: the more, the
	// faster those asked for converge.
	spare = 8
	// eigenTolerance is the residual |Bv − λv| at which an eigenvector is one,
	// relative to the largest eigenvalue.
	eigenTolerance = 1e-11
	// eigenIterations is when the iteration gives way to the whole decomposition,
	// which costs some n³.
	eigenIterations = 300
)

// leadingEigen returns the k largest eigenvalues of the symmetric B [n x n] in
// descending order and their eigenvectors in the columns of V [n x k], by
// orthogonal iteration with a Rayleigh-Ritz step (Golub and Van Loan, 8.2.4). It
// converges where those eigenvalues are among the k + spare largest in magnitude,
// and decomposes B as a whole otherwise.
func leadingEigen(B *mat.Dense, k int) (values []float64, V *mat.Dense, err error) {
	n, _ := B.Dims()
	block := k + spare
	if 4*block > n {
		return wholeEigen(B, k)
	}
	rng := data.Rand(1, "leading eigenvectors") // any start will do
	Q := mat.NewDense(n, block, nil)
	Q.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, Q)
	BQ := mat.NewDense(n, block, nil)
	column, product := make([]float64, n), make([]float64, n)
	for range eigenIterations {
		var qr mat.QR
		qr.Factorize(Q)
		var full mat.Dense
		qr.QTo(&full)
		Q.Copy(full.Slice(0, n, 0, block))
		for j := range block {
			mat.Col(column, j, Q)
			kernel.MulVec(product, B.RawMatrix().Data, column)
			BQ.SetCol(j, product)
		}
		var T, V, BV mat.Dense // Ritz: the eigenvectors of QᵀBQ
		T.Mul(Q.T(), BQ)
		values, W, err := wholeEigen(&T, block)
		if err != nil {
			return nil, nil, err
		}
		V.Mul(Q, W)
		BV.Mul(BQ, W)
		if settled(values, &V, &BV, k) {
			return values[:k], mat.DenseCopyOf(V.Slice(0, n, 0, k)), nil
		}
		Q.Copy(&BV)
	}
	return wholeEigen(B, k)
}

// settled reports whether the first k pairs are eigenpairs.
func settled(values []float64, V, BV *mat.Dense, k int) bool {
	n, _ := V.Dims()
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	for j := range k {
		sum := 0.0
		for i := range n {
			r := BV.At(i, j) - values[j]*V.At(i, j)
			sum += r * r
		}
		if !(math.Sqrt(sum) <= eigenTolerance*largest) {
			return false
		}
	}
	return true
}

// wholeEigen decomposes B, taken as symmetric, as a whole.
func wholeEigen(B *mat.Dense, k int) (values []float64, V *mat.Dense, err error) {
	n, _ := B.Dims()
	S := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			S.SetSym(i, j, (B.At(i, j)+B.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(S, true) {
		return nil, nil, fmt.Errorf("the eigenvalues of a matrix of %d x %d did not converge; are the samples finite?", n, n)
	}
	all := eig.Values(nil) // ascending
	slices.Reverse(all)
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	V = mat.NewDense(n, k, nil)
	for j := range k {
		V.SetCol(j, mat.Col(nil, n-1-j, &vectors))
	}
	return all[:k], V, nil
}
