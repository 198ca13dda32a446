package eit

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/setting"
)

// What transfer keeps is the individual module that training on pretrain alone
// gives, bit for bit, beside a recording with other units; untrained keeps the
// one of the beginning.
func TestTransfer(t *testing.T) {
	a, b := divided(toy(1, 24, 9)), divided(toy(2, 24, 6))
	roles := map[string]*data.Recording{pretrainRole: a, data.MainRole: b}
	for _, transfer := range []string{"individual", "masked", "untrained"} {
		m := trained(t, small(map[string]any{"transfer": transfer, "mask_epochs": 2}), roles)
		if n := m.Input.units(&m.Settings); n != 5 {
			t.Errorf("%s: %d units, want 5", transfer, n)
		}
		want := newIndividual(&m.Settings, data.Rand(5, "init"), nil).ps
		if transfer != "untrained" {
			want = alone(t, m, a).individual.ps
		}
		for i, p := range m.net.(*full).individual.ps.All() {
			if !slices.Equal(p.Data, want.All()[i].Data) {
				t.Errorf("%s: %s is not that of the source", transfer, p.Name)
			}
		}
	}
}

// alone trains the network of a transfer on the source by itself.
func alone(t *testing.T, m *model, source *data.Recording) *full {
	req := framework.TrainRequest{Seed: m.Seed, Threads: 1}
	tr := newTrainer(t.Context(), req, quiet{})
	t.Cleanup(tr.workers.Close)
	in, p, err := m.Settings.prepare(source.On(data.Train), m.Seed)
	if err != nil {
		t.Fatal(err)
	}
	classes := classesOf(p)
	net := newFull(&m.Settings, sizes{in.units(&m.Settings), len(classes)}, req.Rand("init pretrain"), tr.noise)
	if err := m.fit(tr, net, p, classes); err != nil {
		t.Fatal(err)
	}
	return net
}

// A saved individual module reads units of another recording, however many and in
// whatever order, as it reads them where it was learned.
func TestSavedIndividualModule(t *testing.T) {
	dir := t.TempDir()
	m := trained(t, small(nil), map[string]*data.Recording{data.MainRole: divided(toy(1, 24, 9))})
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	module := newIndividual(&m.Settings, data.Rand(9, "other"), nil)
	if err := module.ps.Load(filepath.Join(dir, individualFile)); err != nil {
		t.Fatal(err)
	}
	s := &m.Settings
	z := func(module *individual, x data.Array) []float32 {
		return forward(t, s.Window, x, func(x *nn.Value) []*nn.Value {
			z, _ := module.apply(x, x.Cols())
			return []*nn.Value{z}
		})[0]
	}
	const samples, many = 4, 8
	x := normal(3, samples*s.Window, many)
	where := []int{6, 0, 3}
	whole, some := z(m.net.(*full).individual, x), z(module, rearranged(x, 1, where, []int{0, 1}))
	n := s.Window * s.D
	for b := range samples {
		for k, u := range where {
			if got, want := some[(b*len(where)+k)*n:][:n], whole[(b*many+u)*n:][:n]; !near(got, want, 1e-5) {
				t.Errorf("window %d: unit %d reads %v at place %d, was %v", b, u, got, k, want)
			}
		}
	}
}

// Transfer of latents keeps the units of pretrain, of which some may be silent in
// main, or the other way round.
func TestLatentsKeepTheUnitsOfPretrain(t *testing.T) {
	silent := func(r *data.Recording, unit int) *data.Recording {
		for i := range r.Len() {
			r.Samples.Row(i)[unit] = 0
		}
		return r
	}
	for name, roles := range map[string]map[string]*data.Recording{
		"in main":     {pretrainRole: divided(toy(1, 24, 6)), data.MainRole: divided(silent(toy(2, 24, 6), 4))},
		"in pretrain": {pretrainRole: divided(silent(toy(1, 24, 6), 4)), data.MainRole: divided(toy(2, 24, 6))},
	} {
		for _, pooling := range []string{"cat", "cls"} {
			m := trained(t, small(map[string]any{"transfer": "latents", "pooling": pooling}), roles)
			want := 5
			if name == "in pretrain" {
				want = 4
			}
			metrics, err := m.Evaluate(t.Context(), roles[data.MainRole].On(data.Test))
			if err != nil || metrics["units"] != float64(want) {
				t.Errorf("silent %s, pooling %s: units %v, %v; want %d", name, pooling, metrics["units"], err, want)
			}
			dir := t.TempDir()
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := load(dir); err != nil {
				t.Errorf("silent %s, pooling %s: %v", name, pooling, err)
			}
		}
	}
}

// Of several recordings the module learns one after another: what the first leaves is
// what the second begins with. What belongs to the units of one recording refuses them.
func TestTransferFromSeveral(t *testing.T) {
	a, b, c := divided(toy(1, 24, 9)), divided(toy(2, 24, 6)), divided(toy(3, 24, 8))
	module := func(roles map[string]*data.Recording) []float32 {
		m := trained(t, small(map[string]any{"transfer": "individual"}), roles)
		var out []float32
		for _, p := range m.net.(*full).individual.ps.All() {
			out = append(out, p.Data...)
		}
		return out
	}
	one := module(map[string]*data.Recording{pretrainRole: a, data.MainRole: b})
	two := module(map[string]*data.Recording{pretrainRole: a, pretrainRole + "-2": c, data.MainRole: b})
	swapped := module(map[string]*data.Recording{pretrainRole: c, pretrainRole + "-2": a, data.MainRole: b})
	if slices.Equal(one, two) || slices.Equal(two, swapped) {
		t.Error("the second recording, or their order, changes nothing")
	}
	if again := module(map[string]*data.Recording{pretrainRole: a, pretrainRole + "-2": c, data.MainRole: b}); !slices.Equal(two, again) {
		t.Error("equal requests give other modules")
	}
	var s settings
	values := small(map[string]any{"transfer": "masked"})
	if err := setting.Of(s).Decode(values, &s); err != nil {
		t.Fatal(err)
	}
	_, err := New().Train(t.Context(), framework.TrainRequest{Settings: &s, Seed: 5, Threads: 1,
		Data: &data.Dataset{Recordings: map[string]*data.Recording{pretrainRole: a, pretrainRole + "-2": c, data.MainRole: b}}}, quiet{})
	if err == nil || !strings.Contains(err.Error(), "role pretrain has 2 recordings") {
		t.Errorf("masked: %v", err)
	}
}
