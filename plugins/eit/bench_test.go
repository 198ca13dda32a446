package eit

import (
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
)

// A training step as the methods take it: the batch is filled, the step run, the
// parameters updated.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		units int
		s     *settings
	}{
		{"neural T=2", 163, with(nil)},
		{"neural T=6", 163, with(map[string]any{"window": 6})},
		{"individual only T=2", 163, with(map[string]any{"depth_s": 0})},
		{"individual only T=8", 163, with(map[string]any{"depth_s": 0, "window": 8})},
		{"vanilla T=2", 163, with(map[string]any{"model": "vanilla"})},
		{"two bodies", 4, bodies(map[string]any{"batch": 64})},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := c.s
			p := noise(c.units, s)
			t := newTrainer(b.Context(), framework.TrainRequest{Seed: 1, Threads: 1}, nil)
			defer t.workers.Close()
			net := s.network(sizes{c.units, 8}, t.req.Rand("init"), t.noise)
			o := s.objective(net, p, classesOf(p), t.workers, t.masks)
			adam := nn.NewAdam(o.step.Params())
			for b.Loop() {
				o.fill(p.windows[:s.Batch])
				o.step.Run()
				adam.Step(s.LearningRate)
			}
		})
	}
}

// noise is a part of random windows with 8 classes.
func noise(units int, s *settings) *part {
	rng := data.Rand(1, "noise")
	trials := 8 * s.Batch
	p := &part{bins: data.NewArray(trials*s.Window, units*s.Features)}
	nn.FillNormal(p.bins.Values, rng)
	p.raw, p.countsPerUnit = data.NewArray(p.bins.Shape...), 1
	for i, v := range p.bins.Values {
		p.raw.Values[i] = v * v
	}
	for i := range trials {
		p.windows = append(p.windows, i*s.Window)
		for range s.Window {
			p.labels = append(p.labels, int32(i%8))
		}
	}
	return p
}
