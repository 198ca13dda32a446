package nemo

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m := &model{Settings: s, Symbols: r.Samples.Cols(), Names: r.Channels}
	if err := s.check(m.Symbols); err != nil {
		return nil, err
	}
	x, err := m.symbols(r)
	if err != nil {
		return nil, err
	}
	run := &experiment{settings: &m.Settings, m: m.Symbols, req: req, rec: rec}
	if s.Task == "trigram" {
		return m, run.trigram(ctx, m, x, r.Trial)
	}
	m.Counts = count(s.Task, x, r.Trial, m.Symbols, s.Presentations)
	return m, run.flips(ctx, m)
}
