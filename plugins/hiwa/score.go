package hiwa

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	"gonum.org/v1/gonum/floats"
)

// score is how well R̃ alone, rather than the copies R_ij, aligns the clusters:
// Σ P_ij C_ij with the plans solved afresh under R̃ at temperature
// ε₂ max(Ka, Kb), which is ε₂ over the largest mass that a pair can have, and P
// from those costs. The authors have no restarts; this score is ours. Costs of
// the R_ij would not do: mismatched pairs fit well by rotations of their own.
func (pr *problem) score(ctx context.Context, st *state) (float64, error) {
	P, C := make([]float64, len(st.P)), make([]float64, len(st.C))
	gamma := pr.s.EpsInner * float64(max(len(pr.source), len(pr.target)))
	err := pr.eachPair(ctx, func(w *workspace, i, j int) error {
		C[i*len(pr.target)+j] = w.transport(ctx, pr.s, pr.source[i], pr.target[j], st.R, gamma)
		return ctx.Err()
	})
	if err != nil {
		return 0, err
	}
	pr.match(P, C)
	return floats.Dot(P, C), nil
}

// found is the restart that was kept.
type found struct {
	*state
	score   float64
	restart int
}

// bestStart runs the restarts one after another and keeps the one of least
// score. Up to three dimensions the starts take turns in the sign of their
// determinant: the iteration rarely passes from rotations to reflections there.
func (pr *problem) bestStart(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (*found, error) {
	best := &found{score: math.Inf(1)}
	budget, made := int64(pr.s.Restarts)*int64(pr.s.Iterations), int64(0)
	for k := range pr.s.Restarts {
		sign := 0
		switch {
		case pr.s.positive():
			sign = 1
		case pr.D <= 3:
			sign = 1 - 2*(k%2)
		}
		R, err := randomStart(req.Rand(fmt.Sprintf("restart %d", k)), pr.D, sign)
		if err != nil {
			return nil, err
		}
		st := pr.start(R)
		for !pr.done(st) {
			if err := pr.step(ctx, st); err != nil {
				return nil, err
			}
			made++
			rec.Metric("residual", made, st.residual)
			rec.Progress(int64(k*pr.s.Iterations+st.n), budget, "iterations")
		}
		score, err := pr.score(ctx, st)
		if err != nil {
			return nil, err
		}
		rec.Metric("score", int64(k), score)
		rec.Progress(int64((k+1)*pr.s.Iterations), budget, "iterations")
		rec.Log("restart %d: %d iterations, residual %.3g, score %.6g", k, st.n, st.residual, score)
		if score < best.score {
			best = &found{state: st, score: score, restart: k}
		}
	}
	if best.state == nil {
		return nil, fmt.Errorf("no restart has a finite score; are the samples extremely large? set normalise to whiten")
	}
	return best, nil
}
