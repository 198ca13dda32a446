// Idle is a method that does nothing: what a trial of it costs is the framework's.
package main

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

func main() { framework.Serve(method{}) }

type method struct{}

func (method) Describe() framework.Description {
	return framework.Description{Name: "idle", Version: "1", Summary: "does nothing", Reuse: true}
}

func (method) Train(context.Context, framework.TrainRequest, framework.Recorder) (framework.Model, error) {
	return model{}, nil
}

func (method) Load(context.Context, string) (framework.Model, error) { return model{}, nil }

type model struct{}

func (model) Save(string) error { return nil }

func (model) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	return data.NewArray(r.Len(), 1), nil
}

func (model) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) { return nil, nil }
