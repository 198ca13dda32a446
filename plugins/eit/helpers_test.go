package eit

import (
	"context"
	"math"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/setting"
)

// with returns the default settings but for the named ones.
func with(values map[string]any) *settings {
	s := new(settings)
	if err := setting.Of(settings{}).Decode(values, s); err != nil {
		panic(err)
	}
	return s
}

// small are settings under which a training takes little time.
func small(more map[string]any) map[string]any {
	values := map[string]any{"d": 4, "heads": 2, "head_width": 6, "epochs": 3, "batch": 8, "head_epochs": 2}
	for k, v := range more {
		values[k] = v
	}
	return values
}

// toy is a recording of trials of 9 to 11 bins, units in Hz of which one is
// silent, four directions that the rates tell apart.
func toy(seed uint64, trials, units int) *data.Recording {
	rng := data.Rand(seed, "toy")
	r := &data.Recording{Unit: "Hz", BinSeconds: 0.1}
	var labels []int32
	var time []float32
	for t := range trials {
		for i := range 9 + t%3 {
			r.Trial = append(r.Trial, int32(t))
			labels = append(labels, int32(t%4))
			time = append(time, float32(i))
			for j := range units {
				mean := 5.0
				if j%4 == t%4 {
					mean = 40
				}
				if j == 2 {
					mean = math.Inf(-1)
				}
				r.Samples.Values = append(r.Samples.Values, float32(max(0, mean+10*rng.NormFloat64())))
			}
		}
	}
	r.Samples.Shape = []int{len(r.Trial), units}
	r.Targets = []data.Target{{Name: "direction", Labels: labels, Classes: 4},
		{Name: "time", Values: data.Array{Shape: []int{len(time), 1}, Values: time}}}
	return r
}

func divided(r *data.Recording) *data.Recording {
	if err := (data.Division{Train: 0.75, Test: 0.25}).Divide(r); err != nil {
		panic(err)
	}
	return r
}

// quiet takes what training shows.
type quiet struct{}

func (quiet) Progress(int64, int64, string)       {}
func (quiet) Metric(string, int64, float64)       {}
func (quiet) Log(format string, arguments ...any) {}

// trained trains the method on recordings in roles.
func trained(t testing.TB, values map[string]any, recs map[string]*data.Recording) *model {
	t.Helper()
	m, err := New().Train(t.Context(), framework.TrainRequest{Settings: with(values), Data: &data.Dataset{Recordings: recs}, Seed: 5, Threads: 1}, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// testTrainer is a trainer outside of any training.
func testTrainer(t testing.TB) *trainer {
	tr := newTrainer(context.Background(), framework.TrainRequest{Seed: 1, Threads: 1}, quiet{})
	t.Cleanup(tr.workers.Close)
	return tr
}

// forward runs a network once in evaluation mode on windows x [B T x cols].
func forward(t testing.TB, T int, x data.Array, part func(x *nn.Value) []*nn.Value) [][]float32 {
	w := kernel.NewWorkers(1)
	t.Cleanup(w.Close)
	in := nn.NewGraph(nn.Evaluation, w).Input(x.Cols(), nn.NewBatch(x.Rows()/T).Pass(T))
	out := part(in)
	copy(in.Data(), x.Values)
	in.Graph().Forward()
	var values [][]float32
	for _, v := range out {
		values = append(values, v.Data())
	}
	return values
}

func normal(seed uint64, rows, cols int) data.Array {
	a := data.NewArray(rows, cols)
	nn.FillNormal(a.Values, data.Rand(seed, "normal"))
	return a
}

func near(a, b []float32, tolerance float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !(math.Abs(float64(a[i]-b[i])) <= tolerance*(1+math.Abs(float64(b[i])))) {
			return false
		}
	}
	return true
}
