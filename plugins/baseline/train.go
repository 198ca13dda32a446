package baseline

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m := &model{Embedding: s.Embedding, Prepare: newPrepare(s)}
	if err := m.Prepare.check(); err != nil {
		return nil, err
	}
	rates, err := m.Prepare.rates(r)
	if err != nil {
		return nil, err
	}
	if m.ZScore, err = latent.FitZScore(rates, s.MinStd); err != nil {
		return nil, err
	}
	if s.Normalise == "soft" {
		soften(m.ZScore, rates, s.Soft)
	}
	rec.Log("kept %d of %d channels", m.units(), m.channels())
	X := m.ZScore.Transform(rates)
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
