package hiwa

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"gonum.org/v1/gonum/mat"
)

// bestStart runs the restarts of the outer iteration one after another and keeps
// the one of least score.
func (pr *problem) bestStart(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (*found, error) {
	made := int64(0)
	return pr.restarts(ctx, req, rec, pr.s.Iterations, func(R *mat.Dense, each func(iterations int)) (*found, error) {
		st := pr.start(R)
		for !pr.done(st) {
			if err := pr.step(ctx, st); err != nil {
				return nil, err
			}
			made++
			rec.Metric("residual", made, st.residual)
			each(st.n)
		}
		f, err := pr.judged(ctx, st.R, st.n)
		if err != nil {
			return nil, err
		}
		rec.Log("%d iterations, residual %.3g", st.n, st.residual)
		f.P, f.C = st.P, st.C
		return f, nil
	})
}

// restarts runs a search from random starts and keeps the result of least score.
// Up to three dimensions the starts take turns in the sign of their determinant:
// the iteration rarely passes from rotations to reflections there.
func (pr *problem) restarts(ctx context.Context, req framework.TrainRequest, rec framework.Recorder, most int,
	search func(R *mat.Dense, each func(iterations int)) (*found, error)) (*found, error) {
	var all []*found
	best := &found{score: math.Inf(1)}
	budget := int64(pr.s.Restarts) * int64(most)
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
		f, err := search(R, func(n int) { rec.Progress(int64(k*most+n), budget, "iterations") })
		if err != nil {
			return nil, err
		}
		f.restart = k
		all = append(all, f)
		rec.Metric("score", int64(k), f.score)
		rec.Progress(int64((k+1)*most), budget, "iterations")
		rec.Log("restart %d: score %.6g, determinant %.0f", k, f.score, mat.Det(f.R))
		if f.score < best.score {
			best = f
		}
	}
	if best.R == nil {
		return nil, fmt.Errorf("no restart has a finite score; are the samples extremely large? set normalise to whiten")
	}
	best.gap = gap(best, all, len(pr.source), len(pr.target))
	return best, ctx.Err()
}

// gap is by what share the best alignment whose clusters match otherwise costs more;
// nil where there is none.
func gap(best *found, all []*found, ka, kb int) *float64 {
	match, least := matched(best.P, ka, kb), math.Inf(1)
	for _, f := range all {
		if !slices.Equal(matched(f.P, ka, kb), match) {
			least = min(least, f.score)
		}
	}
	if g := least/best.score - 1; !math.IsInf(g, 0) && !math.IsNaN(g) {
		return &g
	}
	return nil
}
