package baseline

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/setting"
)

// recorder keeps what training shows.
type recorder struct {
	sync.Mutex
	points map[string][]float64
	done   int64
}

func (r *recorder) Progress(done, _ int64, _ string) { r.Lock(); r.done = done; r.Unlock() }
func (r *recorder) Log(string, ...any)               {}
func (r *recorder) Metric(name string, _ int64, v float64) {
	r.Lock()
	defer r.Unlock()
	if r.points == nil {
		r.points = map[string][]float64{}
	}
	r.points[name] = append(r.points[name], v)
}

// recording is n samples of a 3-factor population of 12 units, and two silent
// ones (0 and 7); the last quarter is the test part.
func recording(n int) *data.Recording {
	rng := data.Rand(1, "population")
	var L [3][14]float64
	for k := range L {
		for j := range L[k] {
			L[k][j] = rng.NormFloat64()
		}
	}
	r := &data.Recording{Samples: data.NewArray(n, 14), Unit: "Hz", Trial: make([]int32, n), Split: make([]data.Split, n)}
	for i := range n {
		z := [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		row := r.Samples.Row(i)
		for j := range row {
			row[j] = float32(5 + z[0]*L[0][j] + z[1]*L[1][j] + z[2]*L[2][j] + 0.3*rng.NormFloat64())
		}
		row[0], row[7] = 2, 0
		r.Trial[i], r.Split[i] = int32(i/10), data.Train
		if 4*i >= 3*n {
			r.Split[i] = data.Test
		}
	}
	return r
}

func train(t *testing.T, r *data.Recording, values map[string]any) (framework.Model, *recorder, error) {
	t.Helper()
	var s settings
	if err := setting.Of(s).Decode(values, &s); err != nil {
		t.Fatal(err)
	}
	rec := new(recorder)
	m, err := New().Train(context.Background(), framework.TrainRequest{
		Settings: &s, Seed: 1, Threads: 1,
		Data: &data.Dataset{Recordings: map[string]*data.Recording{data.MainRole: r}},
	}, rec)
	return m, rec, err
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestEmbeddings(t *testing.T) {
	ctx := context.Background()
	r := recording(400)
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	for embedding, dims := range map[string]int{"raw": 12, "pca": 3, "fa": 3} {
		m, rec, err := train(t, r, map[string]any{"embedding": embedding, "dims": 3})
		if err != nil {
			t.Fatal(err)
		}
		z := must(m.Embed(ctx, r))
		if !slices.Equal(z.Shape, []int{400, dims}) {
			t.Errorf("%s: shape %v", embedding, z.Shape)
		}
		test := must(m.Evaluate(ctx, r.On(data.Test)))
		if test["units"] != 12 {
			t.Errorf("%s: kept %v units", embedding, test["units"])
		}
		// noise is 0.3² of about 3.1 in each channel: 3 % stays unexplained
		if r2, ok := test["reconstruction_r2"]; ok != (embedding != "raw") || ok && !(r2 > 0.9 && r2 < 1) {
			t.Errorf("%s: reconstruction_r2 = %v, %v", embedding, r2, ok)
		}
		if _, ok := test["log_likelihood"]; ok != (embedding == "fa") {
			t.Errorf("%s: log_likelihood reported: %v", embedding, ok)
		}
		if curve := rec.points["log_likelihood"]; embedding == "fa" && !(len(curve) > 1 && slices.IsSorted(curve)) {
			t.Errorf("log-likelihood curve %v", curve)
		}
		for name := range test {
			declared := slices.ContainsFunc(New().Describe().Metrics, func(i metric.Info) bool { return i.Name == name })
			if !declared {
				t.Errorf("metric %s is not declared", name)
			}
		}
	}
}

// Only the train part may shape the model: a wild test part changes nothing.
func TestTestPartIsNotLearnedFrom(t *testing.T) {
	ctx := context.Background()
	r, wild := recording(200), recording(200)
	for i := 150; i < 200; i++ {
		for j := range wild.Samples.Row(i) {
			wild.Samples.Row(i)[j] = float32(1000 * i * j)
		}
	}
	for _, e := range []string{"raw", "pca", "fa"} {
		a, _, err := train(t, r, map[string]any{"embedding": e, "dims": 2})
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := train(t, wild, map[string]any{"embedding": e, "dims": 2})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(must(a.Embed(ctx, r)).Values, must(b.Embed(ctx, r)).Values) {
			t.Errorf("%s: the test part changed the embedding", e)
		}
	}
}

// Raw scores of the train part have mean 0 and deviation 1.
func TestRawIsZScored(t *testing.T) {
	r := recording(400)
	m, _, err := train(t, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	z := must(m.Embed(context.Background(), r.TrainPart()))
	for j := range z.Cols() {
		var sum, squares float64
		for i := range z.Rows() {
			v := float64(z.Row(i)[j])
			sum, squares = sum+v, squares+v*v
		}
		n := float64(z.Rows())
		if math.Abs(sum/n) > 1e-6 || math.Abs(squares/n-1) > 1e-6 {
			t.Errorf("unit %d: mean %v, variance %v", j, sum/n, squares/n)
		}
	}
}

func TestSaveLoad(t *testing.T) {
	ctx := context.Background()
	r := recording(120)
	for _, e := range []string{"raw", "pca", "fa"} {
		m, _, err := train(t, r, map[string]any{"embedding": e, "dims": 2})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		back, err := New().Load(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(must(m.Embed(ctx, r)).Values, must(back.Embed(ctx, r)).Values) {
			t.Errorf("%s: embeddings differ after Load", e)
		}
	}
}

func TestLoadRefusesNonsense(t *testing.T) {
	ctx := context.Background()
	for want, m := range map[string]*model{
		"z-scoring is missing":      {Embedding: "raw"},
		"parameters are missing":    must(fitted(t, "pca")),
		"the embedding is \"tsne\"": must(fitted(t, "tsne")),
	} {
		m.PCA = nil
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := New().Load(ctx, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, modelfile.Name), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Load(ctx, dir); err == nil {
		t.Error("half a file was loaded")
	}
}

// fitted is a PCA model that calls itself something else.
func fitted(t *testing.T, embedding string) (*model, error) {
	m, _, err := train(t, recording(40), map[string]any{"embedding": "pca", "dims": 2})
	if err != nil {
		return nil, err
	}
	out := *m.(*model)
	out.Embedding = embedding
	return &out, nil
}

func TestRefusals(t *testing.T) {
	r := recording(40)
	if _, _, err := train(t, r, map[string]any{"embedding": "pca", "dims": 13}); err == nil || !strings.Contains(err.Error(), "13 dimensions asked of 12 channels") {
		t.Errorf("too many dims: %v", err)
	}
	if _, _, err := train(t, r, map[string]any{"min_std": 1e6}); err == nil || !strings.Contains(err.Error(), "none of the 14 channels") {
		t.Errorf("nothing kept: %v", err)
	}
	m, _, err := train(t, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := &data.Recording{Samples: data.NewArray(3, 5), Trial: make([]int32, 3)}
	if _, err := m.Embed(context.Background(), other); err == nil || !strings.Contains(err.Error(), "trained on 14 channels; this recording has 5") {
		t.Errorf("other channels: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var s settings
	if err := setting.Of(s).Decode(map[string]any{"embedding": "fa", "dims": 2}, &s); err != nil {
		t.Fatal(err)
	}
	req := framework.TrainRequest{Settings: &s, Data: &data.Dataset{Recordings: map[string]*data.Recording{data.MainRole: r}}}
	if _, err := New().Train(ctx, req, new(recorder)); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
