package eit

import (
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
