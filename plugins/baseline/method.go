// Package baseline is what every method is compared with: z-scored samples as
// they are, their principal components, or their factors.
package baseline

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/mat"
)

const (
	name    = "baseline"
	version = "1"
)

type settings struct {
	Embedding string  `name:"embedding" default:"raw" choices:"raw,pca,fa" doc:"raw: z-scored channels; pca: principal components of them; fa: factors of a maximum-likelihood factor analysis of them"`
	Dims      int     `name:"dims" default:"10" min:"1" when:"embedding != 'raw'" doc:"number of components or factors; fewer than samples, at most the channels kept"`
	MinStd    float64 `name:"min_std" default:"1e-3" min:"0" doc:"channels whose standard deviation over the train part is at most this (unit of the samples) are dropped"`
}

type baseline struct{}

// New returns the method.
func New() framework.Method { return baseline{} }

func (baseline) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "z-scored channels, principal components or factor analysis",
		Citation: "Tipping and Bishop, Probabilistic Principal Component Analysis, J. R. Stat. Soc. B 61 (1999); Barber, Bayesian Reasoning and Machine Learning (2012), ch. 21",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics: []metric.Info{
			{Name: "units", Goal: metric.None, Doc: "channels kept"},
			{Name: "reconstruction_r2", Goal: metric.Max, Doc: "pca and fa: share of the variance of the z-scored channels that the embedding reconstructs"},
			{Name: "log_likelihood", Goal: metric.Max, Doc: "fa: mean log-density of a z-scored sample, nats"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Never,
		Seedless:      framework.Always,
		GPU:           framework.GPUNone,
	}
}

func (baseline) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	raw := latent.FromArray(r.Samples)
	m := &model{Embedding: s.Embedding}
	if m.ZScore, err = latent.FitZScore(raw, s.MinStd); err != nil {
		return nil, err
	}
	rec.Log("kept %d of %d channels", len(m.ZScore.Kept), m.ZScore.Channels)
	X := m.ZScore.Transform(raw)
	if err := m.fit(ctx, X, s.Dims, rec); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rec.Progress(1, 1, "fits")
	return m, nil
}

func (m *model) fit(ctx context.Context, X *mat.Dense, dims int, rec framework.Recorder) (err error) {
	switch m.Embedding {
	case "pca":
		m.PCA, err = latent.FitPCA(X, dims)
	case "fa":
		if m.FA, err = latent.FitFactorAnalysis(ctx, X, dims); err != nil {
			return err
		}
		for i, ll := range m.FA.LogLik {
			rec.Metric("log_likelihood", int64(i+1), ll/float64(X.RawMatrix().Rows))
		}
		if !m.FA.Converged {
			rec.Log("factor analysis did not converge in %d iterations", len(m.FA.LogLik))
		}
	}
	return err
}

func (baseline) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
