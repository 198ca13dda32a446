package evolution

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
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
	s.Put("alignment", m.Alignment)
	s.Put("falls", m.Falls)
	if m.Settings.Train == "selection" {
		s.Put("fixed", m.Fixed)
	}
	t, err := twoClasses(s.Recording, m.Settings.Labels)
	if err != nil || s.Recording.Len() == 0 {
		return nil // a recording without the target supports no more
	}
	if err := m.fits(s.Recording); err != nil {
		return err
	}
	b := newBatch(s.Recording, t)
	right, loss := make([]float64, s.Recording.Len()), make([]float64, s.Recording.Len())
	for i, margin := range b.margins(m.Weights) {
		if margin > 0 {
			right[i] = 1
		}
		loss[i] = logistic(margin)
	}
	s.Mean("accuracy", right, nil)
	s.Mean("loss", loss, nil)
	for n, w := range m.Kept {
		s.Put(fmt.Sprintf("accuracy_after_%d", n), b.accuracy(w))
		s.Put(fmt.Sprintf("loss_after_%d", n), b.loss(w))
	}
	return ctx.Err()
}
