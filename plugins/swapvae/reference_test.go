package swapvae

import (
	"slices"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// The first ten losses of a small training are those of a PyTorch model that was
// written from the paper's equations (testdata/reference.py).
func TestFirstLossesArePyTorchs(t *testing.T) {
	type step struct {
		X     [2][][]float32 `json:"x"`     // views
		Noise [2][][]float32 `json:"noise"` // ε of the views' styles
	}
	var problem struct {
		Content int                  `json:"content"`
		Weights map[string][]float32 `json:"weights"`
		Steps   []step               `json:"steps"`
	}
	s := with(map[string]any{"content": 4, "style": 3, "batch": 10})
	r := toy()
	r = r.Select(data.MomentsOf(r.Samples, 0).Varying(s.MinStd))
	units := r.Samples.Cols()
	req := framework.TrainRequest{Seed: 7}
	w := kernel.NewWorkers(1)
	defer w.Close()
	net := newNetwork(s, units, req.Rand("init"))
	problem.Content, problem.Weights = s.Content, map[string][]float32{}
	for _, p := range net.ps.Trained() {
		problem.Weights[p.Name] = slices.Clone(p.Data)
	}
	draws := newSampler(s, r, req)
	o := newObjective(s, net, units, s.Batch, w, req.Rand("latent noise"))
	again := req.Rand("latent noise") // the same numbers once more, to store
	adam := nn.NewAdam(o.step.Params())
	var losses []float64
	for range 10 {
		draws.draw(o.x)
		var st step
		for view := range 2 {
			st.X[view] = rows(o.x.Pass(view), units)
			noise := make([]float32, s.Batch*s.Style)
			nn.FillNormal(noise, again)
			st.Noise[view] = rows(noise, s.Style)
		}
		problem.Steps = append(problem.Steps, st)
		losses = append(losses, o.step.Run())
		adam.Step(s.LearningRate)
	}
	nntest.Reference(t, problem, losses)
}

// rows cuts a copy of x into rows.
func rows(x []float32, cols int) [][]float32 {
	return slices.Collect(slices.Chunk(slices.Clone(x), cols))
}
