package hiwa

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// Without labels the planes of low-rank Gaussians are found, and the alignment is
// that of known clusters; labels only score.
func TestUnknownClusters(t *testing.T) {
	ctx := context.Background()
	x, y := gaussians(2, 5, 2, 6, 40)
	values := map[string]any{"normalise": "none", "clusters": "subspaces", "restarts": 2, "iterations": 80}
	m, rec := fit(t, x, y, values, 1, 2)
	e := must(m.Evaluate(ctx, x))
	if e["clusters_found_source"] < 0.9 || e["clusters_found_target"] < 0.9 || e["alignment_error"] > 0.1 {
		t.Errorf("got %v, scores %v", e, rec.points["score"])
	}
	// k-means cannot tell planes that cross at the origin
	values["clusters"] = "means"
	m, _ = fit(t, x, y, values, 1, 2)
	if k := must(m.Evaluate(ctx, x)); k["clusters_found_source"] > 0.9 {
		t.Errorf("k-means finds %v of the samples: the test is too easy", k["clusters_found_source"])
	}
	// without labels a count is asked for, and nothing that needs labels is reported
	values["labels"] = "unknown"
	if _, err := New().Train(ctx, request(decode(t, values), x, y, 1, 1), new(recorder)); err == nil || !strings.Contains(err.Error(), "set count") {
		t.Errorf("no count: %v", err)
	}
	values["count"], values["iterations"] = 5, 6
	m, _ = fit(t, x, y, values, 1, 1)
	k := must(m.Evaluate(ctx, x))
	for _, name := range []string{"correspondence_error", "swap_margin", "matched", "direction_accuracy", "clusters_found_source"} {
		if v, ok := k[name]; ok {
			t.Errorf("%s = %v without labels", name, v)
		}
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Load(ctx, dir); err != nil {
		t.Error(err)
	}
}

// Clusters are called one to one by the labels that they share most samples with.
func TestNamed(t *testing.T) {
	found := []int32{0, 0, 0, 1, 1, 2, 2, 2}
	labels := []int32{9, 9, 5, 9, 9, 7, 7, 5}
	names, share := named(found, labels, []int32{5, 7, 9})
	if want := []int32{5, 5, 5, 9, 9, 7, 7, 7}; !slices.Equal(names, want) || math.Abs(share-5./8) > 1e-12 {
		t.Errorf("%v (%v), want %v", names, share, want)
	}
}

// B at n = 200 in five dimensions, by hand: c = 1458 (2 + 1/(√3 − 1)), n^{-2/5}.
func TestDeviation(t *testing.T) {
	want := 1458*(2+1/(math.Sqrt(3)-1))*math.Exp(-0.4*math.Log(200)) + math.Sqrt(math.Log(20)/400)
	if got := deviation(200, 5); !(math.Abs(got-want) <= 1e-9*want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := deviation(200, 4); got == got {
		t.Errorf("four dimensions: %v", got)
	}
	if got, want := swapBound([]int{200, 50, 100}, []int{100, 60, 80}, 6), deviation(50, 6)+deviation(60, 6)+deviation(100, 6)+deviation(80, 6); !(math.Abs(got-want) <= 1e-12*want) {
		t.Errorf("bound %v, want %v", got, want)
	}
}

// Where the theorem on alignment applies, the best R keeps to it; where Y is far from
// any turned X it does not apply.
func TestProcrustesBound(t *testing.T) {
	rng := data.Rand(4, "procrustes")
	applies := 0
	for trial := range 200 {
		D, M := 2+trial%4, 30
		X, noise := mat.NewDense(D, M, normals(rng, D*M)), mat.NewDense(D, M, normals(rng, D*M))
		noise.Scale(math.Pow(10, -3*rng.Float64()), noise)
		var Y, XX, YY, XY mat.Dense
		Y.Mul(orthogonal(rng, D), X)
		Y.Add(&Y, noise)
		XX.Mul(X, X.T())
		YY.Mul(&Y, Y.T())
		XY.Mul(X, Y.T())
		bound := procrustesBound(&XX, &YY, &XY)
		if bound != bound {
			continue
		}
		applies++
		R, err := polar(mat.DenseCopyOf(XY.T()), false)
		if err != nil {
			t.Fatal(err)
		}
		var off mat.Dense
		off.Mul(R, X)
		off.Sub(&off, &Y)
		if f := mat.Norm(&off, 2); !(f*f <= bound) {
			t.Errorf("trial %d: |RX - Y|² = %v, bound %v", trial, f*f, bound)
		}
	}
	if applies < 20 || applies == 200 {
		t.Errorf("the theorem applied in %d of 200 trials", applies)
	}
}

// An alignment with equal labels apart is warned of, one that is right is not.
func TestWarnings(t *testing.T) {
	x, y := reaches(1, 40)
	right, rec := fit(t, x, y, decoding(), 1, 2)
	warned := func(r *recorder, what string) bool {
		return slices.ContainsFunc(r.lines, func(l string) bool { return strings.HasPrefix(l, "warning: ") && strings.Contains(l, what) })
	}
	if margin, _, _, ok := right.swapMargin(); !ok || margin <= 0 || warned(rec, "swap_margin") || warned(rec, "not with its own label") {
		t.Errorf("margin %v, log %q", margin, rec.lines)
	}
	// the same with two labels of the target exchanged
	swapped := *y
	swapped.Targets = slices.Clone(y.Targets)
	labels := slices.Clone(y.Targets[0].Labels)
	for i, l := range labels {
		labels[i] = []int32{0, 3, 2, 1, 4}[l]
	}
	swapped.Targets[0].Labels = labels
	wrong, rec := fit(t, x, &swapped, decoding(), 1, 2)
	if margin, i, j, ok := wrong.swapMargin(); !ok || margin >= 0 || i != 1 || j != 3 {
		t.Errorf("margin %v of %d and %d", margin, i, j)
	}
	if !warned(rec, "with clusters 1 and 3 exchanged") || !warned(rec, "cluster 1 of the source is matched with cluster 3") {
		t.Errorf("log %q", rec.lines)
	}
	small := 0.01
	right.Gap = &small
	again := new(recorder)
	right.warn(again)
	if !warned(again, "costs only 1 % more") {
		t.Errorf("log %q", again.lines)
	}
}

// The gap is that to the best of another match.
func TestGap(t *testing.T) {
	make1 := func(score float64, P ...float64) *found { return &found{score: score, P: P} }
	same, other := []float64{0.4, 0.1, 0.1, 0.4}, []float64{0.1, 0.4, 0.4, 0.1}
	best := make1(2, same...)
	if g := gap(best, []*found{best, make1(2.1, same...), make1(3, other...), make1(2.5, other...)}, 2, 2); g == nil || math.Abs(*g-0.25) > 1e-12 {
		t.Errorf("got %v", g)
	}
	if g := gap(best, []*found{best, make1(2.1, same...)}, 2, 2); g != nil {
		t.Errorf("one match only: %v", *g)
	}
}
