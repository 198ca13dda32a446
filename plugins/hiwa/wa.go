package hiwa

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/ot"
	"gonum.org/v1/gonum/mat"
)

// The schedule of the authors' comparison (MATLAB release, 2019).
const (
	flatIterations = 200
	flatSweeps     = 1000
	flatStart      = 100.0
	flatCooling    = 0.95
	flatEnd        = 0.1 // the temperature falls until it is not above
)

// flat is Wasserstein-Procrustes without clusters: all points of one side to all of
// the other, the plan and the rotation by turns while the temperature falls,
//
//	γ ← 0.95 γ,  Q ← Sinkhorn(‖R x − y‖², γ),  R ← polar(Y Qᵀ Xᵀ),
//
// from a random R, on points that are neither projected nor divided by √D.
func (pr *problem) flat(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (*found, error) {
	return pr.restarts(ctx, req, rec, flatIterations, func(R *mat.Dense, each func(int)) (*found, error) {
		return pr.flatFrom(ctx, R, each)
	})
}

// flatFrom is flat from one start.
func (pr *problem) flatFrom(ctx context.Context, R *mat.Dense, each func(iterations int)) (*found, error) {
	X, Y := whole(pr.x.points), whole(pr.y.points)
	w, gamma := newWorkspace(pr.D), flatStart
	for n := range flatIterations {
		if gamma > flatEnd {
			gamma *= flatCooling
		}
		w.plans(X, Y, R, ot.Options{Gamma: gamma, Sweeps: flatSweeps, Tol: pr.s.SinkhornTol, Done: ctx.Done()})
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w.crossMoment(X, Y)
		var err error
		if R, err = polar(w.M, pr.s.positive()); err != nil {
			return nil, err
		}
		each(n + 1)
	}
	return pr.judged(ctx, R, flatIterations)
}

// whole is a side as one cluster.
func whole(points *mat.Dense) cluster {
	n, _ := points.Dims()
	return cluster{n: n, points: mat.DenseCopyOf(points).RawMatrix().Data,
		columns: mat.DenseCopyOf(points.T()).RawMatrix().Data, weights: uniform(n)}
}
