package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// attend runs a layer of EIT's sizes forward and back, folded or plain, and
// returns the output and all gradients.
func attend(t *testing.T, threads, d, length int, apply func(a *nn.SelfAttention, x *nn.Value, length int) *nn.Value) map[string][]float32 {
	w := kernel.NewWorkers(threads)
	defer w.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	g, batch, ps := nn.NewGraph(nn.Training, w), nn.NewBatch(1+40/length), new(nn.Params)
	layer := nn.NewSelfAttention(ps, "a", d, 6, 64, nn.FanIn(d, rng), nn.FanIn(384, rng))
	x := g.Variable(d, batch.Pass(length))
	nn.FillNormal(x.Data(), rng)
	y := apply(layer, x, length)
	target := g.Input(d, y.Passes()...)
	nn.FillNormal(target.Data(), rng)
	nn.NewStep(nn.Total(nn.Weigh(nn.MSE(y, target), float64(len(target.Data()))))).Run()
	out := map[string][]float32{"y": slices.Clone(y.Data()), "dx": slices.Clone(x.Grad())}
	for _, p := range ps.Trained() {
		out[p.Name] = slices.Clone(p.Grad)
	}
	return out
}

// Folded and plain attention are one function.
func TestFoldedAttentionIsAttention(t *testing.T) {
	for _, d := range []int{4, 16, 24} {
		for _, length := range []int{2, 6, 10, 50, 163} {
			t.Run(fmt.Sprintf("d=%d,L=%d", d, length), func(t *testing.T) {
				plain := attend(t, 1, d, length, (*nn.SelfAttention).Plain)
				for name, got := range attend(t, 1, d, length, (*nn.SelfAttention).Apply) {
					want := plain[name]
					size := 0.0
					for _, v := range want {
						size = max(size, math.Abs(float64(v)))
					}
					for i, v := range got {
						if !(math.Abs(float64(v)-float64(want[i])) <= 1e-5*size) {
							t.Fatalf("%s[%d] is %v folded, %v plain (largest %v)", name, i, v, want[i], size)
						}
					}
				}
			})
		}
	}
}

func TestFoldedAttentionOnThreads(t *testing.T) {
	for _, length := range []int{2, 163} {
		want := attend(t, 1, 16, length, (*nn.SelfAttention).Apply)
		for _, threads := range []int{2, 4} {
			for name, got := range attend(t, threads, 16, length, (*nn.SelfAttention).Apply) {
				if !slices.Equal(got, want[name]) {
					t.Errorf("sequences of %d: %s differs on %d threads", length, name, threads)
				}
			}
		}
	}
}

// A layer of EIT's interaction module, there and back, for 32 sets of 163 units.
func BenchmarkSelfAttention(b *testing.B) {
	for name, apply := range map[string]func(a *nn.SelfAttention, x *nn.Value, length int) *nn.Value{
		"plain": (*nn.SelfAttention).Plain, "folded": (*nn.SelfAttention).Apply,
	} {
		b.Run(name, func(b *testing.B) {
			const d, length, sets = 16, 163, 32
			w := kernel.NewWorkers(1)
			defer w.Close()
			rng := rand.New(rand.NewPCG(1, 2))
			g, ps := nn.NewGraph(nn.Training, w), new(nn.Params)
			layer := nn.NewSelfAttention(ps, "a", d, 6, 64, nn.FanIn(d, rng), nn.FanIn(384, rng))
			x := g.Variable(d, nn.NewBatch(sets).Pass(length))
			nn.FillNormal(x.Data(), rng)
			y := apply(layer, x, length)
			step := nn.NewStep(nn.Total(nn.Weigh(nn.MSE(y, g.Input(d, y.Passes()...)), 1)))
			for b.Loop() {
				step.Run()
			}
		})
	}
}
