package hiwa

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/mat"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// reachAngles are uneven. Few directions would not do: four clusters in three
// dimensions are a regular simplex after whitening, all matches equally good.
var reachAngles = []float64{0.2, 0.8, 1.6, 2.9, 4.5}

// reaches is a population whose rates follow the velocity of reaches, n samples
// a direction, and a second session by other units with the same statistics.
func reaches(seed uint64, n int) (source, target *data.Recording) {
	rng := data.Rand(seed, "reaches")
	make1 := func(units int) *data.Recording {
		r := blank(len(reachAngles)*n, units, len(reachAngles))
		r.Targets[0].Name = "direction"
		r.Targets = append(r.Targets, data.Target{Name: "velocity", Values: data.NewArray(r.Len(), 2)})
		tuning := mat.NewDense(units, 3, normals(rng, 3*units))
		for i := range r.Len() {
			c := i / n
			angle, speed := reachAngles[c], 10+20*rng.Float64()
			v := []float64{speed*math.Cos(angle) + rng.NormFloat64(), speed*math.Sin(angle) + rng.NormFloat64()}
			r.Targets[0].Labels[i], r.Trial[i] = int32(c), int32(i)
			copy(r.Targets[1].Values.Row(i), []float32{float32(v[0]), float32(v[1])})
			var rate mat.VecDense
			rate.MulVec(tuning, mat.NewVecDense(3, []float64{v[0], v[1], math.Hypot(v[0], v[1])}))
			for u := range units {
				r.Samples.Row(i)[u] = float32(30 + rate.AtVec(u) + 2*rng.NormFloat64())
			}
		}
		return r
	}
	return make1(20), make1(7)
}

func decoding() map[string]any {
	return map[string]any{"labels": "direction", "source_view": "factors", "target_view": "velocity", "mu": 2e-2, "restarts": 4, "iterations": 60}
}

func TestDecodesReaches(t *testing.T) {
	ctx := context.Background()
	x, y := reaches(1, 40)
	m, rec := fit(t, x, y, decoding(), 1, 2)
	e := must(m.Evaluate(ctx, x))
	if e["direction_accuracy"] < 0.95 || e["velocity_r2"] < 0.8 || e["correspondence_error"] > 0.2 || e["swap_margin"] <= 0 {
		t.Errorf("got %v", e)
	}
	if e["direction_accuracy"] <= e["direction_accuracy_before"] {
		t.Errorf("alignment does not help: %v", e)
	}
	for name, v := range e {
		if !slices.ContainsFunc(declared, func(i metric.Info) bool { return i.Name == name }) {
			t.Errorf("metric %s is not declared", name)
		}
		if v-v != 0 {
			t.Errorf("%s = %v", name, v)
		}
	}
	// the embedding is velocity and speed, in the unit of the target
	z := must(m.Embed(ctx, x))
	v := x.Targets[1].Values
	var off, size float64
	for i := range z.Rows() {
		for d := range 2 {
			e := float64(z.Row(i)[d] - v.Row(i)[d])
			off, size = off+e*e, size+float64(v.Row(i)[d]*v.Row(i)[d])
		}
	}
	if off > 0.1*size {
		t.Errorf("decoded velocity is off by %v of %v", off, size)
	}
	if len(rec.points["score"]) != 4 || len(rec.points["residual"]) < 4*leastIterations || rec.done != rec.total {
		t.Errorf("%d scores, %d residuals, progress %d of %d", len(rec.points["score"]), len(rec.points["residual"]), rec.done, rec.total)
	}
}

// Only the train parts may shape the fit.
func TestTestPartIsNotLearnedFrom(t *testing.T) {
	fitWild := func(scale float32) *model {
		x, y := reaches(2, 20)
		for _, r := range []*data.Recording{x, y} {
			r.Split = make([]data.Split, r.Len())
			for i := range r.Split {
				r.Split[i] = data.Train
				if i%4 == 3 {
					r.Split[i] = data.Test
					for u := range r.Samples.Row(i) {
						r.Samples.Row(i)[u] *= scale
					}
				}
			}
		}
		m, _ := fit(t, x, y, decoding(), 1, 1)
		return m
	}
	if a, b := fitWild(1), fitWild(50); !mat.Equal(a.R, b.R) || a.Score != b.Score {
		t.Error("the test part changed the fit")
	}
}

// Embed is the affine map z = R̃ Σ_x^{-1/2}(x − m_x), then Σ_y^{1/2} z + m_y.
func TestEmbedIsTheMapOfTheFit(t *testing.T) {
	ctx := context.Background()
	x, y := gaussians(3, 3, 2, 3, 12)
	values := map[string]any{"restarts": 1, "iterations": 6, "output": "whitened"}
	whitened, _ := fit(t, x, y, values, 1, 1)
	values["output"] = "target"
	inTarget, _ := fit(t, x, y, values, 1, 1)
	z, units := must(whitened.Embed(ctx, x)), must(inTarget.Embed(ctx, x))
	var u, v mat.VecDense
	for i := range x.Len() {
		raw := mat.NewVecDense(3, nil)
		for d, s := range x.Samples.Row(i) {
			raw.SetVec(d, float64(s)-whitened.WhitenX.Mean[d])
		}
		u.MulVec(whitened.WhitenX.InvRoot, raw)
		v.MulVec(whitened.R, &u)
		u.MulVec(whitened.WhitenY.Root, &v)
		for d := range 3 {
			if got, want := z.Row(i)[d], float32(v.AtVec(d)); math.Abs(float64(got-want)) > 1e-5 {
				t.Fatalf("whitened, sample %d: %v, want %v", i, got, want)
			}
			if got, want := units.Row(i)[d], float32(u.AtVec(d)+whitened.WhitenY.Mean[d]); math.Abs(float64(got-want)) > 1e-5 {
				t.Fatalf("target units, sample %d: %v, want %v", i, got, want)
			}
		}
	}
	// whitened source points keep covariance I under an orthogonal map
	var sum float64
	for _, v := range z.Values {
		sum += float64(v) * float64(v)
	}
	if got := sum / float64(3*(x.Len()-1)); math.Abs(got-1) > 1e-5 {
		t.Errorf("mean variance of the aligned source is %v", got)
	}
}

func TestSaveLoad(t *testing.T) {
	ctx := context.Background()
	x, y := reaches(4, 15)
	m, _ := fit(t, x, y, decoding(), 1, 1)
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	back, err := New().Load(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(must(m.Embed(ctx, x)).Values, must(back.Embed(ctx, x)).Values) {
		t.Error("embeddings differ after Load")
	}
	a, b := must(m.Evaluate(ctx, x)), must(back.Evaluate(ctx, x))
	for _, info := range declared {
		if a[info.Name] != b[info.Name] {
			t.Errorf("%s: %v before, %v after Load", info.Name, a[info.Name], b[info.Name])
		}
	}
	path := filepath.Join(dir, modelfile.Name)
	text := must(os.ReadFile(path))
	if err := os.WriteFile(path, bytes.Replace(text, []byte(`"iterations":`), []byte(`"iterations":1`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Load(ctx, dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a changed file: %v", err)
	}
}

func TestLoadRefusesPartsThatDoNotFit(t *testing.T) {
	x, y := reaches(4, 10)
	m, _ := fit(t, x, y, decoding(), 1, 1)
	for want, spoil := range map[string]func(m *model){
		"the rotation is missing":                     func(m *model) { m.R.Dense = nil },
		"the rotation is 2 x 3":                       func(m *model) { m.R.Dense = mat.NewDense(2, 3, nil) },
		"the factor analysis is missing":              func(m *model) { m.FA = nil },
		"the normalisation of the source":             func(m *model) { m.WhitenX = nil },
		"the correspondence is 5 x 5, must be 4 x 5":  func(m *model) { m.SourceLabels = m.SourceLabels[1:] },
		"the target is 50 x 3, must be 49 x 3":        func(m *model) { m.TargetPoints = m.TargetPoints[1:] },
		"the factors are of 20 channels, the source ": func(m *model) { m.Channels = 21 },
	} {
		bad := *m
		spoil(&bad)
		dir := t.TempDir()
		if err := bad.Save(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := New().Load(context.Background(), dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	x, y := reaches(5, 6)
	for want, values := range map[string]map[string]any{
		`has no target "cluster"; it has direction, velocity`: {},
		`target "velocity" is continuous`:                     {"labels": "velocity"},
		"the source has 20 dimensions and the target 7":       {"labels": "direction"},
		"no target \"velocity\"":                              {"labels": "cluster", "target_view": "velocity"},
		"rank is 5, but the points have 3 dimensions":         {"labels": "direction", "source_view": "factors", "target_view": "velocity", "projection": "linear", "rank": 5},
	} {
		a, b := x, y
		if values["labels"] == "cluster" {
			a, b = gaussians(1, 2, 2, 3, 5)
		}
		_, err := New().Train(context.Background(), request(decode(t, values), a, b, 1, 1), new(recorder))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	m, _ := fit(t, x, y, decoding(), 1, 1)
	if _, err := m.Embed(context.Background(), y); err == nil || !strings.Contains(err.Error(), "20 channels; this recording has 7") {
		t.Errorf("other channels: %v", err)
	}
}

// A source that does not vary in one direction is floored there, and says so.
func TestSingularCovarianceIsReported(t *testing.T) {
	x, y := gaussians(6, 3, 2, 3, 10)
	for i := range x.Len() {
		row := x.Samples.Row(i)
		row[2] = row[0]
	}
	m, rec := fit(t, x, y, map[string]any{"restarts": 1, "iterations": 6}, 1, 1)
	if m.WhitenX.Floored != 1 || m.WhitenY.Floored != 0 {
		t.Errorf("floored %d and %d eigenvalues", m.WhitenX.Floored, m.WhitenY.Floored)
	}
	if !slices.ContainsFunc(rec.lines, func(l string) bool { return strings.Contains(l, "covariance of the source is singular: 1 of 3") }) {
		t.Errorf("not in the log: %q", rec.lines)
	}
	for _, v := range must(m.Embed(context.Background(), x)).Values {
		if v-v != 0 {
			t.Fatalf("embedding holds %v", v)
		}
	}
}

// Cluster projection keeps points that lie in the cluster's own subspace.
func TestClusterProjection(t *testing.T) {
	x, _ := gaussians(7, 2, 2, 4, 9)
	rows := make([]int, 9)
	for i := range rows {
		rows[i] = i
	}
	X := mat.NewDense(9, 4, nil)
	for i := range 9 {
		for j, v := range x.Subset(rows).Samples.Row(i) {
			X.Set(i, j, float64(v))
		}
	}
	P := mat.DenseCopyOf(X)
	if err := project(P, 2); err != nil {
		t.Fatal(err)
	}
	if d := distance(P, X); !(d <= 1e-5) { // samples are rounded to float32
		t.Errorf("projection moved points of its subspace by %v", d)
	}
	if err := project(P, 1); err != nil {
		t.Fatal(err)
	}
	var svd mat.SVD
	if !svd.Factorize(P, mat.SVDNone) || svd.Rank(1e-9) != 1 {
		t.Errorf("rank %d after projection onto one direction", svd.Rank(1e-9))
	}
}

// X W Wᵀ with W = X⁺ Z: on centred points that are not whitened W is the
// components themselves, so the map is the projection onto them; on whitened
// points it is Σ^{1/2} V Vᵀ Σ^{1/2}. A velocity loses its speed coordinate.
func TestLinearMaps(t *testing.T) {
	x, y := clouds(1, 1, 1, 3, 20, 25)
	mean := latent.Mean(x.points)
	x.points.Apply(func(_, j int, v float64) float64 { return v - mean[j] }, x.points)
	pca := must(latent.FitPCA(x.points, 2))
	near := func(what string, got, want *mat.Dense) {
		t.Helper()
		if d := distance(got, want); !(d <= 1e-9) {
			t.Errorf("%s: off by %v", what, d)
		}
	}
	m := &model{Settings: *decode(t, map[string]any{"projection": "linear", "rank": 2, "target_view": "velocity", "embedding": "pca"})}
	ctx := context.Background()
	nx, ny := x, y
	if err := m.linearMaps(ctx, nil, nil, x, y, &nx, &ny); err != nil {
		t.Fatal(err)
	}
	near("components", nx.points, pca.Inverse(pca.Transform(x.points)))
	flat := mat.DenseCopyOf(y.points)
	flat.Apply(func(_, j int, v float64) float64 {
		if j == 2 {
			return 0
		}
		return v
	}, flat)
	near("velocity", ny.points, flat)

	white := must(latent.FitWhitening(x.points))
	nx = x.moved(white.Transform)
	var W mat.Dense
	W.Mul(white.Root, pca.Components.T())
	want := throughMap(nx.points, &W)
	if err := m.linearMaps(ctx, nil, nil, x, y, &nx, &ny); err != nil {
		t.Fatal(err)
	}
	near("whitened", nx.points, want)
}

// The map to a given embedding reproduces it, as far as it is linear in the points;
// Isomap of points in a plane of the space finds that plane.
func TestEmbeddings(t *testing.T) {
	ctx := context.Background()
	rng := data.Rand(5, "embeddings")
	x := labelled{points: mat.NewDense(50, 3, normals(rng, 150))}
	given := &data.Recording{Samples: data.NewArray(50, 3), Targets: []data.Target{{Name: "plane", Values: data.NewArray(50, 2)}}}
	for i := range 50 {
		x.points.Set(i, 2, 0)
	}
	x.points = centred(x.points)
	for i := range 50 {
		copy(given.Targets[0].Values.Row(i), []float32{float32(x.points.At(i, 1)), float32(2 * x.points.At(i, 0))})
	}
	for values, want := range map[string]*mat.Dense{
		"given":  mat.NewDense(3, 3, []float64{4, 0, 0, 0, 1, 0, 0, 0, 0}),
		"isomap": mat.NewDense(3, 3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 0}),
	} {
		m := &model{Settings: *decode(t, map[string]any{"projection": "linear", "embedding": values, "given": "plane", "graph": 49})}
		W, err := m.embeddingMap(ctx, given, x.points, x.points)
		if err != nil {
			t.Fatal(err)
		}
		var WW mat.Dense
		WW.Mul(W, W.T())
		if d := distance(&WW, want); !(d <= 1e-5) { // a given one is float32
			t.Errorf("%s: W Wᵀ is %v", values, mat.Formatted(&WW))
		}
	}
	m := &model{Settings: *decode(t, map[string]any{"projection": "linear", "embedding": "given"})}
	if _, err := m.embeddingMap(ctx, given, x.points, x.points); err == nil || !strings.Contains(err.Error(), "setting given") {
		t.Errorf("no such target: %v", err)
	}
}

func TestVote(t *testing.T) {
	refs := electorate{labelled: labelled{mat.NewDense(5, 1, []float64{0, 1, 2, 10, 11}), []int32{7, 8, 8, 9, 9}}}
	queries := labelled{points: mat.NewDense(3, 1, []float64{0.2, 9, 0.4})}
	for k, labels := range map[int][]int32{1: {7, 9, 7}, 3: {8, 9, 8}, 100: {8, 9, 8}} { // 100: a tie of 8 and 9
		queries.labels = labels
		if got, _, err := refs.accuracy(context.Background(), queries, k); err != nil || got != 1 {
			t.Errorf("k=%d: only %v of the votes are %v, %v", k, got, labels, err)
		}
	}
}

// What a vote says of leaving out a case is what a vote without it gives.
func TestVoteWithoutACase(t *testing.T) {
	ctx := context.Background()
	rng := data.Rand(6, "votes")
	const n, cases = 60, 9
	e := electorate{labelled{mat.NewDense(n, 2, normals(rng, 2*n)), make([]int32, n)}, make([]int, n), cases}
	queries := labelled{mat.NewDense(40, 2, normals(rng, 80)), make([]int32, 40)}
	for i := range n {
		e.labels[i], e.of[i] = int32(rng.IntN(3)), rng.IntN(cases)
	}
	for i := range queries.labels {
		queries.labels[i] = int32(rng.IntN(3))
	}
	changed := false
	for _, k := range []int{1, 5} {
		share, rise, err := e.accuracy(ctx, queries, k)
		if err != nil {
			t.Fatal(err)
		}
		for j := range cases {
			rest := electorate{labelled: labelled{points: withoutCase(e.points, e.of, j)}}
			for i, l := range e.labels {
				if e.of[i] != j {
					rest.labels = append(rest.labels, l)
				}
			}
			want, _, err := rest.accuracy(ctx, queries, k)
			if err != nil || math.Abs(share+rise[j]-want) > 1e-12 {
				t.Errorf("k = %d without case %d: %v, want %v, %v", k, j, share+rise[j], want, err)
			}
			changed = changed || rise[j] != 0
		}
	}
	if !changed {
		t.Error("no case matters: the test shows nothing")
	}
}
