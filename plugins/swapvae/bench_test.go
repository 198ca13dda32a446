package swapvae

import (
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// BenchmarkStep is a training step of the default settings on a recording like
// chewie-1: 163 units, batches of 256 pairs, drawing included.
func BenchmarkStep(b *testing.B) {
	s := with(nil)
	r := &data.Recording{Samples: data.NewArray(1332, 163), Trial: make([]int32, 1332)}
	rng := data.Rand(1, "bench")
	for i := range r.Samples.Values {
		r.Samples.Values[i] = 10 * float32(max(0, rng.IntN(8)-5))
	}
	for i := range r.Trial {
		r.Trial[i] = int32(i / 10)
	}
	w := kernel.NewWorkers(1)
	defer w.Close()
	req := framework.TrainRequest{Seed: 1}
	net := newNetwork(s, 163, req.Rand("init"))
	draws := newSampler(s, r, req)
	o := newObjective(s, net, 163, s.Batch, w, req.Rand("noise"))
	adam := nn.NewAdam(o.step.Params())
	for b.Loop() {
		draws.draw(o.x)
		o.step.Run()
		adam.Step(s.LearningRate)
	}
}
