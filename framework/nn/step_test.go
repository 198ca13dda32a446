package nn_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// toy is a network with every source of state: batch statistics, dropout, noise.
type toy struct {
	ps    *nn.Params
	net   nn.Sequence
	batch *nn.Batch
	x, t  *nn.Value
	step  *nn.Step
	adam  *nn.Adam
}

func newToy(t testing.TB, threads int) *toy {
	w := kernel.NewWorkers(threads)
	t.Cleanup(w.Close)
	rng := rand.New(rand.NewPCG(1, 1))
	y := &toy{ps: new(nn.Params), batch: nn.NewBatch(300)}
	init := nn.KaimingNormal(rng)
	y.net = nn.Sequence{
		nn.NewLinear(y.ps, "0", 83, 130, init, nn.Constant(0)), nn.NewBatchNorm(y.ps, "1", 130, 0.1), nn.ReLU,
		nn.NewLinear(y.ps, "3", 130, 70, init, nn.Constant(0)), nn.NewLayerNorm(y.ps, "4", 70), nn.NewPReLU(y.ps, "5"),
	}
	g := nn.NewGraph(nn.Training, w)
	y.x, y.t = g.Input(83, y.batch.Pass(1), y.batch.Pass(1)), g.Input(35, y.batch.Pass(1))
	h := nn.Dropout(y.net.Apply(y.x), 0.2, rng)
	mu, v := nn.Columns(h, 0, 35), nn.Columns(h, 35, 70)
	s := nn.Reparametrise(mu, v, rng)
	y.step = nn.NewStep(nn.Total(nn.Weigh(nn.MSE(s, y.t), 1), nn.Weigh(nn.KL(mu, v), 0.1), nn.Weigh(nn.CosineDistance(s, nn.Passes(s, 1, 0)), 1)))
	y.adam = nn.NewAdam(y.ps.Trained())
	data := rand.New(rand.NewPCG(2, 2))
	nn.FillNormal(y.x.Data(), data)
	nn.FillNormal(y.t.Data(), data)
	return y
}

func (y *toy) train(steps int) (losses []float64) {
	for i := range steps {
		y.batch.Set(300 - i%7)
		losses = append(losses, y.step.Run())
		y.adam.Step(1e-3)
	}
	return losses
}

func bits(ps *nn.Params) (out []uint32) {
	for _, p := range ps.All() {
		for _, x := range p.Data {
			out = append(out, math.Float32bits(x))
		}
	}
	return out
}

// A whole training run gives the same bits on 1, 2, 3 and 4 threads.
func TestThreadsChangeNoBit(t *testing.T) {
	one := newToy(t, 1)
	losses := one.train(25)
	if !(losses[24] < losses[0]) {
		t.Errorf("training does not learn: %v", losses)
	}
	for _, threads := range []int{1, 2, 3, 4} {
		y := newToy(t, threads)
		if got := y.train(25); !slices.Equal(got, losses) {
			t.Errorf("%d threads: losses differ: %v against %v", threads, got, losses)
		}
		if !slices.Equal(bits(y.ps), bits(one.ps)) {
			t.Errorf("%d threads: weights differ", threads)
		}
	}
}

func TestWarmStepsDoNotAllocate(t *testing.T) {
	for _, threads := range []int{1, 2} {
		y := newToy(t, threads)
		y.train(1)
		if n := testing.AllocsPerRun(20, func() { y.step.Run(); y.adam.Step(1e-3) }); n != 0 {
			t.Errorf("%d threads: %v allocations in a step", threads, n)
		}
	}
}

// Two passes through one value are two passes, one after the other.
func TestPassesAreSeparate(t *testing.T) {
	run := func(stacked bool) ([]uint32, []float32) {
		w := kernel.NewWorkers(1)
		defer w.Close()
		ps, rng := new(nn.Params), rand.New(rand.NewPCG(1, 1))
		net := nn.Sequence{nn.NewLinear(ps, "0", 5, 4, nn.KaimingNormal(rng), nil), nn.NewBatchNorm(ps, "1", 4, 0.1), nn.ReLU}
		g, b := nn.NewGraph(nn.Training, w), nn.NewBatch(9)
		data := rand.New(rand.NewPCG(2, 2))
		var y *nn.Value
		if stacked {
			x := g.Input(5, b.Pass(1), b.Pass(1))
			nn.FillNormal(x.Data(), data)
			y = net.Apply(x)
		} else {
			x1, x2 := g.Input(5, b.Pass(1)), g.Input(5, b.Pass(1))
			nn.FillNormal(x1.Data(), data)
			nn.FillNormal(x2.Data(), data)
			y = nn.Stack(net.Apply(x1), net.Apply(x2))
		}
		g.Forward()
		return bits(ps), slices.Clone(y.Data())
	}
	p1, y1 := run(true)
	p2, y2 := run(false)
	if !slices.Equal(p1, p2) || !slices.Equal(y1, y2) {
		t.Error("stacked passes differ from separate ones")
	}
}

// Running statistics in PyTorch's convention: the new batch has weight momentum
// and its variance is unbiased.
func TestRunningStatistics(t *testing.T) {
	w := kernel.NewWorkers(1)
	defer w.Close()
	ps := new(nn.Params)
	bn := nn.NewBatchNorm(ps, "bn", 1, 0.1)
	g, b := nn.NewGraph(nn.Training, w), nn.NewBatch(4)
	x := g.Input(1, b.Pass(1))
	bn.Apply(x)
	copy(x.Data(), []float32{1, 2, 3, 6}) // mean 3, variance 14/4 biased, 14/3 unbiased
	g.Forward()
	if m, v := float64(bn.Mean.Data[0]), float64(bn.Var.Data[0]); math.Abs(m-0.3) > 1e-6 || math.Abs(v-(0.9+1.4/3)) > 1e-6 {
		t.Errorf("running mean %v and variance %v, want 0.3 and %v", m, v, 0.9+1.4/3)
	}
	e := nn.NewGraph(nn.Evaluation, w)
	in := e.Input(1, b.Pass(1))
	out := bn.Apply(in)
	copy(in.Data(), []float32{0.3, 0, 0, 0})
	e.Forward()
	if y := out.Data()[0]; math.Abs(float64(y)) > 1e-6 {
		t.Errorf("evaluation maps the running mean to %v", y)
	}
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	a, b := newToy(t, 1), newToy(t, 1)
	a.train(3)
	if err := a.ps.Save(path); err != nil {
		t.Fatal(err)
	}
	if err := b.ps.Load(path); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(bits(a.ps), bits(b.ps)) {
		t.Error("weights changed on their way through the file")
	}
	other := new(nn.Params)
	other.Vector("1.weight", 3, nn.Constant(0))
	for name, ps := range map[string]*nn.Params{"a wrong shape": other, "an empty network": new(nn.Params)} {
		if err := ps.Load(path); err == nil {
			t.Errorf("%s was filled from %s", name, path)
		}
	}
}

// Training that goes on from saved parameters and Adam's saved state takes the
// steps that it would have taken.
func TestAdamGoesOn(t *testing.T) {
	dir := t.TempDir()
	weights, state := filepath.Join(dir, "weights"), filepath.Join(dir, "adam")
	whole, first, second := newRegression(t), newRegression(t), newRegression(t)
	whole.train(7)
	first.train(4)
	for _, err := range []error{first.ps.Save(weights), first.adam.Save(state), second.ps.Load(weights), second.adam.Load(state)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	second.train(3)
	if !slices.Equal(bits(whole.ps), bits(second.ps)) {
		t.Error("training that was interrupted gives other weights")
	}
	if err := newToy(t, 1).adam.Load(state); err == nil {
		t.Error("the state of another network was taken")
	}
}

// regression is a network without random streams.
type regression struct {
	ps   *nn.Params
	step *nn.Step
	adam *nn.Adam
}

func newRegression(t *testing.T) *regression {
	w := kernel.NewWorkers(1)
	t.Cleanup(w.Close)
	r := &regression{ps: new(nn.Params)}
	g, batch := nn.NewGraph(nn.Training, w), nn.NewBatch(6)
	x, y := g.Input(3, batch.Pass(1)), g.Input(2, batch.Pass(1))
	rng := rand.New(rand.NewPCG(1, 1))
	nn.FillNormal(x.Data(), rng)
	nn.FillNormal(y.Data(), rng)
	r.step = nn.NewStep(nn.Total(nn.Weigh(nn.MSE(nn.NewLinear(r.ps, "0", 3, 2, nn.Normal(1, rng), nn.Constant(0)).Apply(x), y), 1)))
	r.adam = nn.NewAdam(r.ps.Trained())
	return r
}

func (r *regression) train(steps int) {
	for range steps {
		r.step.Run()
		r.adam.Step(0.1)
	}
}
