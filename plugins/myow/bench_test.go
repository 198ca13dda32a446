package myow

import (
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// BenchmarkStep is a training step of the default settings, as it is from step
// 10 on, on a recording like the moving bins of chewie-1: 162 units, 816 bins.
func BenchmarkStep(b *testing.B) {
	p := with(nil).resolve()
	r := &data.Recording{Samples: data.NewArray(816, 162), Trial: make([]int32, 816)}
	rng := data.Rand(1, "bench")
	for i := range r.Samples.Values {
		r.Samples.Values[i] = 10 * float32(max(0, rng.IntN(8)-5))
	}
	for i := range r.Trial {
		r.Trial[i] = int32(i / 6)
	}
	m := new(model)
	if err := m.standardise(r, p); err != nil {
		b.Fatal(err)
	}
	t, err := newTraining(p, m, r, framework.TrainRequest{Seed: 1, Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer t.workers.Close()
	t.full.weigh(&p, 0.5)
	step := 0
	for b.Loop() {
		t.fill(t.full)
		t.full.step.Run()
		t.optimiser.Step(2e-4)
		t.follow(step)
		step++
	}
}
