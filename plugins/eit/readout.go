package eit

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
)

// readout is a head on frozen features: Dropout, then Lin_{K→C}, at every step.
type readout struct {
	ps      *nn.Params
	linear  *nn.Linear
	dropout float64
	noise   *rand.Rand
}

func newReadout(in, classes int, dropout float64, init, noise *rand.Rand) *readout {
	r := &readout{ps: new(nn.Params), dropout: dropout, noise: noise}
	r.linear = linear(r.ps, "head", in, classes, init)
	return r
}

func (r *readout) apply(x *nn.Value) outputs {
	return outputs{logits: r.linear.Apply(nn.Dropout(x, r.dropout, r.noise))}
}

func (r *readout) sets() map[string]*nn.Params { return map[string]*nn.Params{headFile: r.ps} }

// readoutPlan is how the head of a method is trained in the release.
type readoutPlan struct {
	epochs  int
	rate    float64
	dropout float64
	given   bool
}

// readout returns the plan, or nil where a method has no head on frozen features.
func (s *settings) readout() *readoutPlan {
	var p readoutPlan
	switch {
	case s.Model == "linear":
		return &readoutPlan{s.Epochs, s.LearningRate, released(s.Dropout, 0.5), s.Order == "given"}
	case s.Model == "ndt":
		p = readoutPlan{epochs: 200, rate: 1e-3, dropout: 0.2}
	case s.Transfer == "individual" || s.Transfer == "untrained":
		p = readoutPlan{epochs: 600, rate: 1e-4, dropout: 0.5}
	case s.Transfer == "latents":
		p = readoutPlan{epochs: 400, rate: 1e-4, dropout: 0.5, given: true}
	case s.Transfer == "masked":
		p = readoutPlan{epochs: 400, rate: 1e-3, dropout: 0.2}
	default:
		return nil
	}
	if s.HeadEpochs >= 0 {
		p.epochs = s.HeadEpochs
	}
	p.rate, p.dropout = released(s.HeadRate, p.rate), released(s.HeadDropout, p.dropout)
	p.given = p.given || s.Order == "given"
	return &p
}

// learnReadout trains the head of the model on what its frozen network makes of
// a part.
func (m *model) learnReadout(t *trainer, p *part) error {
	plan := m.Settings.readout()
	if plan == nil {
		return nil
	}
	out, err := m.infer(t.ctx, p, func(o outputs) []*nn.Value { return []*nn.Value{o.latent} })
	if err != nil {
		return err
	}
	s := m.Settings
	s.Pepper = 0
	m.head.noise = t.noise
	features := asPart(out[0], p, s.Window)
	o := s.objective(m.head, features, m.Classes, t.workers, t.masks)
	head := schedule{what: "head", curve: "loss_head", epochs: plan.epochs, rate: plan.rate, given: plan.given}
	if s.Model == "linear" { // which is nothing but its head
		head.state = m.head.sets()
	}
	return t.run(head, o, features.windows)
}

// asPart takes features [windows T x K] of a part for the input of another network.
func asPart(features data.Array, p *part, T int) *part {
	out := &part{bins: features}
	for i, w := range p.windows {
		out.windows = append(out.windows, i*T)
		out.labels = append(out.labels, p.labels[w:w+T]...)
	}
	return out
}
