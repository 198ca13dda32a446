package eit

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// population is the vanilla transformer, which is the supervised neural data
// transformer: all units of a step are one token, D = 2N,
//
//	h[b,t] = X[b,t] Wi + bi + time[t],   latent = Lin_{D→N}(Blocks(h[b])),   logits = Lin_{N→C}(latent)
//
// with nothing between the last block and the logits. The self-supervised one has no logits:
// some steps of a window are hidden, and softplus(latent) are their rates.
type population struct {
	s            *settings
	ps           *nn.Params
	read, latent *nn.Linear
	time         *nn.Positions
	blocks       []*nn.TransformerBlock
	logits       *nn.Linear // or nil
	mask         *nn.Linear // or nil: what stands in the place of a hidden step
}

func newPopulation(s *settings, n sizes, init, noise *rand.Rand) *population {
	D := 2 * n.units
	p := &population{s: s, ps: new(nn.Params)}
	p.read = linear(p.ps, "read", n.units*s.Features, D, init)
	p.time = nn.NewPositions(p.ps, "time", s.Window, D, nn.Normal(1, init))
	p.blocks = blocks(p.ps, "blocks", s.Depth, nn.TransformerSettings{
		Dim: D, Heads: s.Heads, HeadWidth: s.HeadWidth, Hidden: int(released(float64(s.Hidden), 2)) * D, Dropout: released(s.Dropout, 0.5),
	}, init, noise)
	p.latent = linear(p.ps, "latent", D, n.units, init)
	if s.Model == "ndt" {
		p.mask = newMasked(p.ps, D, init)
	} else {
		p.logits = linear(p.ps, "logits", n.units, n.classes, init)
	}
	return p
}

func (p *population) sets() map[string]*nn.Params { return map[string]*nn.Params{weightsFile: p.ps} }

func (p *population) apply(x *nn.Value) outputs {
	o := outputs{latent: p.body(p.read.Apply(x))}
	if p.logits != nil {
		o.logits = p.logits.Apply(o.latent)
	}
	return o
}

// body is the latent of tokens [B T x D].
func (p *population) body(tokens *nn.Value) *nn.Value {
	h := p.time.Apply(tokens)
	for _, b := range p.blocks {
		h = b.Apply(h, p.s.Window)
	}
	return p.latent.Apply(h)
}
