package probe

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/data"
)

type reference struct {
	X, Y           [][]float64
	Label          []int
	Train, Classes int
	Logistic       []struct {
		L2          float64
		Probability [][]float64
		Accuracy    [2]float64 // train, test
	}
	Ridge []struct {
		Penalty float64
		Coef    [][]float64
		R2      [2]float64
	}
	GCV struct{ Grid, Scores []float64 }
	KNN []struct {
		K            int
		Accuracy, R2 [2]float64
	}
}

func load(t *testing.T) (reference, Parts) {
	t.Helper()
	b, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	n := r.Train
	return r, Parts{
		data.Train: toy(r.X[:n], r.Y[:n], r.Label[:n], r.Classes),
		data.Test:  toy(r.X[n:], r.Y[n:], r.Label[n:], r.Classes),
	}
}

func expect(t *testing.T, s Spec, p Parts, name string, want [2]float64) {
	t.Helper()
	v := mustRun(t, s, p, 1)
	if len(v) != 2 || v[0].Split != "train" || v[1].Split != "test" {
		t.Fatalf("%v: got %v, want one value for train and one for test", s, v)
	}
	for i := range v {
		if v[i].Name != name || v[i].Goal != "max" || !near(v[i].Value, want[i], 1e-9) {
			t.Errorf("%v: got %+v, want %s %v", s, v[i], name, want[i])
		}
	}
}

func TestLogisticIsScikitLearns(t *testing.T) {
	ref, parts := load(t)
	for _, c := range ref.Logistic {
		expect(t, Spec{Kind: "logistic", Target: "direction", Settings: map[string]any{"l2": c.L2}}, parts, "probe/logistic/accuracy", c.Accuracy)
		train := parts.fitted()
		f, err := logistic{L2: c.L2}.fit(context.Background(), widen(train.X), train.Recording.Targets[0].Labels)
		if err != nil {
			t.Fatal(err)
		}
		got := f.predict(widen(parts[data.Test].X))
		for i, row := range c.Probability {
			for j, want := range row {
				if !near(got.At(i, j), want, 1e-5) {
					t.Fatalf("l2 %v: probability of class %d of sample %d is %v, want %v", c.L2, j, i, got.At(i, j), want)
				}
			}
		}
	}
}

func TestRidgeIsScikitLearns(t *testing.T) {
	ref, parts := load(t)
	train := parts.fitted()
	x, y := widen(train.X), widen(train.Recording.Targets[1].Values)
	for _, c := range ref.Ridge {
		expect(t, Spec{Name: "speed", Kind: "ridge", Target: "velocity", Settings: map[string]any{"choose": "fixed", "penalty": c.Penalty}},
			parts, "probe/speed/r2", c.R2)
		f, err := ridge{Choose: "fixed", Penalty: c.Penalty}.fit(x, y)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range c.Coef {
			for j, want := range row {
				if !near(f.w.At(i, j), want, 1e-9) {
					t.Fatalf("penalty %v: coefficient %d,%d is %v, want %v", c.Penalty, i, j, f.w.At(i, j), want)
				}
			}
		}
	}
}

// Each penalty alone in the grid with each other one must win or lose as the scores
// of the written-out hat matrix say.
func TestRidgeChoosesByGCV(t *testing.T) {
	ref, parts := load(t)
	train := parts.fitted()
	x, y := widen(train.X), widen(train.Recording.Targets[1].Values)
	for i, a := range ref.GCV.Grid {
		for j, b := range ref.GCV.Grid {
			want := a
			if ref.GCV.Scores[j] < ref.GCV.Scores[i] {
				want = b
			}
			f, err := ridge{Choose: "gcv", Grid: []float64{a, b}}.fit(x, y)
			if err != nil || f.penalty != want {
				t.Errorf("of %v and %v: chose %v (%v), want %v", a, b, f.penalty, err, want)
			}
		}
	}
}

// With more dimensions than samples nothing lies outside U's columns. Where moreover
// the n-1 singular values that centring leaves are equal, so are all 1 - s²/(s² + α),
// and the score is ‖Y‖² n/(n-1)² for any penalty: the small ones must not drown in rounding.
func TestGCVWithMoreDimensionsThanSamples(t *testing.T) {
	const n = 9
	x := samples{n, 20, make([]float64, n*20)}
	y := samples{n, 1, make([]float64, n)}
	for i := range n {
		x.row(i)[i] = 3 // the identity, centred, has n-1 equal singular values
		y.row(i)[0] = float64(i * i)
	}
	mean := columnMeans(y)
	var size float64
	for i := range n {
		size += (y.row(i)[0] - mean[0]) * (y.row(i)[0] - mean[0])
	}
	var svd mat.SVD
	svd.Factorize(centred(x, columnMeans(x)), mat.SVDThin)
	var u, uy, rest mat.Dense
	svd.UTo(&u)
	yc := centred(y, mean)
	uy.Mul(u.T(), yc)
	rest.Mul(&u, &uy)
	rest.Sub(yc, &rest)
	want := size * n / ((n - 1) * (n - 1))
	for _, penalty := range []float64{1e-6, 1e-3, 1, 1e3} {
		if got := gcv(penalty, svd.Values(nil), &uy, squares(&rest), n); !near(got, want, 1e-9*want) {
			t.Errorf("penalty %v: score %v, want %v", penalty, got, want)
		}
	}
}

func TestNeighboursAreScikitLearns(t *testing.T) {
	ref, parts := load(t)
	for _, c := range ref.KNN {
		settings := map[string]any{"k": c.K}
		expect(t, Spec{Kind: "knn", Target: "direction", Settings: settings}, parts, "probe/knn/accuracy", c.Accuracy)
		expect(t, Spec{Kind: "knn", Target: "velocity", Settings: settings}, parts, "probe/knn/r2", c.R2)
	}
}

// Two at the same distance, two classes with the same votes: order and the lowest
// class decide.
func TestNeighboursBreakTies(t *testing.T) {
	x := [][]float64{{1}, {-1}, {1}, {-1}}
	train := toy(x, x, []int{2, 1, 0, 0}, 3)
	for _, c := range []struct{ k, want int }{{1, 2}, {2, 1}, {3, 0}, {4, 0}} {
		parts := Parts{data.Train: train, data.Test: toy([][]float64{{0}}, [][]float64{{0}}, []int{c.want}, 3)}
		v := mustRun(t, Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": c.k}}, parts, 1)
		if v[1].Value != 1 {
			t.Errorf("k %d: the class is not %d", c.k, c.want)
		}
	}
	// The first of two equally near ones stays when a nearer one comes.
	x = [][]float64{{1}, {-1}, {0.5}}
	parts := Parts{data.Train: toy(x, x, []int{0, 2, 1}, 3), data.Test: toy([][]float64{{0}}, [][]float64{{0}}, []int{0}, 3)}
	v := mustRun(t, Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 2}}, parts, 1)
	if v[1].Value != 1 {
		t.Error("k 2: the later of two equally near samples was kept")
	}
}
