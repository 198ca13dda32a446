package swapvae

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
)

// model is a trained network: its weights lie in weights.safetensors, the rest
// in the model file.
type model struct {
	Settings settings  `json:"settings"`
	Channels int       `json:"channels"`
	Kept     []int     `json:"kept"` // channels of the recording that are units of the network
	Seed     uint64    `json:"seed"` // of the styles that Evaluate draws
	Readouts *readouts `json:"readouts,omitempty"`
	net      *network
}

const weightsFile = "weights.safetensors"

func (m *model) build(rng *rand.Rand) { m.net = newNetwork(&m.Settings, len(m.Kept), rng) }

func (m *model) Save(dir string) error {
	if err := m.net.ps.Save(filepath.Join(dir, weightsFile)); err != nil {
		return err
	}
	return modelfile.Write(dir, name, version, m)
}

func load(dir string) (*model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if len(m.Kept) == 0 || m.Kept[len(m.Kept)-1] >= m.Channels || m.Settings.Style < 1 {
		return nil, fmt.Errorf("the model in %s does not fit together: %d of %d channels, %d styles", dir, len(m.Kept), m.Channels, m.Settings.Style)
	}
	m.build(data.Rand(0, "overwritten by the file"))
	if err := m.Readouts.check(m); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, m.net.ps.Load(filepath.Join(dir, weightsFile))
}

// units are the samples of the units that the network knows.
func (m *model) units(r *data.Recording) (data.Array, error) {
	if c := r.Samples.Cols(); c != m.Channels {
		return data.Array{}, fmt.Errorf("the recording has %d channels, the model was trained on %d", c, m.Channels)
	}
	return r.Select(m.Kept).Samples, nil
}

// run applies part of the network, in evaluation mode, to the rows of x.
func (m *model) run(ctx context.Context, x data.Array, part func(x *nn.Value) *nn.Value) (data.Array, error) {
	y, dims, err := nn.Map(ctx, x.Rows(), x.Cols(), func(i int, row []float32) { copy(row, x.Row(i)) }, part)
	return data.Array{Shape: []int{x.Rows(), dims}, Values: y}, err
}

// encoder gives [content, style mean, log-variances] [samples x (d + g)].
func (m *model) encoder(ctx context.Context, x data.Array) (data.Array, error) {
	return m.run(ctx, x, m.net.enc.Apply)
}

// decoder gives the rates of latents [samples x d].
func (m *model) decoder(ctx context.Context, z data.Array) (data.Array, error) {
	return m.run(ctx, z, m.net.decode)
}

// Embed returns [content, style mean], [samples x d].
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	x, err := m.units(r)
	if err != nil {
		return data.Array{}, err
	}
	out, err := m.encoder(ctx, x)
	if err != nil {
		return data.Array{}, err
	}
	return columns(out, 0, m.net.d), nil
}

// columns copies the columns from, ..., to−1.
func columns(a data.Array, from, to int) data.Array {
	out := data.NewArray(a.Rows(), to-from)
	for i := range a.Rows() {
		copy(out.Row(i), a.Row(i)[from:to])
	}
	return out
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
