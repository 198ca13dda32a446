package myow

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// encoder is f: N → widths. The first release has Linear, BatchNorm, ReLU; the
// second Linear without bias, BatchNorm and PReLU. The last layer is Linear
// with nothing behind it. Weights and biases begin at U(±1/√fan-in).
func encoder(ps *nn.Params, p *params, units int, rng *rand.Rand) (f nn.Sequence, norms []*nn.BatchNorm) {
	if p.conv {
		return convolutions(ps, p, units, rng)
	}
	in := units
	for i, out := range p.encoder {
		name := fmt.Sprintf("encoder.%d", i)
		f = append(f, linear(ps, name+".linear", in, out, !p.second, rng))
		if i < len(p.encoder)-1 {
			norm := nn.NewBatchNorm(ps, name+".norm", out, p.encNorm)
			norms = append(norms, norm)
			f = append(f, norm)
			if p.second {
				f = append(f, nn.NewPReLU(ps, name+".prelu"))
			} else {
				f = append(f, nn.ReLU)
			}
		}
		in = out
	}
	return f, norms
}

func linear(ps *nn.Params, name string, in, out int, bias bool, rng *rand.Rand) *nn.Linear {
	var b nn.Init
	if bias {
		b = nn.FanIn(in, rng)
	}
	return nn.NewLinear(ps, name, in, out, nn.FanIn(in, rng), b)
}

// head is Linear, BatchNorm(0.1), ReLU, Linear, or the identity.
func head(ps *nn.Params, p *params, name string, in int, m mlp, rng *rand.Rand) nn.Sequence {
	if m == (mlp{}) {
		return nil
	}
	return nn.Sequence{
		linear(ps, name+".0", in, m.hidden, !p.second, rng), nn.NewBatchNorm(ps, name+".1", m.hidden, 0.1), nn.ReLU,
		linear(ps, name+".3", m.hidden, m.out, true, rng),
	}
}

// branch is a network with weights of its own: f, g and h, and online also the
// predictors q and r.
type branch struct {
	body, heads *nn.Params // of f; of g and h
	predictors  *nn.Params
	f, g, h     nn.Sequence
	q, r        nn.Sequence
	classify    *nn.Linear // the supervised objective's
	norms       []*nn.BatchNorm
}

func newBranch(p *params, units int, online bool, rng *rand.Rand) *branch {
	b := &branch{body: new(nn.Params), heads: new(nn.Params), predictors: new(nn.Params)}
	if !online {
		b.body, b.heads = nn.Frozen(), nn.Frozen()
	}
	b.f, b.norms = encoder(b.body, p, units, rng)
	y := p.encoder[len(p.encoder)-1]
	if p.conv {
		y = channels[len(channels)-1]
	}
	if p.objective == "supervised" {
		outputs := 2 // cos and sin of the class angle
		if p.classes > 0 {
			outputs = p.classes
		}
		b.classify = linear(b.predictors, "classify", y, outputs, true, rng)
		return b
	}
	z := y
	if b.g = head(b.heads, p, "g", y, p.g, rng); b.g != nil {
		z = p.g.out
	}
	hIn := z
	if p.layout == "parallel" || p.objective == "simclr" { // whose only projection is h
		hIn = y
	}
	b.h = head(b.heads, p, "h", hIn, p.h, rng)
	if online {
		b.q = head(b.predictors, p, "q", z, p.q, rng)
		b.r = head(b.predictors, p, "r", p.h.out, p.r, rng)
	}
	return b
}

// second is v of a pass: h on the projection z, or in the parallel layout on y.
func (b *branch) second(p *params, y, z *nn.Value, pass int) *nn.Value {
	if p.layout == "parallel" {
		z = y
	}
	return b.h.Apply(nn.Passes(z, pass))
}
