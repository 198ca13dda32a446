package myow

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// model is a trained encoder; its weights lie in weights.safetensors.
type model struct {
	Profile   string    `json:"profile"`
	Target    string    `json:"target"`
	Channels  int       `json:"channels"`
	Kept      []int     `json:"kept"` // channels of the recording that are units
	Mean, Std []float64 // of the units, in the unit of the samples
	body      *nn.Params
	f         nn.Sequence
}

const weightsFile = "weights.safetensors"

// standardise drops units that do not vary and keeps the moments of the others.
func (m *model) standardise(r *data.Recording, p params) error {
	moments := data.MomentsOf(r.Samples, p.ddof)
	m.Kept = moments.Varying(p.minStd)
	if len(m.Kept) == 0 {
		return framework.Refuse("no channel varies", "check the recording")
	}
	for _, j := range m.Kept {
		m.Mean, m.Std = append(m.Mean, moments.Mean[j]), append(m.Std, moments.Std[j])
	}
	return nil
}

// affine is z = scale x + shift.
func (m *model) affine() (scale, shift []float32) {
	for j, sd := range m.Std {
		scale, shift = append(scale, float32(1/sd)), append(shift, float32(-m.Mean[j]/sd))
	}
	return scale, shift
}

func (m *model) Save(dir string) error {
	if err := m.body.Save(filepath.Join(dir, weightsFile)); err != nil {
		return err
	}
	return modelfile.Write(dir, name, version, m)
}

func load(dir string) (*model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	p, known := profiles[m.Profile]
	n := len(m.Kept)
	if !known || n == 0 || m.Kept[n-1] >= m.Channels || len(m.Mean) != n || len(m.Std) != n {
		return nil, fmt.Errorf("the model in %s does not fit together: profile %q, %d of %d channels, %d means, %d deviations", dir, m.Profile, n, m.Channels, len(m.Mean), len(m.Std))
	}
	m.body = new(nn.Params)
	m.f, _ = encoder(m.body, &p, n, data.Rand(0, "overwritten by the file"))
	return m, m.body.Load(filepath.Join(dir, weightsFile))
}

// Embed returns y = f(z-scored activity), [samples x width of the encoder], with
// batch norm in evaluation mode.
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if c := r.Samples.Cols(); c != m.Channels {
		return data.Array{}, fmt.Errorf("the recording has %d channels, the model was trained on %d", c, m.Channels)
	}
	scale, shift := m.affine()
	y, dims, err := nn.Map(ctx, r.Len(), len(m.Kept), func(i int, row []float32) {
		raw := r.Samples.Row(i)
		for k, j := range m.Kept {
			row[k] = scale[k]*raw[j] + shift[k]
		}
	}, m.f.Apply)
	return data.Array{Shape: []int{r.Len(), dims}, Values: y}, err
}

// Evaluate returns the metrics that Describe declares.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	y, err := m.Embed(ctx, r)
	if err != nil {
		return nil, err
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
	variance := 0.0
	for _, sd := range data.MomentsOf(unit, 0).Std {
		variance += sd * sd
	}
	metrics := framework.Metrics{"units": float64(len(m.Kept)), "spread": math.Sqrt(variance)}
	if t, err := r.ClassTarget(m.Target); err == nil && r.Trials() > 1 {
		metrics["neighbour_agreement"] = agreement(unit, r.Trial, t.Labels)
	}
	return metrics, nil
}

// mostCompared bounds the samples that are compared with each other; of longer
// recordings evenly spaced ones are taken.
const mostCompared = 2000

// agreement is the share of rows whose nearest row of another trial has the same
// label.
func agreement(unit data.Array, trial, label []int32) float64 {
	stride := (unit.Rows() + mostCompared - 1) / mostCompared
	same, asked := 0, 0
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
			same++
		}
		asked++
	}
	return float64(same) / float64(asked)
}
