package hiwa

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// siblings is testdata/siblings.json, which testdata/siblings.py wrote.
type siblings struct {
	X, Y, Start, WA, ICP, Coral, SA, OTDA [][]float64
	Released                              [][]float64 `json:"sa_released"`
	Iterations                            int         `json:"icp_iterations"`
}

func denseOf(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

func referenceSiblings(t *testing.T) (siblings, func(values map[string]any) *problem) {
	t.Helper()
	var ref siblings
	text, err := os.ReadFile("testdata/siblings.json")
	if err == nil {
		err = json.Unmarshal(text, &ref)
	}
	if err != nil || len(ref.X) != 40 {
		t.Fatalf("%d points, %v", len(ref.X), err)
	}
	x, y := labelled{denseOf(ref.X), make([]int32, 40)}, labelled{denseOf(ref.Y), make([]int32, 35)}
	for i := range x.labels {
		x.labels[i] = int32(i % 2)
	}
	for i := range y.labels {
		y.labels[i] = int32(i % 2)
	}
	return ref, func(values map[string]any) *problem {
		p := mustPrepare(t, decode(t, values), x, y)
		p.x, p.y = x, y
		return p
	}
}

// Each sibling finds the map that a program from its equations finds.
func TestSiblingsEqualReferences(t *testing.T) {
	ref, problem := referenceSiblings(t)
	ctx := context.Background()
	for _, c := range []struct {
		algorithm string
		values    map[string]any
		want      [][]float64
	}{
		{"icp", nil, ref.ICP},
		{"coral", nil, ref.Coral},
		{"sa", nil, ref.SA},
		{"sa", map[string]any{"subspaces": "released"}, ref.Released},
	} {
		p := problem(c.values)
		f, err := algorithms[c.algorithm](p, ctx, request(p.s, nil, nil, 1, 1), new(recorder))
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(f.R, denseOf(c.want)); !(d <= 1e-9) {
			t.Errorf("%s %v: off by %v", c.algorithm, c.values, d)
		}
		if c.algorithm == "icp" && f.iterations != ref.Iterations {
			t.Errorf("icp made %d iterations, want %d", f.iterations, ref.Iterations)
		}
	}
	f, err := problem(nil).withoutRotation(ctx, request(nil, nil, nil, 1, 1), new(recorder))
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(f.images, denseOf(ref.OTDA)); !(d <= 1e-7) { // plans within 1e-9
		t.Errorf("otda: images are off by %v", d)
	}
	// All sweeps are made, as there. What is left of an early end, 1e-9 of the plan,
	// hundreds of steps pass on.
	for _, tol := range []float64{0, 1e-12} {
		p := problem(map[string]any{"algorithm": "wa", "sinkhorn_tol": tol})
		f, err := p.flatFrom(ctx, denseOf(ref.Start), func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(f.R, denseOf(ref.WA)); !(d <= 1e-6) {
			t.Errorf("wa, tolerance %v: off by %v", tol, d)
		}
	}
}

// Every algorithm is a method of its own: it trains, embeds its own source where it
// says, and comes back from disk.
func TestSiblingsAsMethods(t *testing.T) {
	ctx := context.Background()
	x, y := gaussians(5, 3, 2, 4, 15)
	for algorithm := range algorithms {
		m, _ := fit(t, x, y, map[string]any{"algorithm": algorithm, "normalise": "none", "restarts": 2, "iterations": 10}, 1, 1)
		e := must(m.Evaluate(ctx, x))
		for _, name := range []string{"alignment_error", "correspondence_error", "swap_margin", "score", "direction_accuracy"} {
			if v, ok := e[name]; !ok || math.IsNaN(v) {
				t.Errorf("%s: %s is %v", algorithm, name, v)
			}
		}
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		back, err := New().Load(ctx, dir)
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		if !slices.Equal(must(m.Embed(ctx, x)).Values, must(back.Embed(ctx, x)).Values) {
			t.Errorf("%s: embeddings differ after Load", algorithm)
		}
	}
}

// Transport moves the points that it was fitted on to their images, others as their
// nearest.
func TestNearestShift(t *testing.T) {
	from := mat.NewDense(3, 2, []float64{0, 0, 10, 0, 0, 10})
	to := mat.NewDense(3, 2, []float64{1, 1, 5, 5, 0, 20})
	X := mat.NewDense(4, 2, []float64{10, 0, 1, 1, 11, 2, 0, 10})
	want := mat.NewDense(4, 2, []float64{5, 5, 2, 2, 6, 7, 0, 20})
	if got := nearestShift(X, from, to); !mat.Equal(got, want) {
		t.Errorf("got %v, want %v", mat.Formatted(got), mat.Formatted(want))
	}
}

// A flat cloud turned a little is turned back by the flat methods.
func TestFlatMethodsTurnBack(t *testing.T) {
	rng := data.Rand(3, "flat")
	x := labelled{mat.NewDense(60, 2, nil), make([]int32, 60)}
	for i := range 60 {
		x.points.SetRow(i, []float64{2 + 3*rng.NormFloat64(), 0.4 * rng.NormFloat64()})
		x.labels[i] = int32(i % 2)
	}
	y := labelled{turned(x.points, turn(0.3)), x.labels}
	for _, algorithm := range []string{"wa", "icp"} {
		p := mustPrepare(t, decode(t, map[string]any{"algorithm": algorithm, "restarts": 4, "determinant": "positive"}), x, y)
		p.x, p.y = x, y
		f, err := algorithms[algorithm](p, context.Background(), request(p.s, nil, nil, 1, 1), new(recorder))
		if err != nil {
			t.Fatal(err)
		}
		if got := angle(f.R); !(math.Abs(got-0.3) <= 0.02) {
			t.Errorf("%s: turned by %v, want 0.3", algorithm, got)
		}
	}
}
