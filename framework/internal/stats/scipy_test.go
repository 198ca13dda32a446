package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// reference is testdata/scipy.json, which testdata/make.py wrote with SciPy 1.17.1.
type reference struct {
	Summaries []struct {
		X                                    []float64
		Mean, Std, SEM, CI95, Median, Q1, Q3 float64
	}
	Paired []struct {
		A, B             []float64
		T, P, Diff, CI95 float64
	}
	Wilcoxon []struct {
		A, B []float64
		W, P float64
		N    int
		Kind string
	}
	Friedman []struct {
		X          [][]float64
		Ranks      []float64
		Chi2, F, P float64
	}
	Holm []struct{ P, Adjusted []float64 }
}

func load(t *testing.T) reference {
	t.Helper()
	text, err := os.ReadFile("testdata/scipy.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Summaries) == 0 || len(ref.Paired) == 0 || len(ref.Wilcoxon) == 0 || len(ref.Friedman) == 0 || len(ref.Holm) == 0 {
		t.Fatal("testdata/scipy.json lacks a part")
	}
	return ref
}

// near fails unless got equals want to a relative 1e-10: both sides work in
// float64 and differ by rounding and by their incomplete beta functions only.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10*math.Abs(want)+1e-300) {
		t.Errorf("%s: got %.17g, want %.17g (relative difference %.2g)", what, got, want, math.Abs(got-want)/math.Abs(want))
	}
}

func TestSummarizeIsSciPys(t *testing.T) {
	for _, c := range load(t).Summaries {
		s, err := Summarize(c.X)
		if err != nil {
			t.Fatal(err)
		}
		// The spread of values around 1e6 has itself lost six digits in the input.
		if s.N != len(c.X) {
			t.Errorf("n: got %d, want %d", s.N, len(c.X))
		}
		near(t, "mean", s.Mean, c.Mean)
		near(t, "median", s.Median, c.Median)
		near(t, "q1", s.Q1, c.Q1)
		near(t, "q3", s.Q3, c.Q3)
		if c.Mean > 1e5 {
			continue
		}
		near(t, "std", s.Std, c.Std)
		near(t, "sem", s.SEM, c.SEM)
		near(t, "ci95", s.CI95, c.CI95)
	}
}

func TestMeanOfDifferencesIsSciPys(t *testing.T) {
	for _, c := range load(t).Paired {
		d := make([]float64, len(c.A))
		for i := range d {
			d[i] = c.A[i] - c.B[i]
		}
		got, err := OfMean(d)
		if err != nil {
			t.Fatal(err)
		}
		stat, p := got.T()
		near(t, "t", stat, c.T)
		near(t, "p", p, c.P)
		near(t, "diff", got.Estimate, c.Diff)
		near(t, "ci95", got.Half(), c.CI95)
	}
}

func TestWilcoxonIsSciPys(t *testing.T) {
	for _, c := range load(t).Wilcoxon {
		got, err := Wilcoxon(c.A, c.B)
		if err != nil {
			t.Fatal(err)
		}
		if got.N != c.N || got.N+got.Zeros != len(c.A) || got.Exact != (c.Kind != "scipy normal") {
			t.Errorf("%s: got %+v, want n %d", c.Kind, got, c.N)
		}
		near(t, c.Kind+": w", got.W, c.W)
		near(t, c.Kind+": p", got.P, c.P)
	}
}

func TestFriedmanIsSciPys(t *testing.T) {
	for _, c := range load(t).Friedman {
		got, err := Friedman(c.X)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "chi2", got.Chi2, c.Chi2)
		near(t, "F", got.F, c.F)
		near(t, "p", got.PF, c.P)
		for j := range c.Ranks {
			near(t, "mean rank", got.MeanRanks[j], c.Ranks[j])
		}
	}
}

func TestHolmIsTheTextbooks(t *testing.T) {
	for _, c := range load(t).Holm {
		got, err := Holm(c.P)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			near(t, "adjusted", got[i], c.Adjusted[i])
		}
	}
}
