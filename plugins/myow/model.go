package myow

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
)

// model is a trained encoder; its weights lie in weights.safetensors.
type model struct {
	Profile   string    `json:"profile"`
	Encoder   string    `json:"encoder,omitempty"` // of profile image
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
	if p.image {
		return m.standardisePictures(r)
	}
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
	p.conv = m.Encoder == "conv"
	if p.conv && (side(n) < 8 || n != m.Channels) {
		return nil, fmt.Errorf("the model in %s does not fit together: %d of %d pixels are no square picture", dir, n, m.Channels)
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

func (method) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
