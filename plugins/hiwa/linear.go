package hiwa

import (
	"fmt"

	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// linearMaps replaces the normalised points of both sides by X W Wᵀ, where W
// [D x d] is the least-squares map from the points to a d-dimensional embedding
// Z of them, as in the authors' Python release. W is not orthonormal, so this
// also rescales. Z is
//
//   - (v_x, v_y) for a target seen as velocity, with W from the points before
//     whitening, as the authors' demonstration supplies it;
//   - else the first d principal components of the points before whitening. The
//     release takes them after it, when all directions have variance 1 and
//     rounding decides which come first.
func linearMaps(s *settings, rawX, rawY labelled, x, y *labelled) error {
	W, err := componentMap(rawX.points, x.points, s.Rank)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	x.points = throughMap(x.points, W)
	if s.TargetView == "velocity" {
		n, _ := rawY.points.Dims()
		W, err = leastSquares(rawY.points, mat.DenseCopyOf(rawY.points.Slice(0, n, 0, 2)))
	} else {
		W, err = componentMap(rawY.points, y.points, s.Rank)
	}
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	y.points = throughMap(y.points, W)
	return nil
}

// componentMap is W for the rank principal components of raw as Z.
func componentMap(raw, points *mat.Dense, rank int) (*mat.Dense, error) {
	if _, D := raw.Dims(); rank > D {
		return nil, fmt.Errorf("rank is %d, but the points have %d dimensions", rank, D)
	}
	pca, err := latent.FitPCA(raw, rank)
	if err != nil {
		return nil, err
	}
	return leastSquares(points, pca.Transform(raw))
}

// leastSquares returns X⁺ Z.
func leastSquares(X, Z *mat.Dense) (*mat.Dense, error) {
	var svd mat.SVD
	if !svd.Factorize(X, mat.SVDThin) {
		return nil, fmt.Errorf("the singular value decomposition did not converge")
	}
	n, D := X.Dims()
	rank := svd.Rank(float64(max(n, D)) * 0x1p-52)
	if rank == 0 {
		return nil, fmt.Errorf("the points are all zero")
	}
	var W mat.Dense
	svd.SolveTo(&W, Z, rank)
	return &W, nil
}

// throughMap returns X W Wᵀ.
func throughMap(X, W *mat.Dense) *mat.Dense {
	var scores, out mat.Dense
	scores.Mul(X, W)
	out.Mul(&scores, W.T())
	return &out
}
