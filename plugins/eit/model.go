package eit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// model is a trained network, its weights in .safetensors files beside the model
// file.
type model struct {
	Settings   settings `json:"settings"`
	Seed       uint64   `json:"seed"`
	Input      *input   `json:"input"`
	Classes    []int32  `json:"classes"`             // labels, in the order of the logits
	NetClasses int      `json:"net_classes"`         // of the network, where a head has others
	Reference  *clouds  `json:"reference,omitempty"` // of the units of pretrain
	net        network
	head       *readout // or nil
}

// build makes the networks that the settings ask for.
func (m *model) build(init, noise *rand.Rand) {
	s, units := &m.Settings, m.Input.units(&m.Settings)
	switch s.Transfer {
	case "individual", "untrained", "masked":
		m.net = newCarried(s, units, init, noise)
	default:
		m.net = s.network(sizes{units, m.NetClasses}, init, noise)
	}
	if plan := s.readout(); plan != nil {
		in := units
		switch {
		case s.Model == "linear":
			in = len(m.Input.Kept)
		case s.Transfer == "latents" && s.Pooling != "cat":
			in = s.D
		}
		m.head = newReadout(in, len(m.Classes), plan.dropout, init, noise)
	}
}

func (m *model) sets() map[string]*nn.Params {
	out := map[string]*nn.Params{}
	for file, ps := range m.net.sets() {
		out[file] = ps
	}
	if m.head != nil {
		out[headFile] = m.head.ps
	}
	return out
}

func (m *model) Save(dir string) error {
	if err := saveSets(dir, m.sets()); err != nil {
		return err
	}
	return modelfile.Write(dir, name, version, m)
}

func load(dir string) (*model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.fits(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	rng := data.Rand(0, "overwritten by the files")
	m.build(rng, rng)
	return m, loadSets(dir, m.sets())
}

func (m *model) fits() error {
	in, F := m.Input, m.Settings.Features
	if in == nil || F < 1 || len(in.Kept) == 0 || len(in.Kept)%F != 0 || len(m.Classes) == 0 || m.NetClasses < 1 {
		return fmt.Errorf("units or classes are missing")
	}
	for _, c := range in.Kept {
		if c < 0 || c >= in.Channels {
			return fmt.Errorf("channel %d of %d", c, in.Channels)
		}
	}
	if in.Mean != nil && len(in.Mean) != len(in.Kept) {
		return fmt.Errorf("%d means of %d channels", len(in.Mean), len(in.Kept))
	}
	return m.Reference.fits(m.Settings.D)
}

// chunk is how many windows go through a network at once.
const chunk = 16

// each runs the trained network over the windows of a part, some at a time, and
// hands on what is wanted of it.
func (m *model) each(ctx context.Context, p *part, want func(outputs) []*nn.Value, got func(windows []int, values []*nn.Value)) error {
	w := kernel.NewWorkers(1)
	defer w.Close()
	T := m.Settings.Window
	batch := nn.NewBatch(chunk)
	x := nn.NewGraph(nn.Evaluation, w).Input(p.bins.Cols(), batch.Pass(T))
	o := m.net.apply(x)
	if m.head != nil {
		o.logits, o.individual = m.head.apply(o.latent).logits, nil
	}
	wanted := want(o)
	for windows := range slices.Chunk(p.windows, chunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch.Set(len(windows))
		fillWindows(x.Data(), p, T, windows)
		x.Graph().Forward()
		got(windows, wanted)
	}
	return nil
}

// infer returns what is wanted of the trained network, each with the rows of one
// window after another.
func (m *model) infer(ctx context.Context, p *part, want func(outputs) []*nn.Value) ([]data.Array, error) {
	var out []data.Array
	err := m.each(ctx, p, func(o outputs) []*nn.Value {
		wanted := want(o)
		for _, v := range wanted {
			out = append(out, data.NewArray(0, v.Cols()))
		}
		return wanted
	}, func(_ []int, values []*nn.Value) {
		for i, v := range values {
			out[i].Shape[0] += v.Rows()
			out[i].Values = append(out[i].Values, v.Data()...)
		}
	})
	return out, err
}

// Embed returns for each sample the mean of s (or g, or the latent of the other
// models) over the windows that contain it: all windows of T samples of its trial,
// also of those that training does not use. A trial shorter than T is padded.
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	p, err := m.Input.everywhere(&m.Settings, r)
	if err != nil {
		return data.Array{}, err
	}
	out, err := m.infer(ctx, p, func(o outputs) []*nn.Value {
		if m.Settings.Embedding == "g" && o.g != nil {
			return []*nn.Value{o.g}
		}
		return []*nn.Value{o.latent}
	})
	if err != nil {
		return data.Array{}, err
	}
	latents, T := out[0], m.Settings.Window
	sum, n := data.NewArray(r.Len(), latents.Cols()), make([]float32, r.Len())
	for i, w := range p.windows {
		for t := range T {
			if row := p.rows[w+t]; row >= 0 {
				kernel.Add(sum.Row(row), sum.Row(row), latents.Row(i*T+t))
				n[row]++
			}
		}
	}
	for i := range sum.Rows() {
		kernel.Scale(sum.Row(i), 1/n[i], sum.Row(i))
	}
	return sum, nil
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
