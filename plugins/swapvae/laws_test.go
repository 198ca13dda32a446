package swapvae

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

type silent struct{}

func (silent) Progress(int64, int64, string)  {}
func (silent) Metric(string, int64, float64)  {}
func (silent) Log(format string, args ...any) {}

// trained trains on the toy recording.
func trained(t *testing.T, s *settings, threads int) *model {
	t.Helper()
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	digest, err := cache.Put(map[string]*data.Recording{data.MainRole: toy()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := cache.Open(digest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	m, err := New().Train(t.Context(), framework.TrainRequest{Settings: s, Data: d, Seed: 3, Threads: threads}, silent{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model)
}

// One seed gives the same bytes of model and embedding on 1, 2 and 4 threads, in
// two runs of each.
func TestThreadsChangeNoByte(t *testing.T) {
	s := with(map[string]any{"epochs": 4, "batch": 160})
	var files, embedding []byte
	for _, threads := range []int{1, 1, 2, 2, 4, 4} {
		m := trained(t, s, threads)
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		y, err := m.Embed(t.Context(), toy())
		if err != nil {
			t.Fatal(err)
		}
		if err := data.WriteArray(filepath.Join(dir, "y.npy"), y); err != nil {
			t.Fatal(err)
		}
		var model []byte
		for _, name := range []string{"model.json", weightsFile} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			model = append(model, text...)
		}
		array, err := os.ReadFile(filepath.Join(dir, "y.npy"))
		if err != nil {
			t.Fatal(err)
		}
		if files == nil {
			files, embedding = model, array
		}
		if !bytes.Equal(files, model) || !bytes.Equal(embedding, array) {
			t.Errorf("%d threads: the model or the embedding has other bytes", threads)
		}
	}
}

// The embedding is [content, style mean], the first d outputs of the encoder,
// whatever other samples are embedded with it.
func TestEmbeddingIsOfTheSampleAlone(t *testing.T) {
	m := trained(t, with(map[string]any{"epochs": 2, "batch": 32, "content": 4, "style": 3}), 1)
	r := toy()
	all, err := m.Embed(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	one, err := m.Embed(t.Context(), r.Subset([]int{17}))
	if err != nil {
		t.Fatal(err)
	}
	if all.Cols() != 7 {
		t.Fatalf("%d dimensions, want 4 + 3", all.Cols())
	}
	for k, v := range one.Row(0) { // products of one row and of many round in their own ways
		if d := float64(v - all.Row(17)[k]); math.Abs(d) > 1e-5*math.Max(1, math.Abs(float64(v))) {
			t.Errorf("dimension %d of sample 17 is %v among others and %v alone", k, all.Row(17)[k], v)
		}
	}
}

// Swapped latents keep the content and take the style of a sample of another
// class; generated ones keep the content only.
func TestSwappedLatents(t *testing.T) {
	m := trained(t, with(map[string]any{"epochs": 1, "batch": 32, "content": 4, "style": 3}), 1)
	r := toy()
	z, err := m.Embed(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	labels := r.Targets[0].Labels
	swapped, sampled := m.swapped(z, labels), m.sampled(z)
	for i := range z.Rows() {
		if !slices.Equal(swapped.Row(i)[:4], z.Row(i)[:4]) || !slices.Equal(sampled.Row(i)[:4], z.Row(i)[:4]) {
			t.Fatalf("sample %d lost its content", i)
		}
		from := -1
		for j := range z.Rows() {
			if labels[j] != labels[i] && slices.Equal(swapped.Row(i)[4:], z.Row(j)[4:]) {
				from = j
			}
		}
		if from < 0 {
			t.Fatalf("the swapped style of sample %d is of no sample of another class", i)
		}
	}
	if !slices.Equal(m.sampled(z).Values, sampled.Values) {
		t.Error("two calls draw different styles")
	}
}

func TestArrays(t *testing.T) {
	m := trained(t, with(map[string]any{"epochs": 1, "batch": 32, "content": 4, "style": 3}), 1)
	arrays, err := m.Arrays(t.Context(), toy())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{"reconstruction": {180, 8}, "swapped": {180, 8}, "generated": {180, 8}, "traversal": {7, 7, 8}}
	for _, info := range illustrations {
		a := arrays[info.Name]
		if !slices.Equal(a.Shape, want[info.Name]) || len(a.Values) != a.Rows()*a.Cols() {
			t.Errorf("%s has shape %v, want %v", info.Name, a.Shape, want[info.Name])
		}
		for _, v := range a.Values {
			if !(v >= 0) {
				t.Fatalf("%s has the rate %v", info.Name, v)
			}
		}
	}
	// The middle of every traversal is the mean latent.
	tr, N := arrays["traversal"], 8
	for k := 1; k < 7; k++ {
		at := (k*7 + 3) * N
		if !slices.Equal(tr.Values[3*N:4*N], tr.Values[at:at+N]) {
			t.Errorf("latent %d: the middle of its traversal is another rate than that of latent 0", k)
		}
	}
}

// A direction that the units carry is read out, and what cannot be read is left out.
func TestMetrics(t *testing.T) {
	m := trained(t, with(map[string]any{"epochs": 150, "batch": 64, "learning_rate": 5e-3, "dropout_max": 0.1}), 1)
	r := toy()
	got, err := m.Evaluate(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if v := got["generation_rates"]; !(v > 0.7) {
		t.Errorf("mean rates of generated and recorded activity correlate by %.2f", v)
	}
	if v := got["generation_direction"]; !(v > 0.5) { // of four
		t.Errorf("generated activity has the direction of its content in %.2f", v)
	}
	r.Targets = nil
	got, err = m.Evaluate(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"disentanglement_direction", "disentanglement_dynamics", "generation_direction", "generation_rates", "rate_correlation"} {
		if _, there := got[name]; there {
			t.Errorf("%s of a recording without targets", name)
		}
	}
	if _, err := m.Embed(t.Context(), r.Select([]int{0, 1})); err == nil {
		t.Error("a recording of two channels was embedded by a model of nine")
	}
}

func TestRefusals(t *testing.T) {
	for what, s := range map[string]*settings{
		"nothing to swap": with(map[string]any{"content": 0}),
		"no loss":         with(map[string]any{"own_weight": 0.0, "swap_weight": 0.0, "kl_weight": 0.0, "align_weight": 0.0}),
	} {
		if err := s.check(); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
}
