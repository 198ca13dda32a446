package hiwa

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// covariances is CORAL (Sun, Feng and Saenko, AAAI 2016): the source is given the
// covariance of the target,
//
//	x ↦ (Σ_y + I)^{1/2} (Σ_x + I)^{-1/2} x,
//
// with symmetric roots and nothing centred. No rotation is sought.
func (pr *problem) covariances(ctx context.Context, _ framework.TrainRequest, _ framework.Recorder) (*found, error) {
	down, err := power(pr.x.points, -0.5)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	up, err := power(pr.y.points, 0.5)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	var A mat.Dense
	A.Mul(up, down)
	return pr.judged(ctx, &A, 1)
}

// power is (Σ + I)^p of the covariance Σ (divisor N−1) of the rows of X.
func power(X *mat.Dense, p float64) (*mat.Dense, error) {
	n, D := X.Dims()
	if n < 2 {
		return nil, fmt.Errorf("%d samples have no covariance", n)
	}
	S := mat.NewSymDense(D, nil)
	S.SymOuterK(1/float64(n-1), centred(X).T())
	for i := range D {
		S.SetSym(i, i, S.At(i, i)+1)
	}
	var eig mat.EigenSym
	if !eig.Factorize(S, true) {
		return nil, fmt.Errorf("the eigenvalues of the covariance did not converge")
	}
	var V, scaled, out mat.Dense
	eig.VectorsTo(&V)
	values := eig.Values(nil)
	scaled.Apply(func(_, j int, v float64) float64 { return v * math.Pow(values[j], p) }, &V)
	out.Mul(&scaled, V.T())
	return &out, nil
}

// subspaces is the alignment of subspaces (Fernando, Habrard, Sebban and
// Tuytelaars, ICCV 2013). With P_x and P_y [D x d] the leading principal directions
// of the z-scored sides, the source in its own is turned onto those of the target,
// x ↦ (P_xᵀ P_y)ᵀ P_xᵀ x; taken back to the points, that is P_y P_yᵀ P_x P_xᵀ x. The
// authors of HiWA compare with (P_xᵀ P_y)ᵀ x of all D directions.
func (pr *problem) subspaces(ctx context.Context, _ framework.TrainRequest, _ framework.Recorder) (*found, error) {
	d := pr.s.Rank
	if pr.s.Subspaces == "released" {
		d = pr.D
	}
	if d > pr.D {
		return nil, fmt.Errorf("rank is %d, but the points have %d dimensions", d, pr.D)
	}
	Px, err := directions(pr.x.points, d)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	Py, err := directions(pr.y.points, d)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	var turn, half, R mat.Dense
	turn.Mul(Py.T(), Px)
	if pr.s.Subspaces == "released" {
		return pr.judged(ctx, &turn, 1)
	}
	half.Mul(Py, &turn)
	R.Mul(&half, Px.T())
	return pr.judged(ctx, &R, 1)
}

// directions are the d leading principal directions of the z-scored rows of X, in
// columns [D x d].
func directions(X *mat.Dense, d int) (*mat.Dense, error) {
	z, err := latent.FitZScore(X, 0)
	if err != nil {
		return nil, err
	}
	if len(z.Kept) != z.Channels {
		return nil, fmt.Errorf("%d of %d dimensions do not vary", z.Channels-len(z.Kept), z.Channels)
	}
	pca, err := latent.FitPCA(z.Transform(X), d)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(pca.Components.T()), nil
}
