package hiwa

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/assaylab/assay/framework/ot"
	"gonum.org/v1/gonum/mat"
)

// leastIterations is how many outer iterations are made before the residual may
// end a restart.
const leastIterations = 6

// problem is the prepared data and how to solve it.
type problem struct {
	s              *settings
	D              int
	x, y           labelled  // normalised points, neither projected nor scaled
	source, target []cluster // Ka and Kb clusters
	p, q           []float64 // uniform weights of the clusters, 1/Ka and 1/Kb
	threads        int
	work           []*workspace // one per thread
}

// state is one run of the outer iteration. Matrices of pairs are row-major
// [Ka x Kb].
type state struct {
	R        *mat.Dense   // R̃
	P, C     []float64    // correspondence and costs
	Rs, L    []*mat.Dense // R_ij and Λ_ij
	n        int          // iterations made
	residual float64      // ‖R̃ − R̃_previous‖_F
	used     []int        // alternations of each pair in the last iteration
}

func (pr *problem) start(R *mat.Dense) *state {
	pairs := len(pr.source) * len(pr.target)
	st := &state{R: mat.DenseCopyOf(R), P: make([]float64, pairs), C: make([]float64, pairs),
		Rs: make([]*mat.Dense, pairs), L: make([]*mat.Dense, pairs), used: make([]int, pairs)}
	for i := range st.P {
		st.P[i] = 1 / float64(pairs)
		st.L[i] = mat.NewDense(pr.D, pr.D, nil)
	}
	return st
}

// done reports whether the iteration has ended.
func (pr *problem) done(st *state) bool {
	return st.n >= pr.s.Iterations || st.n >= leastIterations && st.residual <= pr.s.Tol
}

// step makes one outer iteration (ADMM on the consensus form):
//
//	R_ij, C_ij ← alternations of each pair
//	P    ← Sinkhorn(C, ε₁)
//	R̃    ← polar(mean of R_ij + Λ_ij)      P does not enter
//	Λ_ij ← Λ_ij + R_ij − R̃
func (pr *problem) step(ctx context.Context, st *state) error {
	err := pr.eachPair(ctx, func(w *workspace, i, j int) error {
		ij := i*len(pr.target) + j
		var T mat.Dense
		T.Sub(st.R, st.L[ij])
		T.Scale(pr.s.Mu/float64(pr.D), &T)
		r, err := w.solve(ctx, pr.s, pr.source[i], pr.target[j], st.P[ij], &T)
		st.Rs[ij], st.C[ij], st.used[ij] = r.R, r.C, r.alternations
		return err
	})
	if err != nil {
		return err
	}
	pr.match(st.P, st.C)
	sum := mat.NewDense(pr.D, pr.D, nil)
	for ij := range st.Rs {
		sum.Add(sum, st.Rs[ij])
		sum.Add(sum, st.L[ij])
	}
	sum.Scale(1/float64(len(st.Rs)), sum)
	R, err := polar(sum, pr.s.positive())
	if err != nil {
		return err
	}
	for ij, L := range st.L {
		L.Add(L, st.Rs[ij])
		L.Sub(L, R)
	}
	var moved mat.Dense
	moved.Sub(st.R, R)
	st.residual = mat.Norm(&moved, 2) // gonum's 2-norm of a matrix is Frobenius'
	st.R = R
	st.n++
	return nil
}

// match sets P to the entropic plan between the clusters under costs C.
func (pr *problem) match(P, C []float64) {
	var solver ot.Solver
	solver.Solve(P, C, pr.p, pr.q, ot.Options{Gamma: pr.s.EpsOuter, Sweeps: pr.s.SweepsOuter, Tol: pr.s.SinkhornTol})
}

// eachPair calls f for all pairs of clusters on the problem's threads. f may
// write only what belongs to its pair, so that the number of threads cannot
// show in the result. The error is that of the first pair that has one.
func (pr *problem) eachPair(ctx context.Context, f func(w *workspace, i, j int) error) error {
	pairs := len(pr.source) * len(pr.target)
	for len(pr.work) < min(pr.threads, pairs) {
		pr.work = append(pr.work, newWorkspace(pr.D))
	}
	errs := make([]error, pairs)
	var next atomic.Int64
	var wait sync.WaitGroup
	for _, w := range pr.work {
		wait.Go(func() {
			for {
				ij := int(next.Add(1)) - 1
				if ij >= pairs || ctx.Err() != nil {
					return
				}
				errs[ij] = f(w, ij/len(pr.target), ij%len(pr.target))
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
