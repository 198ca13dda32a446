package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// twoStage is the network of EIT (Liu et al. 2022) for N channels and T times: a
// stage along time and one across channels, each with a head.
type twoStage struct {
	batch  *nn.Batch
	x      *nn.Value
	labels *nn.Indices
	step   *nn.Step
	adam   *nn.Adam
}

func newTwoStage(t testing.TB, threads, batch, channels, times int) *twoStage {
	w := kernel.NewWorkers(threads)
	t.Cleanup(w.Close)
	init, noise := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, 4))
	const d, classes = 16, 8
	s, ps, g := &twoStage{batch: nn.NewBatch(batch)}, new(nn.Params), nn.NewGraph(nn.Training, w)
	linear := func(name string, in, out int) *nn.Linear {
		return nn.NewLinear(ps, name, in, out, nn.FanIn(in, init), nn.FanIn(in, init))
	}
	head := func(name string, z *nn.Value, norm bool) *nn.Value { // [B, T, N] tokens
		u := nn.Reshape(linear(name+".bottleneck", d, 1).Apply(z), channels)
		if norm {
			u = nn.NewLayerNorm(ps, name+".norm", channels).Apply(u)
		}
		return linear(name+".out", channels, classes).Apply(nn.Dropout(u, 0.5, noise))
	}
	s.x, s.labels = g.Input(1, s.batch.Pass(channels*times)), nn.NewIndices(s.batch.Pass(times))
	z := linear("embed", 1, d).Apply(s.x) // [B, N, T] tokens
	for i := range 2 {
		z = nn.NewTransformerBlock(ps, fmt.Sprintf("time%d", i), nn.TransformerSettings{Dim: d, Heads: 6, HeadWidth: 64, Hidden: 2 * d,
			NoAttentionSkip: true}, init, noise).Apply(z, times)
	}
	z = nn.SwapAxes(z, channels, times)
	v := nn.NewPositions(ps, "identity", channels, d, nn.Normal(1, init)).Apply(z)
	for i := range 2 {
		v = nn.NewTransformerBlock(ps, fmt.Sprintf("channel%d", i), nn.TransformerSettings{Dim: d, Heads: 6, HeadWidth: 64, Hidden: d,
			Dropout: 0.5}, init, noise).Apply(v, channels)
	}
	s.step = nn.NewStep(nn.Total(nn.Weigh(nn.CrossEntropy(head("channels", v, true), s.labels), 1), nn.Weigh(nn.CrossEntropy(head("time", z, false), s.labels), 0.5)))
	s.adam = nn.NewAdam(ps.Trained())
	data := rand.New(rand.NewPCG(5, 6))
	nn.FillNormal(s.x.Data(), data)
	for i := range s.labels.At {
		s.labels.At[i] = data.IntN(classes)
	}
	return s
}

func BenchmarkTwoStages(b *testing.B) {
	for _, times := range []int{2, 6} {
		b.Run(fmt.Sprintf("N=163,T=%d,B=16", times), func(b *testing.B) {
			s := newTwoStage(b, 1, 16, 163, times)
			for b.Loop() {
				s.step.Run()
				s.adam.Step(1e-4)
			}
		})
	}
}

func TestTwoStagesDoNotAllocate(t *testing.T) {
	s := newTwoStage(t, 2, 2, 5, 3)
	run := func() { s.step.Run(); s.adam.Step(1e-3) }
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations in a step", n)
	}
}

// A training of the whole network has the same losses on any number of threads.
func TestTwoStagesOnThreads(t *testing.T) {
	var want []float64
	for _, threads := range []int{1, 2, 4} {
		s := newTwoStage(t, threads, 3, 20, 3)
		for i := range 60 {
			loss := s.step.Run()
			s.adam.Step(3e-3)
			if threads == 1 {
				want = append(want, loss)
			} else if loss != want[i] {
				t.Fatalf("%d threads: loss %v after %d steps, want %v", threads, loss, i, want[i])
			}
		}
	}
	mean := func(x []float64) (m float64) {
		for _, v := range x {
			m += v / float64(len(x))
		}
		return m
	}
	if !(mean(want[50:]) < mean(want[:10])-0.3) {
		t.Errorf("training does not learn: %v", want)
	}
}
