package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
)

func TestGRUGradients(t *testing.T) {
	for name, bidirectional := range map[string]bool{"one way": false, "both ways": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			l := nn.NewGRU(b.ps, "g", 3, 4, bidirectional, b.weights)
			b.shaken()
			b.check(l.Apply(b.variable(3, b.batch.Pass(10)), 5)) // two sequences of 5 in a sample
		})
	}
}

// In both directions, over several sequences of equal length: states, losses of
// ten steps of Adam and the gradients of the first are PyTorch's
// (testdata/gru/reference.py).
func TestGRUIsPyTorchs(t *testing.T) {
	const batch, length, in, hidden = 3, 4, 5, 6
	rng := data.Rand(1, "gru")
	normal := func(n int) []float32 {
		x := make([]float32, n)
		nn.FillNormal(x, rng)
		return x
	}
	var problem struct {
		Hidden  int                  `json:"hidden"`
		X       [][][]float32        `json:"x"`      // [batch][length][in]
		Target  [][][]float32        `json:"target"` // [batch][length][2 hidden]
		Weights map[string][]float32 `json:"weights"`
	}
	ps := new(nn.Params)
	layer := nn.NewGRU(ps, "gru", in, hidden, true, rng)
	problem.Hidden, problem.Weights = hidden, map[string][]float32{}
	for _, p := range ps.Trained() {
		problem.Weights[p.Name] = slices.Clone(p.Data)
	}
	w := kernel.NewWorkers(1)
	defer w.Close()
	g, b := nn.NewGraph(nn.Training, w), nn.NewBatch(batch)
	x, target := g.Variable(in, b.Pass(length)), g.Input(2*hidden, b.Pass(length))
	copy(x.Data(), normal(batch*length*in))
	copy(target.Data(), normal(batch*length*2*hidden))
	for i := range batch {
		problem.X = append(problem.X, slices.Collect(slices.Chunk(slices.Clone(x.Data()[i*length*in:(i+1)*length*in]), in)))
		problem.Target = append(problem.Target, slices.Collect(slices.Chunk(slices.Clone(target.Data()[i*length*2*hidden:(i+1)*length*2*hidden]), 2*hidden)))
	}
	y := layer.Apply(x, length)
	step := nn.NewStep(nn.Total(nn.Weigh(nn.MSE(y, target), 1)))
	adam := nn.NewAdam(ps.Trained())
	var got []float64
	for i := range 10 {
		got = append(got, step.Run())
		if i == 0 {
			for _, v := range y.Data() {
				got = append(got, float64(v))
			}
			for _, p := range ps.Trained() {
				got = append(got, norm(p.Grad))
			}
			got = append(got, norm(x.Grad()))
		}
		adam.Step(0.01)
	}
	nntest.ReferenceIn(t, "testdata/gru", problem, got)
}

func norm(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// Weights begin uniform in ±1/√hidden; smaller batches are the first samples of
// larger ones; a direction that reads from the end is the other on the sequence
// turned round.
func TestGRUDirectionsAndBatches(t *testing.T) {
	rng := data.Rand(2, "gru")
	const length, in, hidden = 5, 3, 16
	ps := new(nn.Params)
	layer := nn.NewGRU(ps, "gru", in, hidden, true, rng)
	for i, p := range ps.All() {
		top := slices.MaxFunc(p.Data, func(a, b float32) int { return int(math.Copysign(1, math.Abs(float64(a))-math.Abs(float64(b)))) })
		if a := math.Abs(float64(top)); a > 0.25 || a < 0.2 {
			t.Errorf("%s reaches %v, want 1/√16 nearly", p.Name, a)
		}
		if i >= 4 {
			copy(p.Data, ps.All()[i-4].Data)
		}
	}
	w := kernel.NewWorkers(1)
	defer w.Close()
	g, b := nn.NewGraph(nn.Evaluation, w), nn.NewBatch(4)
	x, turned := g.Input(in, b.Pass(length)), g.Input(in, b.Pass(length))
	y, z := layer.Apply(x, length), layer.Apply(turned, length)
	nn.FillNormal(x.Data(), rng)
	for i := range 4 * length {
		at := i/length*length + length - 1 - i%length
		copy(turned.Data()[at*in:(at+1)*in], x.Data()[i*in:(i+1)*in])
	}
	g.Forward()
	for i := range 4 * length {
		at := i/length*length + length - 1 - i%length
		row, other := y.Data()[i*2*hidden:][:2*hidden], z.Data()[at*2*hidden:][:2*hidden]
		if !slices.Equal(row[:hidden], other[hidden:]) || !slices.Equal(row[hidden:], other[:hidden]) {
			t.Fatalf("token %d: %v forwards, %v in the turned sequence", i, row, other)
		}
	}
	whole := slices.Clone(y.Data())
	b.Set(2)
	g.Forward()
	if !slices.Equal(y.Data(), whole[:2*length*2*hidden]) {
		t.Error("the first two of four samples are others alone")
	}
}
