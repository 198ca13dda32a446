package assemblies

import (
	"context"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest/recordings"
	"github.com/assaylab/assay/framework/setting"
)

type quiet struct{}

func (quiet) Progress(int64, int64, string) {}
func (quiet) Metric(string, int64, float64) {}
func (quiet) Log(string, ...any)            {}

func train(t testing.TB, settingsOf map[string]any, recs map[string]*data.Recording, seed uint64) *model {
	t.Helper()
	var s settings
	if err := setting.Of(s).Decode(settingsOf, &s); err != nil {
		t.Fatal(err)
	}
	m, err := New().Train(context.Background(), framework.TrainRequest{Settings: &s, Data: &data.Dataset{Recordings: recs}, Seed: seed, Threads: 1}, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// means trains and scores on the test part with seeds 1 to n, on data drawn anew.
func means(t testing.TB, settingsOf map[string]any, generator string, params map[string]any, n int) framework.Metrics {
	t.Helper()
	out := framework.Metrics{}
	for seed := range uint64(n) {
		recs := recordings.Generate(t, generator, params, seed+1)
		m := train(t, settingsOf, recs, seed+1)
		got, err := m.Evaluate(context.Background(), recs["main"].On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range got {
			out[name] += v / float64(n)
		}
	}
	return out
}
