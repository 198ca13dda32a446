package baseline

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Evaluate returns the metrics that Describe declares.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns them with their numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, s *framework.Sheet) error {
	s.Put("units", float64(m.units()))
	if m.Embedding == "raw" || s.Recording.Len() == 0 {
		return nil
	}
	X, err := m.zscored(s.Recording)
	if err != nil {
		return err
	}
	Z, err := m.scores(X)
	if err != nil {
		return err
	}
	back := m.inverse(Z)
	if r2 := explained(X, back); !math.IsInf(r2, 0) && !math.IsNaN(r2) {
		s.Jackknife("reconstruction_r2", r2, latent.R2Without(X, back, s.Of, s.N, false))
	}
	if m.FA != nil {
		mean, each, err := m.FA.LogDensities(X)
		if err != nil {
			return err
		}
		s.MeanIs("log_likelihood", mean, each, nil)
	}
	return ctx.Err()
}

func (m *model) inverse(Z *mat.Dense) *mat.Dense {
	if m.FA != nil {
		return m.FA.Inverse(Z)
	}
	return m.PCA.Inverse(Z)
}

// explained is R² = 1 − Σ(x − x̂)²/Σ(x − x̄)² over all channels together, with x̄
// the means of this recording. It is not a number where X does not vary.
func explained(X, back *mat.Dense) float64 {
	mean := latent.Mean(X)
	var residual, total float64
	n, _ := X.Dims()
	for i := range n {
		d := floats.Distance(X.RawRowView(i), back.RawRowView(i), 2)
		t := floats.Distance(X.RawRowView(i), mean, 2)
		residual, total = residual+d*d, total+t*t
	}
	return 1 - residual/total
}
