package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sample(t *rapid.T, label string, n int) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-100, 100), n, n).Draw(t, label)
}

// What a test says must not depend on which method is called first, and a
// p-value is a probability.
func TestTestsAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "n")
		a, b := sample(t, "a", n), sample(t, "b", n)
		for i := range a { // coarse values, so that ties and zeros do occur
			if rapid.Bool().Draw(t, "round") {
				a[i], b[i] = math.Round(a[i]/30), math.Round(b[i]/30)
			}
		}
		w1, err1 := Wilcoxon(a, b)
		w2, err2 := Wilcoxon(b, a)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if w1 != w2 || !(w1.P > 0 && w1.P <= 1) {
			t.Fatalf("Wilcoxon: %+v against %+v", w1, w2)
		}
	})
}

func TestHolmLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 12).Draw(t, "p")
		adj, err := Holm(p)
		if err != nil {
			t.Fatal(err)
		}
		m := float64(len(p))
		for i := range p {
			if !(adj[i] >= p[i] && adj[i] <= min(1, m*p[i])) { // never weaker than nothing, never stronger than Bonferroni
				t.Fatalf("p %v: adjusted %v outside [p, min(1, m p)]", p[i], adj[i])
			}
			for j := range p {
				if p[i] < p[j] && adj[i] > adj[j] {
					t.Fatalf("order lost: %v < %v, but %v > %v", p[i], p[j], adj[i], adj[j])
				}
			}
		}
		// A test that is certain (p = 0) costs the others nothing: it is ranked
		// first, and the factors of the rest are those of a family without it.
		with, err := Holm(append(slices.Clone(p), 0))
		if err != nil || !slices.Equal(with[:len(p)], adj) {
			t.Fatalf("with a p of 0: %v, without: %v (%v)", with, adj, err)
		}
	})
}

func TestFriedmanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(2, 8).Draw(t, "n"), rapid.IntRange(2, 5).Draw(t, "k")
		x := make([][]float64, n)
		for i := range x {
			x[i] = sample(t, "block", k)
			for j := range x[i] {
				x[i][j] = math.Round(x[i][j] / 40)
			}
		}
		r, err := Friedman(x)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, m := range r.MeanRanks {
			sum += m
		}
		if math.Abs(sum-float64(k*(k+1))/2) > 1e-9 || !(r.P >= 0 && r.P <= 1) {
			t.Fatalf("ranks %v sum to %v, p %v", r.MeanRanks, sum, r.P)
		}
	})
}

func TestOneValue(t *testing.T) {
	s, err := Summarize([]float64{0.25})
	if err != nil || s.Mean != 0.25 || s.Median != 0.25 || s.N != 1 {
		t.Fatalf("got %+v, %v", s, err)
	}
	if !math.IsNaN(s.Std) || !math.IsNaN(s.CI95) || !math.IsNaN(s.SEM) {
		t.Fatalf("one value has a spread: %+v", s)
	}
	if _, err := OfMean([]float64{1}); err == nil {
		t.Fatal("an interval of one value")
	}
}

func TestEdges(t *testing.T) {
	if w, err := Wilcoxon([]float64{1, 2}, []float64{1, 2}); err != nil || w.P != 1 || w.Zeros != 2 {
		t.Errorf("all zeros: %+v, %v", w, err)
	}
	if f, err := Friedman([][]float64{{1, 1}, {2, 2}}); err != nil || f.P != 1 {
		t.Errorf("all tied: %+v, %v", f, err)
	}
	// Blocks that agree: never p = 0, never F = +Inf.
	agreed, err := Friedman([][]float64{{1, 2, 3}, {4, 5, 6}, {1, 2, 3}, {4, 5, 6}, {1, 2, 3}, {4, 5, 6}})
	if err != nil || !agreed.Exact || math.Abs(agreed.P-1.0/7776) > 1e-18 || agreed.P != agreed.Smallest || !math.IsNaN(agreed.F) {
		t.Errorf("all blocks agree: %+v, %v", agreed, err)
	}
	if p, err := Holm(nil); err != nil || len(p) != 0 {
		t.Errorf("Holm of nothing: %v, %v", p, err)
	}
}

func TestRefusals(t *testing.T) {
	two := []float64{1, 2}
	for name, f := range map[string]func(bad float64) error{
		"summarize":  func(v float64) error { _, err := Summarize([]float64{1, v}); return err },
		"of mean":    func(v float64) error { _, err := OfMean([]float64{1, v}); return err },
		"crossed":    func(v float64) error { _, err := Crossed([][]float64{{1, v}}, []float64{1}, nil, 1); return err },
		"of crossed": func(v float64) error { _, err := Crossed([][]float64{two}, []float64{v}, nil, 1); return err },
		"no cases":   func(float64) error { _, err := Crossed([][]float64{{1}}, []float64{1}, nil, 1); return err },
		"ragged z":   func(float64) error { _, err := Crossed([][]float64{two, {1, 2, 3}}, two, nil, 1); return err },
		"flips":      func(v float64) error { _, err := SignFlips([][]float64{{1, v}}); return err },
		"one group":  func(float64) error { _, err := SignFlips([][]float64{{1}}); return err },
		"folds": func(v float64) error {
			_, err := OverFolds([]Fold{{Value: 1, Test: 1, Train: 1}, {Value: v, Test: 1, Train: 1}})
			return err
		},
		"untrained":  func(float64) error { _, err := OverFolds([]Fold{{Test: 1, Train: 1}, {Test: 1}}); return err },
		"rope":       func(v float64) error { _, err := BayesSignedRank([]float64{1, v}, 0, 10, 1); return err },
		"hierarchy":  func(v float64) error { _, err := Hierarchical([][][]float64{{{1, v}}}, 10, 1); return err },
		"pairs":      func(float64) error { _, err := Shaffer(two, 3); return err },
		"wilcoxon":   func(v float64) error { _, err := Wilcoxon(two, []float64{1, v}); return err },
		"friedman":   func(v float64) error { _, err := Friedman([][]float64{two, {1, v}}); return err },
		"holm":       func(v float64) error { _, err := Holm([]float64{0.5, v}); return err },
		"holm range": func(float64) error { _, err := Holm([]float64{1.5}); return err },
		"empty":      func(float64) error { _, err := Summarize(nil); return err },
		"lengths":    func(float64) error { _, err := Wilcoxon(two, []float64{1, 2, 3}); return err },
		"no pairs":   func(float64) error { _, err := Wilcoxon(nil, nil); return err },
		"one block":  func(float64) error { _, err := Friedman([][]float64{two}); return err },
		"one method": func(float64) error { _, err := Friedman([][]float64{{1}, {2}}); return err },
		"ragged":     func(float64) error { _, err := Friedman([][]float64{two, {1}}); return err },
	} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if f(bad) == nil {
				t.Errorf("%s: accepted with %v", name, bad)
			}
		}
	}
}
