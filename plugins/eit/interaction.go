package eit

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// interaction is the module that reads the set of units at each step:
//
//	W0[b,t,n] = Z[b,n,t] + I[n],   W[b,t] = Blocks_S(W0[b,t]),   s[b,t,n] = W[b,t,n]·wS + cS
//
// It reads all of Z, not its squeeze g. With a class token, which comes first,
// the latent is what becomes of the token, or the mean over it and the units.
type interaction struct {
	s        *settings
	units    int
	identity *nn.Positions // or nil
	token    *nn.Param     // where pooling is not cat
	blocks   []*nn.TransformerBlock
	squeeze  *nn.Linear // wS, cS where pooling is cat
	noise    *rand.Rand
}

func newInteraction(ps *nn.Params, s *settings, units int, init, noise *rand.Rand) *interaction {
	m := &interaction{s: s, units: units, noise: noise}
	if s.Identity {
		m.identity = nn.NewPositions(ps, "identity", units, s.D, nn.Normal(1, init))
	}
	width := int(released(float64(s.HeadWidthS), float64(s.HeadWidth)))
	if s.Pooling != "cat" {
		width = int(released(float64(s.HeadWidthS), 32))
		m.token = ps.Vector("token", s.D, nn.Normal(1, init))
	}
	m.blocks = blocks(ps, "blocks", s.DepthS, nn.TransformerSettings{
		Dim: s.D, Heads: s.Heads, HeadWidth: width, Hidden: s.HiddenS * s.D, Dropout: s.DropoutS,
		NoAttentionSkip: !s.SkipS, NoFeedForward: !s.FeedForwardS,
	}, init, noise)
	if s.Pooling == "cat" {
		m.squeeze = linear(ps, "squeeze", s.D, 1, init)
	}
	return m
}

// apply returns s [B T x N], or the pooled token [B T x d], of z [B T N x d].
func (m *interaction) apply(z *nn.Value) *nn.Value {
	if m.identity != nil {
		z = m.identity.Apply(z)
	}
	length := m.units
	if m.token != nil {
		z = prepend(m.token, nn.Dropout(z, m.s.NeuronDropoutS, m.noise), length)
		length++
	}
	for _, b := range m.blocks {
		z = b.Apply(z, length)
	}
	switch m.s.Pooling {
	case "cls":
		return nn.Columns(nn.Reshape(z, length*m.s.D), 0, m.s.D)
	case "mean":
		return tokenMean(z, length)
	}
	return nn.Reshape(m.squeeze.Apply(z), m.units)
}

// setHead reads P_S from the latent: Lin(Dropout_q(LN(s))), where pooling is not
// cat without the dropout, which the tokens have had.
type setHead struct {
	norm    *nn.LayerNorm
	linear  *nn.Linear
	dropout float64
	noise   *rand.Rand
}

func newSetHead(ps *nn.Params, s *settings, n sizes, init, noise *rand.Rand) *setHead {
	in, dropout := n.units, s.NeuronDropoutS
	if s.Pooling != "cat" {
		in, dropout = s.D, 0
	}
	return &setHead{nn.NewLayerNorm(ps, "head_s.norm", in), linear(ps, "head_s", in, n.classes, init), dropout, noise}
}

func (h *setHead) apply(s *nn.Value) *nn.Value {
	return h.linear.Apply(nn.Dropout(h.norm.Apply(s), h.dropout, h.noise))
}
