package nn_test

import (
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// Ten steps of gradient descent with momentum and ten of LARS on a quadratic
// give the losses that PyTorch's SGD and the equations of LARS written in
// PyTorch give (testdata/reference.py). The bias gets no decay from either, and
// no scaling from LARS.
func TestOptimisersFollowPyTorch(t *testing.T) {
	rng := data.Rand(1, "optimisers")
	normal := func(n int) []float32 {
		x := make([]float32, n)
		nn.FillNormal(x, rng)
		return x
	}
	const rows, in, out, steps = 6, 4, 3, 10
	problem := struct {
		Momentum float64   `json:"momentum"`
		Decay    float64   `json:"decay"`
		Rates    []float64 `json:"rates"`
		X        []float32 `json:"x"`
		Target   []float32 `json:"target"`
		Weight   []float32 `json:"weight"`
		Bias     []float32 `json:"bias"`
	}{Momentum: 0.9, Decay: 0.1, X: normal(rows * in), Target: normal(rows * out), Weight: normal(out * in), Bias: normal(out)}
	for i := range steps {
		problem.Rates = append(problem.Rates, nn.WarmupCosine(0.2, i+1, 3, steps+1))
	}
	var losses []float64
	for _, optimiser := range []func([]*nn.Param) nn.Optimiser{
		func(ps []*nn.Param) nn.Optimiser {
			s := nn.NewSGD(ps, problem.Momentum, problem.Decay)
			s.NoDecay = nn.BiasOrNorm
			return s
		},
		func(ps []*nn.Param) nn.Optimiser {
			l := nn.NewLARS(ps, problem.Momentum, problem.Decay)
			l.Eta = 0.5 // at 1e-3 ten steps would move little
			return l
		},
	} {
		fill := func(x []float32) nn.Init { return func(p *nn.Param) { copy(p.Data, x) } }
		w := kernel.NewWorkers(1)
		defer w.Close()
		g, batch := nn.NewGraph(nn.Training, w), nn.NewBatch(rows)
		x, target := g.Input(in, batch.Pass(1)), g.Input(out, batch.Pass(1))
		copy(x.Data(), problem.X)
		copy(target.Data(), problem.Target)
		layer := nn.NewLinear(new(nn.Params), "layer", in, out, fill(problem.Weight), fill(problem.Bias))
		step := nn.NewStep(nn.Total(nn.Weigh(nn.MSE(layer.Apply(x), target), 1)))
		o := optimiser(slices.Clone(step.Params()))
		for _, rate := range problem.Rates {
			losses = append(losses, step.Run())
			o.Step(rate)
		}
		losses = append(losses, step.Run())
	}
	nntest.Reference(t, problem, losses)
}
