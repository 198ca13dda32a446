package source

import (
	"math"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Halfspaces are separated by the vector that the seed draws; relu teachers do
// not care how long a point is; balanced labels are equal in number.
func TestTeacher(t *testing.T) {
	small := func(more map[string]any) map[string]any {
		p := map[string]any{"train": 301, "test": 100}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	r := generate(t, "teacher", small(nil), 4)["main"]
	v := uniformMatrix(data.Rand(4, "teacher halfspace"), 1, 10, 1)[0]
	class, _ := r.ClassTarget("class")
	for i, l := range class.Labels {
		if (along(v, r.Samples.Row(i)) >= 0) != (l == 1) {
			t.Fatalf("point %d is on the side of %v but has label %d", i, along(v, r.Samples.Row(i)), l)
		}
	}
	if r.On(data.Train).Len() != 301 || r.On(data.Test).Len() != 100 {
		t.Errorf("parts of %d and %d", r.On(data.Train).Len(), r.On(data.Test).Len())
	}
	for _, kind := range []string{"halfspace", "relu", "rnn"} {
		b := generate(t, "teacher", small(map[string]any{"kind": kind, "balanced": true, "hidden": 50}), 1)["main"]
		for split, want := range map[data.Split][2]int{data.Train: {151, 150}, data.Test: {50, 50}} {
			if got := b.On(split).Summarize().Targets[0].Counts; got[0] != want[0] || got[1] != want[1] {
				t.Errorf("%s, %s: labels %v", kind, split, got)
			}
		}
	}
	g := &teacher{Kind: "relu", Inputs: 10, Hidden: 40}
	label := g.function(data.Rand(1, "teacher relu"))
	for i := range 100 {
		x := append([]float32(nil), r.Samples.Row(i)...)
		long := make([]float32, len(x))
		for j := range x {
			long[j] = 8 * x[j]
		}
		if label(x) != label(long) {
			t.Errorf("point %d: another label when it is longer", i)
		}
	}
	u := generate(t, "teacher", small(map[string]any{"draw": "uniform"}), 1)["main"].Summarize()
	if u.Min < -1 || u.Max > 1 || math.Abs(u.Mean) > 0.05 {
		t.Errorf("uniform points: %v to %v, mean %v", u.Min, u.Max, u.Mean)
	}
}

// The recurrent teacher against the equations, for one neuron that is always
// kept out by the cap and rounds in which the graph matters.
func TestRecurrentTeacher(t *testing.T) {
	n := &recurrent{
		a: [][]float64{{1}, {2}, {0}}, w: [][]float64{{0, 1, 0}, {0, 0, 0}, {1, 1, 0}}, u: [][]float64{{1, 0, 0}, {0, 0, 1}},
		inBias: []float64{0, 0, 0.5}, graphBias: []float64{0, 0, -1}, k: 2, rounds: 2,
		drive: make([]float64, 3), z: make([]float64, 3), h: make([]float64, 3),
	}
	// x = 1: round 1 is (1, 2, .5), of which two stay: (1, 2, 0). Round 2: drive + W h + bias = (1+2, 2, .5+3−1) = (3, 2, 2.5), two stay.
	n.label([]float32{1})
	if n.h[0] != 3 || n.h[1] != 0 || n.h[2] != 2.5 {
		t.Errorf("h = %v, want 3, 0, 2.5", n.h)
	}
}

func TestTeacherRefuses(t *testing.T) {
	g, err := FindGenerator("teacher")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for seed := range uint64(20) { // one hidden unit and one dimension: about every second teacher is constant
		_, err := g.Generate(map[string]any{"kind": "relu", "hidden": 1, "inputs": 1, "balanced": true, "train": 50, "test": 50}, seed)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "cannot be balanced") {
				t.Error(err)
			}
		}
	}
	if refused == 0 || refused == 20 {
		t.Errorf("%d of 20 teachers are refused", refused)
	}
	if _, err := g.Generate(map[string]any{"inputs": 100000, "train": 1000000}, 1); err == nil || !strings.Contains(err.Error(), "4 GiB") {
		t.Errorf("too much data: %v", err)
	}
}
