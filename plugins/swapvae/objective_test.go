package swapvae

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
	"github.com/assaylab/assay/framework/setting"
)

// with returns the default settings but for the named ones.
func with(values map[string]any) *settings {
	s := new(settings)
	if err := setting.Of(settings{}).Decode(values, s); err != nil {
		panic(err)
	}
	return s
}

// ablations are the released integer flags 0 to 7 as weights of own, swapped,
// KL and alignment terms, with a = 10 and b = 1.
var ablations = [8][4]float64{
	{1, 1, 10, 1}, {2, 0, 10, 0}, {2, 0, 2, 0}, {1, 1, 10, 0},
	{2, 0, 10, 1}, {0, 2, 10, 0}, {0, 0, 10, 1}, {0, 0, 0, 1},
}

// The gradients of the whole loss, in every ablation, are those of central
// differences: small activity, so that the loss is of the order of 1.
func TestGradients(t *testing.T) {
	cases := map[string]*settings{}
	for id, w := range ablations {
		cases[fmt.Sprintf("ablation %d", id)] = with(map[string]any{"content": 3, "style": 2, "own_weight": w[0], "swap_weight": w[1], "kl_weight": w[2], "align_weight": w[3]})
	}
	cases["vae"] = with(map[string]any{"content": 0, "style": 5, "swap_weight": 0.0, "align_weight": 0.0, "kl_weight": 1.0, "batch_norm": false})
	cases["all gaussian"] = with(map[string]any{"content": 3, "style": 2, "gaussian": "all"})
	for name, s := range cases {
		t.Run(name, func(t *testing.T) {
			const units, batch = 6, 8
			w := kernel.NewWorkers(1)
			defer w.Close()
			src := rand.NewPCG(1, 2)
			net := newNetwork(s, units, data.Rand(3, "init"))
			for _, p := range net.ps.Trained() { // away from the symmetry of zero biases
				for i := range p.Data {
					p.Data[i] += float32(0.1 * rand.New(rand.NewPCG(uint64(i), 5)).NormFloat64())
				}
			}
			o := newObjective(s, net, units, batch, w, rand.New(src))
			rng := data.Rand(4, "views")
			for i := range o.x.Data() {
				o.x.Data()[i] = float32(rng.IntN(3)) / 2
			}
			nntest.Problem{Step: o.step, Reset: func() { src.Seed(1, 2) }}.Check(t)
		})
	}
}
