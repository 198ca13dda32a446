package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// A bench is a graph with variables of known shapes and one random stream.
type bench struct {
	t       *testing.T
	g       *nn.Graph
	ps      *nn.Params
	src     *rand.PCG
	rng     *rand.Rand
	batch   *nn.Batch
	vars    []*nn.Value
	weights *rand.Rand
}

func newBench(t *testing.T) *bench {
	w := kernel.NewWorkers(1)
	t.Cleanup(w.Close)
	src := rand.NewPCG(3, 4)
	return &bench{t: t, g: nn.NewGraph(nn.Training, w), ps: new(nn.Params), src: src, rng: rand.New(src),
		batch: nn.NewBatch(6), weights: rand.New(rand.NewPCG(5, 6))}
}

// value adds a variable of standard normals with that many passes of 6 rows.
func (b *bench) value(cols, passes int) *nn.Value {
	var ps []nn.Pass
	for range passes {
		ps = append(ps, b.batch.Pass(1))
	}
	return b.variable(cols, ps...)
}

func (b *bench) variable(cols int, ps ...nn.Pass) *nn.Value {
	v := b.g.Variable(cols, ps...)
	nn.FillNormal(v.Data(), b.weights)
	b.vars = append(b.vars, v)
	return v
}

func (b *bench) init() nn.Init { return nn.Normal(0.5, b.weights) }

// shaken gives vectors other values than the 0 and 1 they begin with.
func (b *bench) shaken() {
	for _, p := range b.ps.Trained() {
		for i := range p.Data {
			p.Data[i] += float32(0.3 * b.weights.NormFloat64())
		}
	}
}

// check makes a scalar that weighs every element of y differently.
func (b *bench) check(y *nn.Value) {
	b.t.Helper()
	target := b.g.Input(y.Cols(), y.Passes()...)
	nn.FillNormal(target.Data(), b.weights)
	weights := make([]float64, len(y.Passes()))
	for i := range weights {
		weights[i] = 1 + float64(i)
	}
	b.checkLoss(nn.Weigh(nn.MSE(y, target), weights...))
}

func (b *bench) checkLoss(terms ...*nn.Loss) {
	b.t.Helper()
	nntest.Problem{Step: nn.NewStep(nn.Total(terms...)), Variables: b.vars, Reset: func() { b.src.Seed(3, 4) }}.Check(b.t)
}

func TestGradients(t *testing.T) {
	for name, run := range map[string]func(b *bench){
		"blocks": func(b *bench) {
			x, y := b.value(6, 2), b.value(2, 3)
			l := nn.NewLinear(b.ps, "l", 7, 4, b.init(), b.init())
			b.check(l.ApplyBlocks(nn.Block{X: x, From: 2, To: 5, Passes: []int{1, 0, 0, 1}}, nn.Block{X: y, To: 2, Passes: []int{0, 1, 1, 2}},
				nn.Block{X: x, From: 4, To: 6, Passes: []int{0, 0, 0, 0}}))
		},
		"linear": func(b *bench) {
			b.check(nn.NewLinear(b.ps, "l", 5, 7, b.init(), b.init()).Apply(b.value(5, 2)))
		},
		"linear without bias, used twice": func(b *bench) {
			l := nn.NewLinear(b.ps, "l", 5, 5, b.init(), nil)
			b.check(l.Apply(l.Apply(b.value(5, 1))))
		},
		"linear and ReLU": func(b *bench) {
			b.check(nn.Sequence{nn.NewLinear(b.ps, "l", 5, 7, b.init(), b.init()), nn.ReLU}.Apply(b.value(5, 1)))
		},
		"batch norm": func(b *bench) {
			l := nn.NewBatchNorm(b.ps, "bn", 4, 0.1)
			b.shaken()
			b.check(l.Apply(b.value(4, 2)))
		},
		"batch norm and ReLU": func(b *bench) {
			l := nn.NewBatchNorm(b.ps, "bn", 4, 0.1)
			b.shaken()
			b.check(nn.Sequence{l, nn.ReLU}.Apply(b.value(4, 2)))
		},
		"frozen batch norm": func(b *bench) {
			l := nn.NewBatchNorm(b.ps, "bn", 4, 0.1)
			b.shaken()
			l.Mean.Data[1], l.Var.Data[2], l.Frozen = 0.5, 3, true
			b.check(nn.Sequence{l, nn.ReLU}.Apply(b.value(4, 2)))
		},
		"layer norm": func(b *bench) {
			l := nn.NewLayerNorm(b.ps, "ln", 7)
			b.shaken()
			b.check(l.Apply(b.value(7, 1)))
		},
		"relu":    func(b *bench) { b.check(nn.Relu(b.value(5, 1))) },
		"gelu":    func(b *bench) { b.check(nn.Gelu(b.value(5, 1))) },
		"tanh":    func(b *bench) { b.check(nn.Tanh(b.value(5, 1))) },
		"sigmoid": func(b *bench) { b.check(nn.Sigmoid(b.value(5, 1))) },
		"softplus": func(b *bench) {
			b.check(nn.Softplus(nn.Scale(3, b.value(5, 1))))
		},
		"exp and log": func(b *bench) {
			b.check(nn.Log(nn.Add(nn.Exp(nn.Scale(0.5, b.value(5, 1))), nn.Exp(b.value(5, 1)))))
		},
		"prelu": func(b *bench) {
			b.check(nn.NewPReLU(b.ps, "p").Apply(b.value(5, 1)))
		},
		"add, sub, mul": func(b *bench) {
			x, y := b.value(4, 1), b.value(4, 1)
			b.check(nn.Mul(nn.Add(x, y), nn.Sub(x, nn.Mul(y, y))))
		},
		"detach": func(b *bench) { // d(x · [x])/dx = [x], not 2x: only y gets the whole gradient
			x := b.g.Input(4, b.batch.Pass(1))
			nn.FillNormal(x.Data(), b.weights)
			y := b.value(4, 1)
			b.check(nn.Add(y, nn.Detach(x)))
		},
		"columns and concat": func(b *bench) {
			x := b.value(6, 1)
			b.check(nn.Concat(nn.Columns(x, 4, 6), nn.Columns(x, 0, 3), nn.Columns(x, 2, 5)))
		},
		"passes and stack": func(b *bench) {
			x, y := b.value(3, 2), b.value(3, 1)
			b.check(nn.Passes(nn.Stack(x, y), 1, 0, 0, 2))
		},
		"gather": func(b *bench) {
			rows := nn.NewIndices(b.batch.Pass(1))
			copy(rows.At, []int{3, 1, 3, 0, 11, 3})
			b.check(nn.Gather(b.value(3, 2), rows))
		},
		"swap axes": func(b *bench) { b.check(nn.SwapAxes(b.variable(2, b.batch.Pass(6)), 2, 3)) },
		"dropout":   func(b *bench) { b.check(nn.Dropout(b.value(5, 1), 0.4, b.rng)) },
		"reparametrise": func(b *bench) {
			b.check(nn.Reparametrise(b.value(3, 2), b.value(3, 2), b.rng))
		},
		"attention": func(b *bench) { b.check(nn.Attention(b.variable(3*2*4, b.batch.Pass(5)), 2, 5)) },
		"positions": func(b *bench) {
			b.check(nn.NewPositions(b.ps, "p", 3, 2, b.init()).Apply(b.variable(2, b.batch.Pass(6))))
		},
		"reshape": func(b *bench) { b.check(nn.Reshape(b.variable(2, b.batch.Pass(6)), 3)) },
		"Poisson": func(b *bench) {
			x := b.g.Input(4, b.batch.Pass(1))
			for i := range x.Data() {
				x.Data()[i] = float32(i % 3)
			}
			b.checkLoss(nn.Weigh(nn.PoissonNLL(nn.Softplus(b.value(4, 2)), x), 0.5, 2))
		},
		"KL":     func(b *bench) { b.checkLoss(nn.Weigh(nn.KL(b.value(3, 2), b.value(3, 2)), 1, 2)) },
		"cosine": func(b *bench) { b.checkLoss(nn.Weigh(nn.CosineDistance(b.value(4, 2), b.value(4, 2)), 1, 3)) },
		"cross-entropy": func(b *bench) {
			labels := nn.NewIndices(b.batch.Pass(1))
			copy(labels.At, []int{0, 2, 1, 1, 2, 0})
			b.checkLoss(nn.Weigh(nn.CrossEntropy(b.value(3, 1), labels), 1))
		},
		"NT-Xent": func(b *bench) { b.checkLoss(nn.Weigh(nn.NTXent(b.value(4, 2), 0.5), 1)) },
		"one value in many operations": func(b *bench) {
			x := b.value(4, 1)
			h := nn.NewLinear(b.ps, "l", 4, 4, b.init(), b.init()).Apply(x)
			b.check(nn.Concat(nn.Add(h, x), nn.Mul(h, h), nn.Tanh(h), x))
		},
	} {
		t.Run(name, func(t *testing.T) { run(newBench(t)) })
	}
}

// Blocks put together within a layer give what they give put together before it.
func TestBlocksAreColumnsSideBySide(t *testing.T) {
	b := newBench(t)
	x, y := b.value(6, 2), b.value(2, 3)
	l := nn.NewLinear(b.ps, "l", 5, 4, b.init(), b.init())
	got := l.ApplyBlocks(nn.Block{X: x, From: 2, To: 5, Passes: []int{1, 0, 0}}, nn.Block{X: y, To: 2, Passes: []int{0, 2, 1}})
	want := l.Apply(nn.Concat(nn.Passes(nn.Columns(x, 2, 5), 1, 0, 0), nn.Passes(y, 0, 2, 1)))
	b.g.Forward()
	for i, w := range want.Data() {
		if e := got.Data()[i] - w; !(e*e < 1e-10) {
			t.Fatalf("number %d is %v, want %v", i, got.Data()[i], w)
		}
	}
}
