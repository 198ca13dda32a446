package baseline

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// model is a fit as it is saved.
type model struct {
	Embedding string                 `json:"embedding"`
	ZScore    *latent.ZScore         `json:"zscore"`
	PCA       *latent.PCA            `json:"pca,omitempty"`
	FA        *latent.FactorAnalysis `json:"fa,omitempty"`
}

func (m *model) check() error {
	if m.ZScore == nil {
		return fmt.Errorf("the z-scoring is missing")
	}
	if err := m.ZScore.Check(); err != nil {
		return err
	}
	d := len(m.ZScore.Kept)
	switch {
	case m.Embedding == "raw":
		return nil
	case m.Embedding == "pca" && m.PCA != nil:
		return m.PCA.Check(d)
	case m.Embedding == "fa" && m.FA != nil:
		return m.FA.Check(d)
	}
	return fmt.Errorf("the embedding is %q, but its parameters are missing", m.Embedding)
}

// zscored returns the kept channels of r, z-scored as in training.
func (m *model) zscored(r *data.Recording) (*mat.Dense, error) {
	if c := r.Samples.Cols(); c != m.ZScore.Channels {
		return nil, fmt.Errorf("the model was trained on %d channels; this recording has %d", m.ZScore.Channels, c)
	}
	return m.ZScore.Transform(latent.FromArray(r.Samples)), nil
}

// scores returns the embedding of z-scored samples.
func (m *model) scores(X *mat.Dense) (*mat.Dense, error) {
	switch m.Embedding {
	case "pca":
		return m.PCA.Transform(X), nil
	case "fa":
		return m.FA.Transform(X)
	}
	return X, nil
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if r.Len() == 0 {
		return data.Array{}, fmt.Errorf("the recording has no samples")
	}
	X, err := m.zscored(r)
	if err != nil {
		return data.Array{}, err
	}
	Z, err := m.scores(X)
	if err != nil {
		return data.Array{}, err
	}
	return latent.ToArray(Z), ctx.Err()
}

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
	s.Put("units", float64(len(m.ZScore.Kept)))
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

func (m *model) Save(dir string) error { return modelfile.Write(dir, name, version, m) }
