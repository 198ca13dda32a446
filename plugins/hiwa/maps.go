package hiwa

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// linearMaps replaces the normalised points of both sides by X W Wᵀ, where W
// [D x d] is the least-squares map from the points to a d-dimensional embedding Z
// of them, as in the authors' Python release. W is not orthonormal, so this also
// rescales. Z is that of the setting embedding; for a target seen as velocity it
// is (v_x, v_y), with W from the points before whitening, as the authors'
// demonstration supplies it.
func (m *model) linearMaps(ctx context.Context, source, target *data.Recording, rawX, rawY labelled, x, y *labelled) error {
	W, err := m.embeddingMap(ctx, source, rawX.points, x.points)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	x.points = throughMap(x.points, W)
	if m.Settings.TargetView == "velocity" {
		n, _ := rawY.points.Dims()
		W, err = leastSquares(rawY.points, mat.DenseCopyOf(rawY.points.Slice(0, n, 0, 2)))
	} else {
		W, err = m.embeddingMap(ctx, target, rawY.points, y.points)
	}
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	y.points = throughMap(y.points, W)
	return nil
}

// embeddingMap is W for one side. Isomap embeds the normalised points, as the
// authors' demonstrations do. Principal components are those of the points before
// whitening: afterwards all directions have variance 1, and rounding decides which
// come first.
func (m *model) embeddingMap(ctx context.Context, r *data.Recording, raw, points *mat.Dense) (*mat.Dense, error) {
	s := &m.Settings
	if _, D := points.Dims(); s.Embedding != "given" && s.Rank > D {
		return nil, fmt.Errorf("rank is %d, but the points have %d dimensions", s.Rank, D)
	}
	switch s.Embedding {
	case "pca":
		pca, err := latent.FitPCA(raw, s.Rank)
		if err != nil {
			return nil, err
		}
		return leastSquares(points, pca.Transform(raw))
	case "given":
		t, err := r.ContinuousTarget(s.Given)
		if err != nil {
			return nil, fmt.Errorf("setting given names the continuous target that holds the embedding: %w", err)
		}
		return leastSquares(points, latent.FromArray(t.Values))
	default:
		Z, err := latent.Isomap(ctx, points, s.Rank, s.Graph)
		if err != nil {
			return nil, fmt.Errorf("%w; embedding: pca needs no graph", err)
		}
		return leastSquares(points, Z)
	}
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
