package main

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

func TestConformance(t *testing.T) {
	methodtest.Run(t, New(), methodtest.Case{}, methodtest.Case{Name: "one feature", Settings: map[string]any{"dims": 1}})
}

// mixture hides sin(2πt/200) among three faster sources in four channels.
func mixture(n int) (*data.Recording, []float64) {
	r := rand.New(rand.NewPCG(1, 2))
	var mix [4][4]float64
	for i := range mix {
		for j := range mix[i] {
			mix[i][j] = r.NormFloat64()
		}
	}
	rec := &data.Recording{Samples: data.NewArray(n, 4), Trial: make([]int32, n)}
	slow := make([]float64, n)
	for t := range n {
		slow[t] = math.Sin(2 * math.Pi * float64(t) / 200)
		s := [4]float64{slow[t], math.Sin(2 * math.Pi * float64(t) / 20), math.Sin(2 * math.Pi * float64(t) / 11), r.NormFloat64()}
		for c := range 4 {
			for j := range 4 {
				rec.Samples.Row(t)[c] += float32(mix[c][j] * s[j])
			}
		}
	}
	return rec, slow
}

// The slowest feature is the slowest source, the features have unit variance,
// are decorrelated and ordered, and Δ of a sine of period P is 4 sin²(π/P) times
// its variance.
func TestLaws(t *testing.T) {
	rec, slow := mixture(4000)
	m, err := fit(context.Background(), rec, 4, 1e-9)
	if err != nil {
		t.Fatal(err)
	}
	y, err := m.Embed(context.Background(), rec)
	if err != nil {
		t.Fatal(err)
	}
	n := float64(rec.Len())
	for a := range 4 {
		for b := range a + 1 {
			var cov float64
			for i := range rec.Len() {
				cov += float64(y.Row(i)[a]) * float64(y.Row(i)[b]) / n
			}
			want := 0.0
			if a == b {
				want = 1
			}
			if math.Abs(cov-want) > 1e-4 { // float32 values
				t.Errorf("covariance of features %d and %d: %v", a, b, cov)
			}
		}
		if a > 0 && m.Delta[a] < m.Delta[a-1] {
			t.Errorf("the Δ are not ordered: %v", m.Delta)
		}
	}
	var r float64
	for i := range rec.Len() {
		r += float64(y.Row(i)[0]) * slow[i] / n / math.Sqrt(0.5) // a sine has variance 1/2
	}
	if math.Abs(r) < 0.999 {
		t.Errorf("the slowest feature correlates with the slow source by %v", r)
	}
	if want := 4 * math.Pow(math.Sin(math.Pi/200), 2); math.Abs(m.Delta[0]-want) > 0.05*want {
		t.Errorf("Δ of the slowest feature: %v, of the slow source: %v", m.Delta[0], want)
	}
}
