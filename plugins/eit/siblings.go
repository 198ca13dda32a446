package eit

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// mlp reads a window as one vector, without a non-linearity:
//
//	latent[b] = Dropout(BatchNorm(Lin_{T N F → T L}(X[b]))),   logits[b,t] = Lin_{L→C}(latent[b,t])
type mlp struct {
	s       *settings
	ps      *nn.Params
	width   int // L
	first   *nn.Linear
	norm    *nn.BatchNorm
	logits  *nn.Linear
	dropout float64
	noise   *rand.Rand
}

func newMLP(s *settings, n sizes, init, noise *rand.Rand) *mlp {
	L := int(released(float64(s.Hidden), float64(n.units)))
	m := &mlp{s: s, ps: new(nn.Params), width: L, dropout: released(s.Dropout, 0.2), noise: noise}
	m.first = linear(m.ps, "first", s.Window*n.units*s.Features, s.Window*L, init)
	m.norm = nn.NewBatchNorm(m.ps, "norm", s.Window*L, 0.1)
	m.logits = linear(m.ps, "logits", L, n.classes, init)
	return m
}

func (m *mlp) sets() map[string]*nn.Params { return map[string]*nn.Params{weightsFile: m.ps} }

func (m *mlp) apply(x *nn.Value) outputs {
	h := m.norm.Apply(m.first.Apply(nn.Reshape(x, m.s.Window*x.Cols())))
	latent := nn.Reshape(nn.Dropout(h, m.dropout, m.noise), m.width)
	return outputs{latent: latent, logits: m.logits.Apply(latent)}
}

// gru reads a window forwards and backwards; logits are read from its states.
type gru struct {
	s       *settings
	ps      *nn.Params
	layer   *nn.GRU
	logits  *nn.Linear
	dropout float64
	noise   *rand.Rand
}

func newGRU(s *settings, n sizes, init, noise *rand.Rand) *gru {
	hidden := int(released(float64(s.Hidden), math.Round(float64(n.units)/2)))
	m := &gru{s: s, ps: new(nn.Params), dropout: released(s.Dropout, 0.2), noise: noise}
	m.layer = nn.NewGRU(m.ps, "gru", n.units*s.Features, hidden, true, init)
	m.logits = linear(m.ps, "logits", 2*hidden, n.classes, init)
	return m
}

func (m *gru) sets() map[string]*nn.Params { return map[string]*nn.Params{weightsFile: m.ps} }

func (m *gru) apply(x *nn.Value) outputs {
	latent := nn.Dropout(m.layer.Apply(x, m.s.Window), m.dropout, m.noise)
	return outputs{latent: latent, logits: m.logits.Apply(latent)}
}
