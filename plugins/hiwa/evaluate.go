package hiwa

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// Evaluate scores the alignment on a recording of the source side.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	X, err := m.sourceView(r)
	if err != nil {
		return nil, err
	}
	out := framework.Metrics{"iterations": float64(m.Iterations), "score": m.Score}
	if m.Images.Dense == nil {
		det := mat.Det(m.R.Dense)
		if whole := math.Round(det); math.Abs(det-whole) < 1e-9 {
			det = whole // orthogonal but for rounding
		}
		addFinite(out, "det", det)
	}
	for name, v := range map[string]*float64{"match_gap": m.Gap, "alignment_cost": m.AlignmentCost, "alignment_bound": m.AlignmentBound,
		"clusters_found_source": m.FoundSource, "clusters_found_target": m.FoundTarget} {
		if v != nil {
			addFinite(out, name, *v)
		}
	}
	m.addCorrespondence(out)
	if truth, err := r.ContinuousTarget("truth"); err == nil {
		if d := truth.Values.Cols(); d != m.Target.RawMatrix().Cols {
			return nil, fmt.Errorf("target truth has %d dimensions, the aligned points have %d", d, m.Target.RawMatrix().Cols)
		}
		e := alignmentError(m.WhitenY.Inverse(m.aligned(X)), latent.FromArray(truth.Values))
		addFinite(out, "alignment_error", e)
		out["success"] = 0
		if e < 0.1 {
			out["success"] = 1
		}
	}
	if t, err := r.ClassTarget(m.Settings.Labels); err == nil {
		if err := m.addAccuracies(ctx, out, X, t.Labels); err != nil {
			return nil, err
		}
	}
	if m.Settings.TargetView == "velocity" {
		if v, err := velocity(r); err == nil {
			addFinite(out, "velocity_r2", velocityR2(m.aligned(X), v))
			if m.Images.Dense == nil {
				addFinite(out, "velocity_r2_raw", velocityR2(turned(X, m.R.Dense), v))
			}
		}
	}
	return out, ctx.Err()
}

func addFinite(out framework.Metrics, name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		out[name] = v
	}
}

// addCorrespondence compares P with I/K and adds the least swap margin and its
// bound. They are defined where the two sides have the same labels.
func (m *model) addCorrespondence(out framework.Metrics) {
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
	out["correspondence_error"] = wrong
	out["matched"] = 0
	for i, j := range matched(m.P.RawMatrix().Data, K, K) {
		if i == j {
			out["matched"] += 1 / float64(K)
		}
	}
	if margin, _, _, ok := m.swapMargin(); ok {
		addFinite(out, "swap_margin", margin)
		addFinite(out, "swap_bound", swapBound(m.SourceSizes, m.TargetSizes, m.dimensions()))
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

// alignmentError is ‖Ŷ − T‖_F²/‖T‖_F². With normalise none, Ŷ is R̃ X of the raw
// samples, as in the authors' figures.
func alignmentError(Y, T *mat.Dense) float64 {
	var diff mat.Dense
	diff.Sub(Y, T)
	e, t := mat.Norm(&diff, 2), mat.Norm(T, 2)
	return e * e / (t * t)
}

// addAccuracies lets the nearest aligned source points vote for the label of
// each target point: with both sides whitened, and as the authors' release
// scores, with R̃ applied to unwhitened points; each with and without R̃.
func (m *model) addAccuracies(ctx context.Context, out framework.Metrics, X *mat.Dense, labels []int32) error {
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
		a, err := voteAccuracy(ctx, labelled{pair[0], labels}, labelled{pair[1], m.TargetPoints}, m.Settings.Neighbours)
		if err != nil {
			return err
		}
		out[name] = a
	}
	return nil
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
