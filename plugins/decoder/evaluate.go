package decoder

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
	s.Put("units", float64(len(m.ZScore.Kept)))
	t, err := s.Recording.Target(m.Target)
	if err != nil || t.IsClass() != (m.Classes > 0) || s.Recording.Len() == 0 {
		return nil // a recording without the target supports no more
	}
	fit, err := m.decode(s.Recording)
	if err != nil {
		return err
	}
	if t.IsClass() {
		right := make([]float64, len(t.Labels))
		for i, label := range t.Labels {
			if floats.MaxIdx(fit.RawRowView(i)) == int(label) {
				right[i] = 1
			}
		}
		s.Mean("accuracy", right, nil)
		return ctx.Err()
	}
	Y := targets(t)
	if v := r2(Y, fit); !math.IsNaN(v) && !math.IsInf(v, 0) {
		s.Jackknife("r2", v, latent.R2Without(Y, fit, s.Of, s.N, true))
	}
	return ctx.Err()
}

// r2 is 1 − Σ(y − ŷ)²/Σ(y − ȳ)², averaged over the columns that vary.
func r2(Y, fit *mat.Dense) float64 {
	n, k := Y.Dims()
	mean := latent.Mean(Y)
	var sum, columns float64
	for j := range k {
		var residual, total float64
		for i := range n {
			e, d := Y.At(i, j)-fit.At(i, j), Y.At(i, j)-mean[j]
			residual, total = residual+e*e, total+d*d
		}
		if total > 0 {
			sum, columns = sum+1-residual/total, columns+1
		}
	}
	return sum / columns
}
