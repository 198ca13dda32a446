package decoder

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// quiet is a recorder that keeps nothing.
type quiet struct{}

func (quiet) Progress(int64, int64, string) {}
func (quiet) Metric(string, int64, float64) {}
func (quiet) Log(string, ...any)            {}

func train(t *testing.T, r *data.Recording, values map[string]any) (framework.Model, error) {
	t.Helper()
	var s settings
	if err := setting.Of(s).Decode(values, &s); err != nil {
		t.Fatal(err)
	}
	return New().Train(t.Context(), framework.TrainRequest{Settings: &s, Seed: 1, Threads: 1, Data: &data.Dataset{Recordings: map[string]*data.Recording{data.MainRole: r}}}, quiet{})
}

// reference is the problem of testdata/reference.py with its answers.
func reference(t testing.TB) (r *data.Recording, answers map[string][][]float64) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Trial                []int32
		Train                []bool
		X, Y, Wiener, Kalman [][]float64
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	r = &data.Recording{Samples: array(ref.X), Trial: ref.Trial, Split: make([]data.Split, len(ref.Trial)), Targets: []data.Target{{Name: "velocity", Values: array(ref.Y)}}}
	for i, in := range ref.Train {
		if r.Split[i] = data.Test; in {
			r.Split[i] = data.Train
		}
	}
	return r, map[string][][]float64{"wiener": ref.Wiener, "kalman": ref.Kalman}
}

func array(rows [][]float64) data.Array {
	a := data.NewArray(len(rows), len(rows[0]))
	for i, row := range rows {
		for j, v := range row {
			a.Row(i)[j] = float32(v)
		}
	}
	return a
}

// Both filters are those of NumPy: to the rounding of an embedding, which has 24 bits.
func TestDecodersEqualReference(t *testing.T) {
	r, answers := reference(t)
	for decoder, values := range map[string]map[string]any{
		"wiener": {"decoder": "wiener", "context": []int{-2, 1}, "penalty": 0.03},
		"kalman": {"decoder": "kalman", "shrink": 0.01},
	} {
		m, err := train(t, r, values)
		if err != nil {
			t.Fatal(err)
		}
		z, err := m.Embed(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range answers[decoder] {
			for j := range want {
				if got := float64(z.Row(i)[j]); !(math.Abs(got-want[j]) < 1e-6*(1+math.Abs(want[j]))) {
					t.Errorf("%s: sample %d is %v, want %v", decoder, i, z.Row(i), want)
				}
			}
		}
		own, err := m.Evaluate(t.Context(), r.On(data.Test))
		if err != nil || own["units"] != 8 || !(own["r2"] > 0.5 && own["r2"] < 1) {
			t.Errorf("%s: %v, %v", decoder, own, err)
		}
	}
}
