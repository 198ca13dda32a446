package myow

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// Evaluate returns the metrics that Describe declares.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns them with their numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, s *framework.Sheet) error {
	r := s.Recording
	y, err := m.Embed(ctx, r)
	if err != nil {
		return err
	}
	unit := data.NewArray(y.Rows(), y.Cols())
	for i := range y.Rows() {
		sum := 0.0
		for _, v := range y.Row(i) {
			sum += float64(v) * float64(v)
		}
		for j, v := range y.Row(i) {
			unit.Row(i)[j] = float32(float64(v) / math.Max(math.Sqrt(sum), 1e-12))
		}
	}
	moments := data.MomentsOf(unit, 0)
	variance := 0.0
	for _, sd := range moments.Std {
		variance += sd * sd
	}
	s.Put("units", float64(len(m.Kept)))
	s.Jackknife("spread", math.Sqrt(variance), spreadWithout(unit, moments.Mean, s))
	if t, err := r.ClassTarget(m.Target); err == nil && r.Trials() > 1 {
		same, asked := agreement(unit, r.Trial, t.Labels)
		s.Mean("neighbour_agreement", same, asked)
	}
	return nil
}

// spreadWithout is the spread √(Σ|u − ū_−j|²/(N − N_j)) without one case, from sums
// about the mean of all rows u.
func spreadWithout(unit data.Array, mean []float64, s *framework.Sheet) func(j int) float64 {
	n := unit.Cols()
	count, square, shift := make([]float64, s.N), make([]float64, s.N), make([]float64, s.N*n)
	total := 0.0
	for i, j := range s.Of {
		count[j]++
		for k, v := range unit.Row(i) {
			d := float64(v) - mean[k]
			square[j] += d * d
			total += d * d
			shift[j*n+k] += d
		}
	}
	return func(j int) float64 {
		left, moved := float64(unit.Rows())-count[j], 0.0
		for _, d := range shift[j*n : (j+1)*n] {
			moved += d * d
		}
		return math.Sqrt(max(total-square[j]-moved/left, 0) / left)
	}
}

// mostCompared bounds the samples that are compared with each other; of longer
// recordings evenly spaced ones are taken.
const mostCompared = 2000

// agreement says of the rows that are asked whether the nearest row of another
// trial has the same label.
func agreement(unit data.Array, trial, label []int32) (same, asked []float64) {
	same, asked = make([]float64, unit.Rows()), make([]float64, unit.Rows())
	stride := (unit.Rows() + mostCompared - 1) / mostCompared
	for i := 0; i < unit.Rows(); i += stride {
		best, at := float32(math.Inf(-1)), i
		for j := 0; j < unit.Rows(); j += stride {
			if trial[i] == trial[j] {
				continue
			}
			if c := kernel.Dot(unit.Row(i), unit.Row(j)); c > best {
				best, at = c, j
			}
		}
		if at != i && label[at] == label[i] {
			same[i] = 1
		}
		asked[i] = 1
	}
	return same, asked
}
