package assemblies

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m := &model{Settings: *req.Settings.(*settings), Inputs: r.Samples.Cols()}
	t, err := r.ClassTarget(m.Settings.Labels)
	if err != nil {
		return nil, framework.Refuse(err.Error(), "set labels to the class target to learn")
	}
	m.Classes = t.Classes
	if err := m.layOut(req); err != nil {
		return nil, err
	}
	x, err := m.encode(r)
	if err != nil {
		return nil, err
	}
	if err := m.learn(ctx, req, x, t.Labels, rec); err != nil {
		return nil, err
	}
	if m.Settings.LinearEpochs > 0 {
		if err := m.fitLinear(ctx, req, x, t.Labels); err != nil {
			return nil, err
		}
	}
	return m, nil
}
