package eit

import (
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest/recordings"
)

// A recording of two channels, trials of the given lengths; sample i is (i, 100 + 2i).
func ramp(lengths ...int) *data.Recording {
	r := &data.Recording{}
	var labels []int32
	for t, n := range lengths {
		for range n {
			i := float32(len(r.Trial))
			r.Samples.Values = append(r.Samples.Values, i, 100+2*i)
			r.Trial = append(r.Trial, int32(t))
			labels = append(labels, int32(t))
		}
	}
	r.Samples.Shape = []int{len(r.Trial), 2}
	r.Targets = []data.Target{{Name: "direction", Labels: labels, Classes: len(lengths)}}
	return r
}

// Trials are cut to the shortest of the part, padded with zeros, and windows come
// by start, then trial.
func TestTrialWindows(t *testing.T) {
	s := with(map[string]any{"bins": 5, "window": 2, "permute": false})
	in, p, err := s.prepare(ramp(4, 3, 6), 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{0, 1, 2, -1, -1, 4, 5, 6, -1, -1, 7, 8, 9, -1, -1}; !slices.Equal(p.rows, want) {
		t.Errorf("bins are samples %v, want %v", p.rows, want)
	}
	if want := []int{0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13}; !slices.Equal(p.windows, want) {
		t.Errorf("windows begin at %v, want %v", p.windows, want)
	}
	if want := []int32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2}; !slices.Equal(p.labels, want) {
		t.Errorf("labels %v, want %v", p.labels, want)
	}
	mean := float64(0+1+2+4+5+6+7+8+9) / 15 // padding counts
	if math.Abs(in.Mean[0]-mean) > 1e-9 || math.Abs(float64(p.bins.Row(3)[0])+mean) > 1e-6 {
		t.Errorf("mean %v and padding %v, want %v and its negative", in.Mean[0], p.bins.Row(3)[0], mean)
	}
}

// Each part is centred by the mean of the train part, its own, or not at all.
func TestCentring(t *testing.T) {
	r := ramp(3, 3, 3, 3)
	r.Split = slices.Concat(slices.Repeat([]data.Split{data.Train}, 6), slices.Repeat([]data.Split{data.Test}, 6))
	for centring, want := range map[string][2]float32{"train": {-2.5, 3.5}, "own": {-2.5, -2.5}, "none": {0, 6}} {
		s := with(map[string]any{"bins": 3, "window": 3, "permute": false, "centring": centring})
		in, train, err := s.prepare(r.On(data.Train), 1)
		if err != nil {
			t.Fatal(err)
		}
		test, err := in.scored(s, r.On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		all, err := in.everywhere(s, r.On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]float32{train.bins.Values[0], test.bins.Values[0]}; got != want || all.bins.Values[0] != want[1] {
			t.Errorf("%s: first bins %v and %v, want %v", centring, got, all.bins.Values[0], want)
		}
	}
}

// A unit is kept, with all its channels, if one of them varies; all parts have the
// units in one order.
func TestUnits(t *testing.T) {
	r := ramp(4, 4)
	r.Samples = data.NewArray(8, 8)
	for i := range 8 {
		copy(r.Samples.Row(i), []float32{1, 1, float32(i), 1, 2, 2, 3, float32(i)})
	}
	in, _, err := with(map[string]any{"bins": 4, "features": 2, "permute": false}).prepare(r, 1)
	if err != nil || !slices.Equal(in.Kept, []int{2, 3, 6, 7}) {
		t.Errorf("kept %v, %v; want the second and the fourth pair", in, err)
	}
	wide := toy(1, 8, 30)
	a, _, _ := with(nil).prepare(wide, 1)
	b, _, _ := with(nil).prepare(wide, 2)
	if slices.IsSorted(a.Kept) || slices.Equal(a.Kept, b.Kept) || len(a.Kept) != 29 {
		t.Errorf("units are not in an order that the seed draws: %v, %v", a.Kept, b.Kept)
	}
	some, _, err := with(map[string]any{"units": 4}).prepare(wide, 1)
	if err != nil || !slices.Equal(some.Kept, a.Kept[:4]) {
		t.Errorf("four units: %v, %v; want the first of %v", some, err, a.Kept)
	}
	if _, _, err := with(map[string]any{"units": 30}).prepare(wide, 1); err == nil {
		t.Error("30 units of 29")
	}
	if _, _, err := with(map[string]any{"features": 7}).prepare(wide, 1); err == nil {
		t.Error("30 channels passed as units of 7 features")
	}
}

// Windows of consecutive bins do not step over a bin that is missing; for Embed
// every sample is in a window.
func TestConsecutiveWindows(t *testing.T) {
	r := ramp(6, 1, 3)
	times := []float32{0, 1, 3, 4, 5, 9, 0, 2, 3, 4} // runs of 2, 3, 1, 1, 3
	r.Targets = append(r.Targets, data.Target{Name: "time", Values: data.Array{Shape: []int{10, 1}, Values: times}})
	s := with(map[string]any{"windows": "consecutive", "permute": false})
	in, p, err := s.prepare(r, 1)
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]int
	for _, w := range p.windows {
		pairs = append(pairs, [2]int{p.rows[w], p.rows[w+1]})
	}
	if want := [][2]int{{0, 1}, {2, 3}, {7, 8}, {3, 4}, {8, 9}}; !slices.Equal(pairs, want) {
		t.Errorf("windows %v, want %v", pairs, want)
	}
	p, err = in.everywhere(s, r)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[int]bool{}
	for _, w := range p.windows {
		covered[p.rows[w]], covered[p.rows[w+1]] = true, true
	}
	for i := range r.Len() {
		if !covered[i] {
			t.Errorf("sample %d is in no window", i)
		}
	}
}

// recording builds a published one, divided 80/20 in recorded order.
func recording(t *testing.T, name string) *data.Recording {
	t.Helper()
	t.Helper()
	return recordings.Published(t, name, &data.Division{Train: 0.8, Test: 0.2})
}

// Units, trials and windows of the published recordings.
func TestPublishedCounts(t *testing.T) {
	all := recording(t, "chewie-1")
	train, test := all.On(data.Train), all.On(data.Test)
	if train.Trials() != 127 || test.Trials() != 32 {
		t.Errorf("%d and %d trials, want 127 and 32", train.Trials(), test.Trials())
	}
	for T, want := range map[int][2]int{2: {762, 192}, 6: {381, 96}, 8: {127, 32}} {
		s := with(map[string]any{"window": T})
		in, p, err := s.prepare(train, 1)
		if err != nil {
			t.Fatal(err)
		}
		q, err := in.scored(s, test)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{len(p.windows), len(q.windows)}; got != want || in.units(s) != 163 {
			t.Errorf("T = %d: %d units and %v windows, want 163 and %v", T, in.units(s), got, want)
		}
	}
	for name, want := range map[string][3]int{"chewie-1-moving": {724, 599, 162}, "chewie-2-moving": {648, 530, 147}, "mihi-1-moving": {868, 687, 156}} {
		r := recording(t, name)
		s := with(map[string]any{"windows": "consecutive"})
		in, p, err := s.prepare(r.On(data.Train), 1)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := in.cut(s, r)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]int{len(whole.windows), len(p.windows), in.units(s)}; got != want {
			t.Errorf("%s: %v windows, windows in the first 80 %% of trials, and units, want %v", name, got, want)
		}
	}
}

// Where labels are shuffled over trials there is nothing to decode: 1/8 of the
// test windows, ± 0.15 for 32 trials.
func TestShuffledLabels(t *testing.T) {
	r := *recording(t, "chewie-1")
	direction, err := r.ClassTarget("direction")
	if err != nil {
		t.Fatal(err)
	}
	var first []int32 // label of each trial
	for i := range r.Len() {
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			first = append(first, direction.Labels[i])
		}
	}
	data.Rand(1, "shuffle").Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
	shuffled := data.Target{Name: "direction", Classes: 8}
	trial := -1
	for i := range r.Len() {
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			trial++
		}
		shuffled.Labels = append(shuffled.Labels, first[trial])
	}
	score := func(target data.Target) float64 {
		r.Targets = []data.Target{target}
		m := trained(t, small(map[string]any{"epochs": 12, "starts": 2, "learning_rate": 3e-3, "depth_t": 1, "depth_s": 1}), map[string]*data.Recording{data.MainRole: &r})
		metrics, err := m.Evaluate(t.Context(), r.On(data.Test))
		if err != nil {
			t.Fatal(err)
		}
		return metrics["accuracy"]
	}
	if a := score(shuffled); math.Abs(a-0.125) > 0.15 {
		t.Errorf("accuracy %v with shuffled labels", a)
	}
	if a := score(*direction); a < 0.4 {
		t.Errorf("accuracy %v with the true labels: the test shows nothing", a)
	}
}
