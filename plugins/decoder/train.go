package decoder

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	t, err := r.Target(s.Target)
	if err != nil {
		return nil, err
	}
	if r.Len() == 0 {
		return nil, fmt.Errorf("there is nothing to learn from: the train part has no samples")
	}
	m := &model{Decoder: s.Decoder, Target: s.Target, Root: s.Root}
	if t.IsClass() {
		m.Classes = t.Classes
	}
	rates, err := m.rates(r)
	if err != nil {
		return nil, err
	}
	if m.ZScore, err = latent.FitZScore(rates, s.MinStd); err != nil {
		return nil, err
	}
	rec.Log("kept %d of %d channels", len(m.ZScore.Kept), m.ZScore.Channels)
	Z, Y := m.ZScore.Transform(rates), targets(t)
	switch s.Decoder {
	case "wiener":
		if len(s.Context) != 2 || s.Context[0] > s.Context[1] || s.Context[1]-s.Context[0] >= mostBins {
			return nil, fmt.Errorf("context must be [from, to] with from at most to and fewer than %d bins, such as [-4, 0]", mostBins)
		}
		m.From, m.To = s.Context[0], s.Context[1]
		X := lagged(Z, r.Trial, m.From, m.To)
		if s.Penalty < 0 {
			if s.Penalty, err = choosePenalty(ctx, X, Y, r.Trial); err != nil {
				return nil, err
			}
			rec.Log("chose the penalty %.3g", s.Penalty)
		}
		m.Wiener, err = latent.FitRidge(X, Y, s.Penalty)
	case "kalman":
		if t.IsClass() {
			return nil, fmt.Errorf("target %q is a class, whose course no Kalman filter follows; use decoder: wiener", s.Target)
		}
		m.Kalman, err = fitKalman(Z, Y, r.Trial, s.Shrink)
	}
	if err != nil {
		return nil, err
	}
	rec.Progress(1, 1, "fits")
	return m, ctx.Err()
}
