package eit

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// referenceCases are small networks in the forms of the released runs, without
// dropout and at a rate that moves the loss.
func referenceCases() map[string]*settings {
	small := map[string]any{"window": 3, "bins": 3, "d": 3, "heads": 2, "head_width": 4, "head_width_s": 4, "batch": 4, "learning_rate": 0.01,
		"dropout_s": 0, "neuron_dropout_t": 0, "neuron_dropout_s": 0, "dropout": 0}
	small1 := map[string]any{"depth_t": 1, "depth_s": 1}
	cases := map[string]*settings{}
	for name, more := range map[string][]map[string]any{
		"neural":      {},
		"many bodies": {small1, {"features": 2, "centring": "none", "skip_s": false, "feed_forward_s": false, "alpha": 0}},
		"class token": {small1, {"pooling": "cls"}},
		"vanilla":     {{"model": "vanilla", "features": 2, "depth": 1}},
	} {
		values := maps.Clone(small)
		for _, m := range more {
			maps.Copy(values, m)
		}
		cases[name] = with(values)
	}
	return cases
}

// Logits, gradients and the first ten losses under Adam are those of a PyTorch
// model that was written from the equations (testdata/reference.py).
func TestNetworksArePyTorchs(t *testing.T) {
	const units, classes = 3, 8
	type batch struct {
		X      []float32 `json:"x"` // [B T N F]
		Labels []int     `json:"labels"`
	}
	type problem struct {
		Model        string               `json:"model"`
		Units        int                  `json:"units"`
		Features     int                  `json:"features"`
		Window       int                  `json:"window"`
		Heads        int                  `json:"heads"`
		Classes      int                  `json:"classes"`
		SkipT        bool                 `json:"skip_t"`
		SkipS        bool                 `json:"skip_s"`
		FeedForwardS bool                 `json:"feed_forward_s"`
		Pooling      string               `json:"pooling"`
		Alpha        float64              `json:"alpha"`
		Rate         float64              `json:"rate"`
		Weights      map[string][]float32 `json:"weights"`
		Batches      []batch              `json:"batches"` // again and again
	}
	problems, got := map[string]problem{}, map[string][]float64{}
	for name, s := range referenceCases() {
		tr := testTrainer(t)
		p := noise(units, s)
		net := s.network(sizes{units, classes}, tr.req.Rand("reference"), tr.noise)
		pr := problem{s.Model, units, s.Features, s.Window, s.Heads, classes, s.SkipT, s.SkipS, s.FeedForwardS, s.Pooling, s.Alpha, s.LearningRate, map[string][]float32{}, nil}
		names := map[*nn.Param]string{}
		for file, set := range net.sets() {
			for _, q := range set.All() {
				names[q] = strings.TrimSuffix(file, ".safetensors") + "/" + q.Name
				pr.Weights[names[q]] = slices.Clone(q.Data)
			}
		}
		save := func(what string, values []float32) {
			for _, v := range values {
				got[name+": "+what] = append(got[name+": "+what], float64(v))
			}
		}
		o := s.objective(net, p, classesOf(p), tr.workers, tr.masks)
		var chosen [][]int
		for part := range slices.Chunk(p.windows[:4*s.Batch], s.Batch) {
			chosen = append(chosen, part)
			b := batch{make([]float32, len(o.x.Data())), make([]int, s.Batch*s.Window)}
			fillWindows(b.X, p, s.Window, part)
			fillLabels(b.Labels, p, classesOf(p), s.Window, part)
			pr.Batches = append(pr.Batches, b)
		}
		x := p.bins
		x.Shape, x.Values = []int{s.Batch * s.Window, p.bins.Cols()}, pr.Batches[0].X
		for i, values := range forward(t, s.Window, x, func(x *nn.Value) []*nn.Value {
			out := net.apply(x)
			if out.individual == nil {
				return []*nn.Value{out.logits}
			}
			return []*nn.Value{out.logits, out.individual}
		}) {
			save([]string{"logits", "logits of the individual module"}[i], values)
		}
		adam := nn.NewAdam(o.step.Params())
		for step := range 10 {
			o.fill(chosen[step%len(chosen)])
			save("losses", []float32{float32(o.step.Run())})
			if step == 0 {
				for _, q := range o.step.Params() {
					save("gradient of "+names[q], q.Grad)
				}
			}
			adam.Step(s.LearningRate)
		}
		problems[name] = pr
	}
	nntest.ReferenceArrays(t, problems, got)
}
