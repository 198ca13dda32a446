package hiwa

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// constantStd is the standard deviation, in the unit of the samples, up to which
// a channel counts as constant; factor analysis cannot use it.
const constantStd = 1e-3

// labelled are points [n x D], in rows, and the cluster of each.
type labelled struct {
	points *mat.Dense
	labels []int32
}

func (l labelled) moved(by func(*mat.Dense) *mat.Dense) labelled {
	return labelled{by(l.points), l.labels}
}

// labelsOf are the classes of the samples; clusters that are found need none.
func (m *model) labelsOf(r *data.Recording) ([]int32, error) {
	t, err := r.ClassTarget(m.Settings.Labels)
	if err != nil && m.Settings.Clusters != "labels" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("setting labels names the class target that divides the samples into clusters: %w", err)
	}
	return t.Labels, nil
}

// fitSource learns the view of the source from its train part and applies it.
func (m *model) fitSource(ctx context.Context, r *data.Recording, rec framework.Recorder) (labelled, error) {
	labels, err := m.labelsOf(r)
	if err != nil {
		return labelled{}, err
	}
	m.Channels = r.Samples.Cols()
	if m.Settings.SourceView == "factors" {
		raw := latent.FromArray(r.Samples)
		if m.Varying, err = latent.FitZScore(raw, constantStd); err != nil {
			return labelled{}, err
		}
		if m.FA, err = latent.FitFactorAnalysis(ctx, m.Varying.Select(raw), m.Settings.Factors); err != nil {
			return labelled{}, err
		}
		rec.Log("factor analysis of %d of %d channels: %d iterations, converged: %v",
			len(m.Varying.Kept), m.Channels, len(m.FA.LogLik), m.FA.Converged)
	}
	points, err := m.sourceView(r)
	return labelled{points, labels}, err
}

// sourceView returns the points [samples x D] that are aligned.
func (m *model) sourceView(r *data.Recording) (*mat.Dense, error) {
	if c := r.Samples.Cols(); c != m.Channels {
		return nil, fmt.Errorf("the model was trained on a source of %d channels; this recording has %d", m.Channels, c)
	}
	if r.Len() == 0 {
		return nil, fmt.Errorf("the recording has no samples")
	}
	X := latent.FromArray(r.Samples)
	if m.FA == nil {
		return X, nil
	}
	return m.FA.Transform(m.Varying.Select(X))
}

// fitTarget returns the points [samples x D] that the source is aligned to.
func (m *model) fitTarget(r *data.Recording) (labelled, error) {
	labels, err := m.labelsOf(r)
	if err != nil {
		return labelled{}, err
	}
	if m.Settings.TargetView != "velocity" {
		return labelled{latent.FromArray(r.Samples), labels}, nil
	}
	v, err := velocity(r)
	if err != nil {
		return labelled{}, err
	}
	// (v_x, v_y, ‖v‖): the speed tells directions apart that a turn would confuse
	Y := mat.NewDense(r.Len(), 3, nil)
	for i := range r.Len() {
		x, y := v.At(i, 0), v.At(i, 1)
		Y.SetRow(i, []float64{x, y, math.Hypot(x, y)})
	}
	return labelled{Y, labels}, nil
}

// velocity returns the continuous target velocity [samples x 2].
func velocity(r *data.Recording) (*mat.Dense, error) {
	t, err := r.ContinuousTarget("velocity")
	if err != nil {
		return nil, err
	}
	if d := t.Values.Cols(); d != 2 {
		return nil, fmt.Errorf("target velocity has %d dimensions, must have 2", d)
	}
	return latent.FromArray(t.Values), nil
}
