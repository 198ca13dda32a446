package framework

import (
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// A Sheet is where Evaluate and EvaluateCases put metrics of a recording, with
// their numbers per case where these are wanted:
//
//	func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
//		s, err := m.score(ctx, framework.NewSheet(r, false))
//		return s.Metrics, err
//	}
//
//	func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
//		s, err := m.score(ctx, framework.NewSheet(r, true))
//		return s.Metrics, s.Cases, err
//	}
type Sheet struct {
	Recording *data.Recording
	Metrics   Metrics
	Cases     metric.Cases
	Of        []int // [samples] case of each sample; nil where there are no cases, or none are wanted
	N         int   // cases
}

// NewSheet returns an empty sheet; cases says whether numbers per case are wanted.
func NewSheet(r *data.Recording, cases bool) *Sheet {
	s := &Sheet{Recording: r, Metrics: Metrics{}, Cases: metric.Cases{}}
	if cases {
		s.Of, s.N = r.Cases()
	}
	return s
}

// Put puts a metric that is not over the samples of the recording.
func (s *Sheet) Put(name string, value float64) { s.Metrics[name] = value }

// Mean puts the mean of a score per sample, or Σ score/Σ weight, where samples
// count differently or (with 0 in both) not at all; weight nil is 1 for all. What
// is no number is left out.
func (s *Sheet) Mean(name string, score, weight []float64) {
	sum, total := 0.0, float64(len(score))
	for _, x := range score {
		sum += x
	}
	if weight != nil {
		total = 0
		for _, w := range weight {
			total += w
		}
	}
	if v := sum / total; !math.IsNaN(v) && !math.IsInf(v, 0) {
		s.MeanIs(name, v, score, weight)
	}
}

// MeanIs is Mean for a value that has been computed elsewhere, with another
// rounding: the numbers per case are centred on it.
func (s *Sheet) MeanIs(name string, value float64, score, weight []float64) {
	s.Metrics[name] = value
	if s.N == 0 {
		return
	}
	sum, count := make([]float64, s.N), make([]float64, s.N)
	for i, x := range score {
		sum[s.Of[i]] += x
		if weight == nil {
			count[s.Of[i]]++
		} else {
			count[s.Of[i]] += weight[i]
		}
	}
	theta, z := metric.PerCase(sum, count)
	for j := range z {
		z[j] += value - theta
	}
	s.Cases[name] = z
}

// Jackknife puts any other metric: without(j) is its value on what is left without
// case j. There are no numbers per case where one of these is no number.
func (s *Sheet) Jackknife(name string, value float64, without func(j int) float64) {
	s.Metrics[name] = value
	if z := metric.Jackknife(value, s.N, without); z != nil {
		s.Cases[name] = z
	}
}
