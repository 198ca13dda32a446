package hiwa

import (
	"context"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// score is how well one map R alone, rather than the copies R_ij, aligns the
// clusters: Σ P_ij C_ij with the plans solved afresh under R at temperature
// ε₂ max(Ka, Kb), which is ε₂ over the largest mass that a pair can have, and P
// from those costs. The authors have no restarts; this score is ours. Costs of
// the R_ij would not do: mismatched pairs fit well by rotations of their own.
func (pr *problem) score(ctx context.Context, R *mat.Dense) (score float64, P, C []float64, err error) {
	pairs := len(pr.source) * len(pr.target)
	P, C = make([]float64, pairs), make([]float64, pairs)
	gamma := pr.s.EpsInner * float64(max(len(pr.source), len(pr.target)))
	err = pr.eachPair(ctx, func(w *workspace, i, j int) error {
		C[i*len(pr.target)+j] = w.transport(ctx, pr.s, pr.source[i], pr.target[j], R, gamma)
		return ctx.Err()
	})
	if err != nil {
		return 0, nil, nil, err
	}
	pr.match(P, C)
	return floats.Dot(P, C), P, C, nil
}

// matched is where the rows of P have most of their mass.
func matched(P []float64, ka, kb int) []int {
	out := make([]int, ka)
	for i := range out {
		out[i] = floats.MaxIdx(P[i*kb : (i+1)*kb])
	}
	return out
}

// found is an alignment.
type found struct {
	R          *mat.Dense // [D x D], orthogonal for hiwa, wa and icp
	P, C       []float64  // [Ka x Kb], of the last iteration, or under R where there is none
	score      float64
	iterations int
	restart    int
	gap        *float64   // by what share the best restart with another match costs more
	images     *mat.Dense // otda: where the source points go; R is then I
}

// judged completes an alignment by R with the costs of the clusters under it.
func (pr *problem) judged(ctx context.Context, R *mat.Dense, iterations int) (*found, error) {
	f := &found{R: R, iterations: iterations}
	var err error
	f.score, f.P, f.C, err = pr.score(ctx, R)
	return f, err
}
