package hiwa

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"gonum.org/v1/gonum/mat"
)

// Evaluate scores the alignment on a recording of the source side.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns the metrics with their numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, s *framework.Sheet) error {
	r := s.Recording
	X, err := m.sourceView(r)
	if err != nil {
		return err
	}
	m.describe(s)
	m.correspondence(s)
	if truth, err := r.ContinuousTarget("truth"); err == nil {
		if d := truth.Values.Cols(); d != m.Target.RawMatrix().Cols {
			return fmt.Errorf("target truth has %d dimensions, the aligned points have %d", d, m.Target.RawMatrix().Cols)
		}
		alignment(s, m.WhitenY.Inverse(m.aligned(X)), latent.FromArray(truth.Values))
	}
	if t, err := r.ClassTarget(m.Settings.Labels); err == nil {
		if err := m.accuracies(ctx, s, X, t.Labels); err != nil {
			return err
		}
	}
	if m.Settings.TargetView == "velocity" {
		if v, err := velocity(r); err == nil {
			addVelocity(s, "velocity_r2", m.aligned(X), v)
			if m.Images.Dense == nil {
				addVelocity(s, "velocity_r2_raw", turned(X, m.R.Dense), v)
			}
		}
	}
	return ctx.Err()
}

// describe puts what is known of the fit.
func (m *model) describe(s *framework.Sheet) {
	s.Put("iterations", float64(m.Iterations))
	s.Put("score", m.Score)
	if m.Images.Dense == nil {
		det := mat.Det(m.R.Dense)
		if whole := math.Round(det); math.Abs(det-whole) < 1e-9 {
			det = whole // orthogonal but for rounding
		}
		putFinite(s, "det", det)
	}
	for name, v := range map[string]*float64{"match_gap": m.Gap, "alignment_cost": m.AlignmentCost, "alignment_bound": m.AlignmentBound,
		"clusters_found_source": m.FoundSource, "clusters_found_target": m.FoundTarget} {
		if v != nil {
			putFinite(s, name, *v)
		}
	}
}

func putFinite(s *framework.Sheet, name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		s.Put(name, v)
	}
}

// correspondence compares P with I/K and puts the least swap margin and its bound.
// They are defined where the two sides have the same labels.
func (m *model) correspondence(s *framework.Sheet) {
	if !slices.Equal(m.SourceLabels, m.TargetLabels) {
		return
	}
	K := len(m.SourceLabels)
	wrong := 0.0
	for i := range K {
		for j := range K {
			want := 0.0
			if i == j {
				want = 1 / float64(K)
			}
			wrong += math.Abs(m.P.At(i, j) - want)
		}
	}
	s.Put("correspondence_error", wrong)
	own := 0
	for i, j := range matched(m.P.RawMatrix().Data, K, K) {
		if i == j {
			own++
		}
	}
	s.Put("matched", float64(own)/float64(K))
	if margin, _, _, ok := m.swapMargin(); ok {
		putFinite(s, "swap_margin", margin)
		putFinite(s, "swap_bound", swapBound(m.SourceSizes, m.TargetSizes, m.dimensions()))
	}
}

// dimensions are those that the clusters have: what a projection keeps, or all.
func (m *model) dimensions() int {
	D, _ := m.R.Dims()
	if m.Settings.Projection != "none" {
		return min(m.Settings.Rank, D)
	}
	return D
}

// alignment puts ‖Ŷ − T‖_F²/‖T‖_F² of rows ŷ and t. With normalise none, Ŷ is R̃ X of
// the raw samples, as in the authors' figures.
func alignment(s *framework.Sheet, Y, T *mat.Dense) {
	n, _ := T.Dims()
	off, size := make([]float64, n), make([]float64, n)
	var e, t float64
	for i := range n {
		for j, v := range T.RawRowView(i) {
			d := Y.At(i, j) - v
			off[i] += d * d
			size[i] += v * v
		}
		e, t = e+off[i], t+size[i]
	}
	if !(e/t <= math.MaxFloat64) {
		return
	}
	s.MeanIs("alignment_error", e/t, off, size)
	if e/t < 0.1 {
		s.Put("success", 1)
	} else {
		s.Put("success", 0)
	}
}

// accuracies lets the nearest aligned source points vote for the label of each
// target point: with both sides whitened, and as the authors' release scores, with
// R̃ applied to unwhitened points; each with and without R̃.
func (m *model) accuracies(ctx context.Context, s *framework.Sheet, X *mat.Dense, labels []int32) error {
	if len(m.TargetPoints) == 0 {
		return nil
	}
	whitenedX, whitenedY := m.WhitenX.Transform(X), m.WhitenY.Transform(m.Target.Dense)
	comparisons := map[string][2]*mat.Dense{
		"direction_accuracy":            {m.mapped(whitenedX), whitenedY},
		"direction_accuracy_before":     {whitenedX, whitenedY},
		"direction_accuracy_raw_before": {X, m.Target.Dense},
	}
	if m.Images.Dense == nil {
		comparisons["direction_accuracy_raw"] = [2]*mat.Dense{turned(X, m.R.Dense), m.Target.Dense}
	}
	for name, pair := range comparisons {
		voters := electorate{labelled{pair[0], labels}, s.Of, s.N}
		a, rise, err := voters.accuracy(ctx, labelled{pair[1], m.TargetPoints}, m.Settings.Neighbours)
		if err != nil {
			return err
		}
		s.Jackknife(name, a, func(j int) float64 { return a + rise[j] })
	}
	return nil
}

// addVelocity puts velocityR2 and what it is without each case.
func addVelocity(s *framework.Sheet, name string, Z, V *mat.Dense) {
	v := velocityR2(Z, V)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	s.Jackknife(name, v, func(j int) float64 { return velocityR2(withoutCase(Z, s.Of, j), withoutCase(V, s.Of, j)) })
}

// withoutCase are the rows of X that are not of case j.
func withoutCase(X *mat.Dense, of []int, j int) *mat.Dense {
	var rows []float64
	for i, c := range of {
		if c != j {
			rows = append(rows, X.RawRowView(i)...)
		}
	}
	_, d := X.Dims()
	if len(rows) == 0 {
		return mat.NewDense(1, d, nil)
	}
	return mat.NewDense(len(rows)/d, d, rows)
}

// velocityR2 is 1 − Σ_dims mean(v − v̂)²/Σ_dims var(v), where v̂ is the first two
// aligned coordinates and both v and v̂ are whitened on their own; so it equals
// 2c̄ − 1, with c̄ the mean correlation of the two coordinates, up to the
// divisors N−1 and N. It is not a number where there are too few samples.
func velocityR2(Z, V *mat.Dense) float64 {
	n, D := Z.Dims()
	if D < 2 {
		return math.NaN()
	}
	decoded := mat.DenseCopyOf(Z.Slice(0, n, 0, 2))
	wz, err := latent.FitWhitening(decoded)
	if err != nil {
		return math.NaN()
	}
	wv, err := latent.FitWhitening(V)
	if err != nil {
		return math.NaN()
	}
	T := wv.Transform(V)
	var diff mat.Dense
	diff.Sub(wz.Transform(decoded), T)
	e, t := mat.Norm(&diff, 2), mat.Norm(T, 2) // T has mean 0
	return 1 - e*e/(t*t)
}
