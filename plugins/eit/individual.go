package eit

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// individual is the module that reads the series of each unit by itself:
//
//	E0[b,n,t] = X[b,n,t] We + be,   Z[b,n] = Blocks_T(E0[b,n]),   g[b,n,t] = Z[b,n,t]·wT + cT
//
// It knows no number of units. There is no encoding of time unless asked for.
type individual struct {
	ps      *nn.Params
	s       *settings
	embed   *nn.Linear
	time    *nn.Positions // or nil
	blocks  []*nn.TransformerBlock
	squeeze *nn.Linear // wT, cT
}

func newIndividual(s *settings, init, noise *rand.Rand) *individual {
	t := &individual{ps: new(nn.Params), s: s}
	t.embed = linear(t.ps, "embed", s.Features, s.D, init)
	if s.TimeEncoding {
		t.time = nn.NewPositions(t.ps, "time", s.Window, s.D, nn.Normal(1, init))
	}
	t.blocks = blocks(t.ps, "blocks", s.DepthT, nn.TransformerSettings{
		Dim: s.D, Heads: s.Heads, HeadWidth: s.HeadWidth, Hidden: s.HiddenT * s.D, Dropout: s.DropoutT,
		NoAttentionSkip: !s.SkipT, NoFeedForward: !s.FeedForwardT,
	}, init, noise)
	t.squeeze = linear(t.ps, "squeeze", s.D, 1, init)
	return t
}

// apply returns Z [B N T x d] and g [B T x N] of x [B T x N F].
func (t *individual) apply(x *nn.Value, units int) (z, g *nn.Value) {
	z = t.embed.Apply(nn.SwapAxes(nn.Reshape(x, t.s.Features), t.s.Window, units))
	if t.time != nil {
		z = t.time.Apply(z)
	}
	for _, b := range t.blocks {
		z = b.Apply(z, t.s.Window)
	}
	return z, nn.Reshape(nn.SwapAxes(t.squeeze.Apply(z), units, t.s.Window), units)
}
