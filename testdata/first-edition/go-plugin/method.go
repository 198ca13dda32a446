package main

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
)

const (
	name    = "slow-features"
	version = "1"
)

type settings struct {
	Dims  int     `name:"dims" default:"4" min:"1" doc:"number of slow features, at most the directions kept"`
	Share float64 `name:"share" default:"1e-6" above:"0" below:"1" scale:"log" doc:"directions of the samples with less than this share of the largest variance are dropped before whitening"`
}

// slowFeatures finds the linear features that vary most slowly within trials
// (Wiskott and Sejnowski 2002, the linear case).
type slowFeatures struct{}

// New returns the method.
func New() framework.Method { return slowFeatures{} }

func (slowFeatures) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "linear features that vary slowly within trials",
		Citation: "Wiskott and Sejnowski, Slow Feature Analysis: Unsupervised Learning of Invariances, Neural Computation 14 (2002)",
		Settings: settings{},
		Metrics: []metric.Info{
			{Name: "slowness", Goal: metric.Min, Doc: "mean over the features of their Δ value: mean squared change from sample to sample within a trial, in units of the feature's variance on the train split"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Reuse:         true,
	}
}

func (slowFeatures) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m, err := fit(ctx, r, s.Dims, s.Share)
	if err != nil {
		return nil, err
	}
	for k, delta := range m.Delta {
		rec.Metric("delta", int64(k+1), delta)
	}
	rec.Log("kept %d of %d directions", m.Kept, r.Samples.Cols())
	rec.Progress(1, 1, "fits")
	return m, nil
}

func (slowFeatures) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	for _, w := range m.W {
		if len(w) != len(m.Mean) {
			return nil, fmt.Errorf("the model in %s does not fit together: %d weights for %d channels", dir, len(w), len(m.Mean))
		}
	}
	return m, nil
}
