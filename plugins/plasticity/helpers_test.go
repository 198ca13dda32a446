package plasticity

import (
	"context"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest/recordings"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/setting"
)

type silent struct{}

func (silent) Progress(int64, int64, string) {}
func (silent) Metric(string, int64, float64) {}
func (silent) Log(string, ...any)            {}

// with decodes settings on top of the defaults.
func with(t testing.TB, values map[string]any) *settings {
	t.Helper()
	s := new(settings)
	if err := setting.Of(s).Decode(values, s); err != nil {
		t.Fatal(err)
	}
	return s
}

func request(s *settings, recs map[string]*data.Recording, seed uint64) framework.TrainRequest {
	return framework.TrainRequest{Settings: s, Data: &data.Dataset{Recordings: recs}, Seed: seed, Threads: 1}
}

func trained(t testing.TB, values map[string]any, recs map[string]*data.Recording, seed uint64) *model {
	t.Helper()
	m, err := New().Train(context.Background(), request(with(t, values), recs, seed), silent{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// points are labelled by a teacher; params are those of the generator.
func points(t testing.TB, params map[string]any, seed uint64) *data.Recording {
	t.Helper()
	return recordings.Generate(t, "teacher", params, seed)[data.MainRole]
}

func lessonOf(t testing.TB, r *data.Recording) *lesson {
	t.Helper()
	c, err := r.ClassTarget("class")
	if err != nil {
		t.Fatal(err)
	}
	return &lesson{x: r.Samples.Values, inputs: r.Samples.Cols(), labels: c.Labels, classes: c.Classes}
}

func workers(t testing.TB) *kernel.Workers {
	w := kernel.NewWorkers(1)
	t.Cleanup(w.Close)
	return w
}
