package framework

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Whatever goes onto a sheet adds up to its metric, and cases that are not wanted
// are not made.
func TestSheet(t *testing.T) {
	rng := data.Rand(1, "sheet")
	r := &data.Recording{Samples: data.NewArray(60, 1)}
	score, weight := make([]float64, 60), make([]float64, 60)
	for i := range score {
		r.Trial = append(r.Trial, int32(i/4))
		score[i], weight[i] = rng.NormFloat64(), float64(rng.IntN(3))
		score[i] *= weight[i]
	}
	s, plain := NewSheet(r, true), NewSheet(r, false)
	for _, s := range []*Sheet{s, plain} {
		s.Put("units", 7)
		s.Mean("mean", score, nil)
		s.Mean("weighted", score, weight)
		s.Mean("none", score, make([]float64, 60)) // no weight anywhere: left out
		s.MeanIs("given", 3, score, weight)
		s.Jackknife("spread", 5, func(j int) float64 { return math.Sqrt(float64(j)) })
		s.Jackknife("undefined", 5, func(j int) float64 { return math.NaN() })
	}
	if len(plain.Cases) != 0 || len(plain.Metrics) != 6 || len(s.Metrics) != 6 {
		t.Errorf("%d metrics, without cases %d and %v", len(s.Metrics), len(plain.Metrics), plain.Cases)
	}
	for _, name := range []string{"mean", "weighted", "given", "spread"} {
		if err := s.Cases.Check(name, s.Metrics[name], 15); err != nil {
			t.Error(err)
		}
	}
	if len(s.Cases) != 4 {
		t.Errorf("cases of %v", s.Cases)
	}
}
