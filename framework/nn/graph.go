package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// A Mode says which of their two behaviours BatchNorm, Dropout and Reparametrise
// have in a graph.
type Mode int

const (
	Training   Mode = iota // statistics of the batch, units dropped, latents sampled
	Evaluation             // running statistics, no noise, no gradients
)

// A Graph is one computation, described once by calls that return values, and
// run many times on the buffers that these calls made.
type Graph struct {
	Mode    Mode
	Workers *kernel.Workers
	values  []*Value // in the order of computation
	scratch []float32
	one     *Batch
}

// NewGraph returns an empty graph whose products run on the given workers.
func NewGraph(mode Mode, w *kernel.Workers) *Graph {
	return &Graph{Mode: mode, Workers: w, one: &Batch{n: 1, max: 1}}
}

// A Batch is a number of samples that may change from run to run, up to a bound.
type Batch struct{ n, max int }

// NewBatch returns a batch of up to most samples; it begins with that many.
func NewBatch(most int) *Batch { return &Batch{n: most, max: most} }

// Len returns the number of samples at the moment.
func (b *Batch) Len() int { return b.n }

// Set changes the number of samples for the runs to come.
func (b *Batch) Set(n int) {
	if n < 1 || n > b.max {
		panic(fmt.Sprintf("nn: a batch of %d samples in a graph made for 1 to %d", n, b.max))
	}
	b.n = n
}

// Pass returns the pass in which every sample of the batch has that many rows
// (tokens): 1 unless a sample is a set or a sequence.
func (b *Batch) Pass(rowsEach int) Pass { return Pass{batch: b, each: rowsEach} }

// A Pass is a stretch of rows that belong together: the rows of one forward pass
// of the textbook. A value may hold several passes, one below the other, so
// that products run on all of them at once; BatchNorm normalises each by itself
// and losses give one number for each, as if they had been run one by one.
type Pass struct {
	batch *Batch
	each  int
}

func (p Pass) rows() int { return p.batch.n * p.each }
func (p Pass) most() int { return p.batch.max * p.each }

// A Value is a matrix [rows x cols] that a graph computes; its rows lie in one
// or more passes.
type Value struct {
	graph  *Graph
	op     Op
	from   []Source
	passes []Pass
	cols   int
	data   []float32
	grad   []float32
	needs  bool // a parameter or variable lies upstream
	onPath bool // and the loss downstream
	begun  bool // something was added to grad in this run
}

// An Op computes one value from others, and their gradients from its own.
// Methods may bring operations of their own; see [Graph.Apply].
type Op interface {
	// Forward fills y.Data() from the data of the inputs.
	Forward(y *Value)
	// Backward reads y.Grad(), which it may overwrite, and adds to the gradients
	// of the inputs: for each, take dx := x.Partial(), fill it unless it is nil,
	// and give it back by x.Accumulate(dx).
	Backward(y *Value)
}

// A Source is what an operation may need the gradient of: a *Value or a *Param.
type Source interface{ differentiable() bool }

func (v *Value) differentiable() bool { return v.needs }

// Apply adds the value y = op(from...) with the given columns and passes.
func (g *Graph) Apply(op Op, cols int, passes []Pass, from ...Source) *Value {
	y := &Value{graph: g, op: op, from: from, passes: passes, cols: cols}
	if g.Mode == Training {
		for _, x := range from {
			y.needs = y.needs || x.differentiable()
		}
	}
	return g.add(y)
}

func (g *Graph) add(v *Value) *Value {
	most := 0
	for _, p := range v.passes {
		most += p.most()
	}
	v.data = make([]float32, most*v.cols)
	g.values = append(g.values, v)
	return v
}

// Input adds a matrix that the caller fills before each run: one pass per
// argument.
func (g *Graph) Input(cols int, passes ...Pass) *Value {
	return g.add(&Value{graph: g, cols: cols, passes: passes})
}

// Variable is an Input with a gradient, which Grad returns after a run.
func (g *Graph) Variable(cols int, passes ...Pass) *Value {
	v := g.Input(cols, passes...)
	v.needs = true
	return v
}

// Forward computes every value from the inputs.
func (g *Graph) Forward() {
	for _, v := range g.values {
		if v.op != nil {
			v.op.Forward(v)
		}
	}
}

// Graph returns the graph that the value belongs to.
func (v *Value) Graph() *Graph { return v.graph }

// Passes returns the passes of the value. The slice is not to be changed.
func (v *Value) Passes() []Pass { return v.passes }

// Rows returns the number of rows at the moment.
func (v *Value) Rows() int {
	n := 0
	for _, p := range v.passes {
		n += p.rows()
	}
	return n
}

// Cols returns the number of columns.
func (v *Value) Cols() int { return v.cols }

// Data returns the rows, one after another.
func (v *Value) Data() []float32 { return v.data[:v.Rows()*v.cols] }

// Matrix returns the rows as a matrix for kernels.
func (v *Value) Matrix() kernel.Matrix { return kernel.Of(v.Rows(), v.cols, v.data) }

// Grad returns the gradient of the loss by this value. It is valid for
// variables after a run, and for y within y's Op.
func (v *Value) Grad() []float32 { return v.grad[:v.Rows()*v.cols] }

// PassRows returns the rows from, to that pass i covers at the moment.
func (v *Value) PassRows(i int) (from, to int) {
	for _, p := range v.passes[:i] {
		from += p.rows()
	}
	return from, from + v.passes[i].rows()
}

// Pass returns the data of pass i.
func (v *Value) Pass(i int) []float32 {
	from, to := v.PassRows(i)
	return v.data[from*v.cols : to*v.cols]
}

// Partial returns memory for one operation's share of the gradient of v, with
// any content, or nil where no gradient is wanted.
func (v *Value) Partial() []float32 {
	if !v.onPath {
		return nil
	}
	if v.begun {
		return v.graph.scratch[:v.Rows()*v.cols]
	}
	return v.Grad()
}

// Accumulate adds what Partial returned, now filled, to the gradient of v.
func (v *Value) Accumulate(dx []float32) {
	if dx == nil {
		return
	}
	if v.begun {
		kernel.Axpy(v.Grad(), 1, dx)
	}
	v.begun = true
}

// into returns the gradient of v for kernels that can add to what is there.
func (v *Value) into() (dx kernel.Matrix, add bool) {
	add, v.begun = v.begun, true
	return kernel.Of(v.Rows(), v.cols, v.grad), add
}

func mustAgree(op string, x, y *Value) {
	if x.cols != y.cols || !samePasses(x, y) {
		panic(fmt.Sprintf("nn.%s: [%d x %d] in %d passes against [%d x %d] in %d", op, x.Rows(), x.cols, len(x.passes), y.Rows(), y.cols, len(y.passes)))
	}
}

func samePasses(x, y *Value) bool {
	if len(x.passes) != len(y.passes) {
		return false
	}
	for i, p := range x.passes {
		if p != y.passes[i] {
			return false
		}
	}
	return true
}
