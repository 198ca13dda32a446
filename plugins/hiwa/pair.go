package hiwa

import (
	"context"

	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/ot"
	"gonum.org/v1/gonum/mat"
)

// workspace is what one goroutine needs to solve pairs of clusters.
type workspace struct {
	solver     ot.Solver
	cost, plan []float64 // [n x m]
	rx         []float64 // [D] R x_k
	QY         []float64 // [n] Σ_l Q_kl y_ld of one d
	M          *mat.Dense
}

func newWorkspace(D int) *workspace {
	return &workspace{rx: make([]float64, D), M: mat.NewDense(D, D, nil)}
}

// pairResult is R_ij and C_ij after the alternations of one outer iteration.
type pairResult struct {
	R            *mat.Dense
	C            float64
	alternations int
}

// solve alternates between the rotation and the plan of clusters X and Y:
//
//	R ← polar(2 P_ij Y Qᵀ Xᵀ + T),  T = (µ/D)(R̃ − Λ_ij)
//	Q ← Sinkhorn(‖R x_k − y_l‖², ε₂/P_ij)
//
// from the constant plan, until R moves by at most tol_inner. The first
// alternation is not tested: the authors compare it with a random matrix, which
// it never equals. With P_ij → 0 the temperature becomes infinite, the plan
// constant and R = polar(T), without a division by zero.
func (w *workspace) solve(ctx context.Context, s *settings, X, Y cluster, P float64, T *mat.Dense) (pairResult, error) {
	w.plan = resized(w.plan, X.n*Y.n)
	for i := range w.plan {
		w.plan[i] = 1 / float64(X.n*Y.n)
	}
	var out pairResult
	for out.alternations < s.Alternations {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		previous := out.R
		w.crossMoment(X, Y)
		w.M.Scale(2*P, w.M)
		w.M.Add(w.M, T)
		R, err := polar(w.M, s.positive())
		if err != nil {
			return out, err
		}
		out.R, out.C = R, w.transport(ctx, s, X, Y, R, s.EpsInner/P)
		out.alternations++
		if previous != nil && spectralDistance(previous, R) <= s.TolInner {
			break
		}
	}
	return out, ctx.Err()
}

// crossMoment sets M = Y Qᵀ Xᵀ = Σ_kl Q_kl y_l x_kᵀ, a row for each dimension of Y.
func (w *workspace) crossMoment(X, Y cluster) {
	w.QY = resized(w.QY, X.n)
	for d := range w.rx {
		kernel.MulVec(w.QY, w.plan, Y.columns[d*Y.n:][:Y.n])
		kernel.MulVec(w.M.RawRowView(d), X.columns, w.QY)
	}
}

// transport solves the plan between R X and Y at temperature γ and returns its
// cost Σ Q_kl ‖R x_k − y_l‖². The points carry the factor 1/√D of the paper.
func (w *workspace) transport(ctx context.Context, s *settings, X, Y cluster, R *mat.Dense, gamma float64) float64 {
	return w.plans(X, Y, R, ot.Options{Gamma: gamma, Sweeps: s.SweepsInner, Tol: s.SinkhornTol, Done: ctx.Done()})
}

// plans sets the plan between R X and Y and returns its cost.
func (w *workspace) plans(X, Y cluster, R *mat.Dense, o ot.Options) float64 {
	D := len(w.rx)
	w.cost, w.plan = resized(w.cost, X.n*Y.n), resized(w.plan, X.n*Y.n)
	for k := range X.n {
		kernel.MulVec(w.rx, R.RawMatrix().Data, X.points[k*D:][:D])
		kernel.SquaredDistances(w.cost[k*Y.n:][:Y.n], w.rx, Y.columns)
	}
	return w.solver.Solve(w.plan, w.cost, X.weights, Y.weights, o).Cost
}

func resized(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}
