package eit

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/nn"
)

// learnMasked trains a new interaction module without labels: at every step
// ⌊N/2⌋ random units are hidden, all tokens pass the blocks, and s at the hidden
// ones must be g, by the mean absolute error. Individual module and g are frozen.
func (m *model) learnMasked(t *trainer, net *full, p *part) error {
	o, windows, err := m.maskedStep(t, net, p)
	if err != nil {
		return err
	}
	s := &m.Settings
	return t.run(schedule{what: "the masked interaction module", curve: "loss_masked", epochs: s.MaskEpochs, rate: 100 * s.LearningRate}, o, windows)
}

func (m *model) maskedStep(t *trainer, net *full, p *part) (o *objective, windows []int, err error) {
	s := &m.Settings
	N, T := net.units, s.Window
	if N < 2 {
		return nil, nil, framework.Refuse("transfer masked needs at least two units", "")
	}
	out, err := m.infer(t.ctx, p, func(o outputs) []*nn.Value {
		return []*nn.Value{nn.SwapAxes(o.z, N, T), nn.Reshape(o.g, 1)}
	})
	if err != nil {
		return nil, nil, err
	}
	z, g := out[0], out[1] // [windows T N x d], [windows T N x 1]
	o = newStep(s, p)
	pass := o.batch.Pass(T * (N / 2)) // of hidden tokens
	x := nn.NewGraph(nn.Training, t.workers).Input(s.D, o.batch.Pass(T*N))
	tokens, mask := hidden(net.mask, x)
	at := nn.NewIndices(pass)
	target := x.Graph().Input(1, pass)
	o.step = nn.NewStep(absoluteError(nn.Gather(nn.Reshape(net.interact.apply(tokens), 1), at), target))
	o.fill = func(windows []int) {
		k := 0
		for i, w := range windows {
			copy(x.Data()[i*T*N*s.D:], z.Values[w*T*N*s.D:(w+1)*T*N*s.D])
			for step := range T {
				for _, n := range t.masks.Perm(N)[:N/2] {
					at.At[k] = (i*T+step)*N + n
					target.Data()[k] = g.Values[(w*T+step)*N+n]
					k++
				}
			}
		}
		mask.set(at.At[:k])
	}
	for i := range p.windows {
		windows = append(windows, i)
	}
	return o, windows, nil
}
