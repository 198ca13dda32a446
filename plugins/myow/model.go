package myow

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
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
