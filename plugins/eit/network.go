package eit

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"github.com/assaylab/assay/framework/nn"
)

// network is a model of the family: it turns windows x [B T x N F] into outputs.
type network interface {
	apply(x *nn.Value) outputs
	sets() map[string]*nn.Params // its parameters, by the name of their file
}

// outputs are values of one graph; those that a network lacks are nil.
type outputs struct {
	logits     *nn.Value // [B T x C]
	individual *nn.Value // P_T [B T x C], where it is not the logits
	latent     *nn.Value // [B T x any]: s; what a read-out or Embed takes
	g          *nn.Value // [B T x N]
	z          *nn.Value // Z [B N T x d]
}

// sizes are what shapes a network beside the settings.
type sizes struct{ units, classes int }

func (s *settings) network(n sizes, init, noise *rand.Rand) network {
	switch s.Model {
	case "eit":
		return newFull(s, n, init, noise)
	case "vanilla", "ndt":
		return newPopulation(s, n, init, noise)
	case "mlp":
		return newMLP(s, n, init, noise)
	case "gru":
		return newGRU(s, n, init, noise)
	default:
		return plain{}
	}
}

// plain has no network: the read-out takes the centred input.
type plain struct{}

func (plain) apply(x *nn.Value) outputs   { return outputs{latent: x} }
func (plain) sets() map[string]*nn.Params { return nil }

// full is the Embedded Interaction Transformer.
type full struct {
	s          *settings
	units      int
	individual *individual
	body       *nn.Params   // everything but the individual module
	interact   *interaction // or nil
	headT      *nn.Linear   // P_T
	headS      *setHead     // P_S
	mask       *nn.Linear   // of transfer masked
	noise      *rand.Rand
}

func newFull(s *settings, n sizes, init, noise *rand.Rand) *full {
	f := &full{s: s, units: n.units, individual: newIndividual(s, init, noise), body: new(nn.Params), noise: noise}
	f.headT = linear(f.body, "head_t", n.units, n.classes, init)
	if s.DepthS > 0 {
		f.interact = newInteraction(f.body, s, n.units, init, noise)
		f.headS = newSetHead(f.body, s, n, init, noise)
	}
	return f
}

// newCarried is an individual module for so many units, and where transfer is
// masked a new interaction module, without dropout; neither has a head.
func newCarried(s *settings, units int, init, noise *rand.Rand) *full {
	f := &full{s: s, units: units, individual: newIndividual(s, init, noise), body: new(nn.Params), noise: noise}
	if s.Transfer == "masked" {
		still := *s
		still.DropoutS = 0
		f.interact = newInteraction(f.body, &still, units, init, noise)
		f.mask = newMasked(f.body, s.D, init)
	}
	return f
}

func (f *full) sets() map[string]*nn.Params {
	out := map[string]*nn.Params{individualFile: f.individual.ps}
	if len(f.body.All()) > 0 {
		out[weightsFile] = f.body
	}
	return out
}

func (f *full) apply(x *nn.Value) outputs {
	z, g := f.individual.apply(x, f.units)
	o := outputs{z: z, g: g, latent: g}
	if f.interact != nil {
		o.latent = f.interact.apply(nn.SwapAxes(z, f.units, f.s.Window))
	}
	if f.headS != nil {
		o.logits = f.headS.apply(o.latent)
	}
	idle := f.headS != nil && f.s.Alpha == 0 && x.Graph().Mode == nn.Training
	if f.headT != nil && !idle { // P_T = Lin(Dropout_q(g))
		o.individual = f.headT.Apply(nn.Dropout(g, f.s.NeuronDropoutT, f.noise))
	}
	if o.logits == nil {
		o.logits, o.individual = o.individual, nil
	}
	return o
}

// linear begins as PyTorch's Linear does.
func linear(ps *nn.Params, name string, in, out int, init *rand.Rand) *nn.Linear {
	return nn.NewLinear(ps, name, in, out, nn.FanIn(in, init), nn.FanIn(in, init))
}

// blocks makes depth transformer blocks.
func blocks(ps *nn.Params, name string, depth int, s nn.TransformerSettings, init, noise *rand.Rand) (out []*nn.TransformerBlock) {
	for i := range depth {
		out = append(out, nn.NewTransformerBlock(ps, fmt.Sprintf("%s.%d", name, i), s, init, noise))
	}
	return out
}

const (
	individualFile = "individual.safetensors"
	weightsFile    = "weights.safetensors"
	headFile       = "head.safetensors"
)

func saveSets(dir string, sets map[string]*nn.Params) error {
	for file, ps := range sets {
		if err := ps.Save(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	return nil
}

func loadSets(dir string, sets map[string]*nn.Params) error {
	for file, ps := range sets {
		if err := ps.Load(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	return nil
}

func count(sets map[string]*nn.Params) (n int) {
	for _, ps := range sets {
		n += ps.Count()
	}
	return n
}

// released returns v, or where it is -1 the value of the release.
func released(v, release float64) float64 {
	if v < 0 {
		return release
	}
	return v
}
