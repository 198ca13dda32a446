package nn_test

import (
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
)

func TestConvGradients(t *testing.T) {
	for name, s := range map[string]nn.ConvShape{
		"of a pixel":              {Height: 2, Width: 3, In: 2, Out: 3, Size: 1, Stride: 1},
		"padded":                  {Height: 4, Width: 3, In: 2, Out: 3, Size: 3, Stride: 1, Pad: 1},
		"strided":                 {Height: 5, Width: 4, In: 3, Out: 2, Size: 3, Stride: 2, Pad: 1},
		"with gaps":               {Height: 5, Width: 5, In: 2, Out: 2, Size: 2, Stride: 3},
		"wider than the picture":  {Height: 2, Width: 1, In: 2, Out: 2, Size: 5, Stride: 1, Pad: 3},
		"more padding than sight": {Height: 2, Width: 2, In: 1, Out: 2, Size: 2, Stride: 1, Pad: 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			l := nn.NewConv2D(b.ps, "c", s, b.init(), b.init())
			x := b.variable(s.In, b.batch.Pass(s.Height*s.Width), b.batch.Pass(2*s.Height*s.Width)) // one picture a sample, and two
			b.check(nn.Concat(l.Apply(x), l.Apply(x)))                                              // x gets two gradients
		})
	}
	t.Run("average pool", func(t *testing.T) {
		b := newBench(t)
		x := b.variable(3, b.batch.Pass(20))
		b.check(nn.Concat(nn.AveragePool(x, 5, 4, 3, 2), nn.AveragePool(x, 5, 4, 3, 2)))
	})
	t.Run("global average pool", func(t *testing.T) {
		b := newBench(t)
		b.check(nn.AveragePool(b.variable(3, b.batch.Pass(9)), 3, 3, 3, 3))
	})
}

// convolve is a network of all that pictures need, on pictures of 6 x 5 pixels.
func convolve(ps *nn.Params, channels [3]int, init nn.Init) func(x *nn.Value) *nn.Value {
	a := nn.ConvShape{Height: 6, Width: 5, In: channels[0], Out: channels[1], Size: 3, Stride: 2, Pad: 1}
	b := nn.ConvShape{Height: a.OutHeight(), Width: a.OutWidth(), In: a.Out, Out: channels[2], Size: 2, Stride: 1}
	net := nn.Sequence{nn.NewConv2D(ps, "a", a, init, init), nn.NewBatchNorm(ps, "n", a.Out, 0.1), nn.ReLU, nn.NewConv2D(ps, "b", b, init, nil)}
	return func(x *nn.Value) *nn.Value { return nn.AveragePool(net.Apply(x), b.OutHeight(), b.OutWidth(), 2, 1) }
}

// Outputs, gradients and ten losses of a network of two convolutions, batch norm and
// a pool are PyTorch's (testdata/conv/reference.py).
func TestConvIsPyTorchs(t *testing.T) {
	const pictures, pixels = 4, 30
	rng := data.Rand(1, "conv")
	channels := [3]int{2, 5, 3}
	ps := new(nn.Params)
	net := convolve(ps, channels, nn.Normal(0.4, rng))
	w := kernel.NewWorkers(1)
	defer w.Close()
	g, b := nn.NewGraph(nn.Training, w), nn.NewBatch(pictures)
	x := g.Variable(channels[0], b.Pass(pixels))
	y := net(x)
	target := g.Input(y.Cols(), y.Passes()...)
	nn.FillNormal(x.Data(), rng)
	nn.FillNormal(target.Data(), rng)
	problem := struct {
		Size     [2]int               `json:"size"`
		Channels [3]int               `json:"channels"`
		X        []float32            `json:"x"`
		Target   []float32            `json:"target"`
		Weights  map[string][]float32 `json:"weights"`
	}{[2]int{6, 5}, channels, slices.Clone(x.Data()), slices.Clone(target.Data()), map[string][]float32{}}
	for _, p := range ps.Trained() {
		if p.Vector { // batch norm's begin at 1 and 0
			nn.FillNormal(p.Data, rng)
		}
		problem.Weights[p.Name] = slices.Clone(p.Data)
	}
	step := nn.NewStep(nn.Total(nn.Weigh(nn.MSE(y, target), 1)))
	got := map[string][]float64{}
	for i := range 10 {
		got["losses"] = append(got["losses"], step.Run())
		if i == 0 {
			got["output"], got["x"] = wide(y.Data()), wide(x.Grad())
			for _, p := range ps.Trained() {
				got[p.Name] = wide(p.Grad)
			}
		}
		for _, p := range ps.Trained() {
			kernel.Axpy(p.Data, -0.1, p.Grad)
		}
	}
	nntest.ReferenceArraysIn(t, "testdata/conv", problem, got)
}

func wide(x []float32) (out []float64) {
	for _, v := range x {
		out = append(out, float64(v))
	}
	return out
}

// Pictures come in chunks, of which the last is not full, and on threads; a smaller
// batch is the beginning of a larger one.
func TestConvBits(t *testing.T) {
	s := nn.ConvShape{Height: 14, Width: 14, In: 8, Out: 12, Size: 3, Stride: 1, Pad: 1}
	run := func(threads, pictures int) [][]float32 {
		rng := data.Rand(1, "bits")
		ps := new(nn.Params)
		l := nn.NewConv2D(ps, "c", s, nn.Normal(0.1, rng), nn.Normal(0.1, rng))
		w := kernel.NewWorkers(threads)
		defer w.Close()
		g, b := nn.NewGraph(nn.Training, w), nn.NewBatch(23)
		x, zero := g.Variable(s.In, b.Pass(196)), g.Input(s.Out, b.Pass(196))
		nn.FillNormal(x.Data(), rng)
		b.Set(pictures)
		y := l.Apply(x)
		nn.NewStep(nn.Total(nn.Weigh(nn.MSE(y, zero), 1))).Run()
		return [][]float32{y.Data(), x.Grad(), l.W.Grad, l.B.Grad}
	}
	one := run(1, 23)
	for _, threads := range []int{2, 3} {
		for i, got := range run(threads, 23) {
			if !slices.Equal(got, one[i]) {
				t.Errorf("%d threads: array %d differs", threads, i)
			}
		}
	}
	if few := run(1, 5)[0]; !slices.Equal(few, one[0][:len(few)]) {
		t.Error("the first five pictures are others alone")
	}
}

func TestConvRefuses(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("pictures of another size were taken")
		}
	}()
	b := newBench(t)
	nn.NewConv2D(b.ps, "c", nn.ConvShape{Height: 3, Width: 3, In: 1, Out: 1, Size: 3, Stride: 1}, b.init(), nil).Apply(b.variable(1, b.batch.Pass(10)))
}
