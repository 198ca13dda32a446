package nn

import "fmt"

// Losses are means over the rows of a pass, one number for each pass. Total
// makes one loss of them.

// A Loss is the weighted sum of the passes of a loss value. Weights may change
// from run to run.
type Loss struct {
	Value   *Value
	Weights []float64
}

// Weigh gives every pass of a loss its weight; a single weight holds for all.
func Weigh(loss *Value, weights ...float64) *Loss {
	n := loss.Rows()
	if len(weights) == 1 {
		for len(weights) < n {
			weights = append(weights, weights[0])
		}
	}
	if len(weights) != n || loss.cols != 1 {
		panic(fmt.Sprintf("nn.Weigh: %d weights for a loss of %d passes", len(weights), n))
	}
	return &Loss{loss, weights}
}

// Total is the sum of weighted losses. A term whose weights are all zero is not
// differentiated and may be infinite.
func Total(terms ...*Loss) *Value {
	var from []Source
	for _, t := range terms {
		from = append(from, t.Value)
	}
	g := terms[0].Value.graph
	return g.Apply(&total{terms}, 1, []Pass{g.one.Pass(1)}, from...)
}

type total struct{ terms []*Loss }

func (t *total) Forward(y *Value) {
	sum := 0.0
	for _, l := range t.terms {
		for i, w := range l.Weights {
			if w != 0 {
				sum += w * float64(l.Value.data[i])
			}
		}
	}
	y.data[0] = float32(sum)
}

func (t *total) Backward(y *Value) {
	for _, l := range t.terms {
		if dx := l.Value.Partial(); dx != nil {
			for i, w := range l.Weights {
				dx[i] = y.grad[0] * float32(w)
			}
			l.Value.Accumulate(dx)
		}
	}
}

// perPass adds a loss with one number for each pass of x.
func perPass(x *Value, op Op, from ...Source) *Value {
	return x.graph.Apply(op, 1, []Pass{x.graph.one.Pass(len(x.passes))}, from...)
}

// against returns the pass of a target that belongs to pass i: targets with
// fewer passes repeat.
func against(target *Value, i int) int { return i % len(target.passes) }

func mustMatch(name string, x, target *Value) {
	ok := x.cols == target.cols && len(target.passes) > 0 && len(x.passes)%len(target.passes) == 0
	for i := range x.passes {
		ok = ok && x.passes[i] == target.passes[against(target, i)]
	}
	if !ok {
		panic(fmt.Sprintf("nn.%s: [%d x %d] in %d passes against [%d x %d] in %d", name, x.Rows(), x.cols, len(x.passes), target.Rows(), target.cols, len(target.passes)))
	}
}

// passOf returns the rows of pass i in a buffer like v's data.
func (v *Value) passOf(buffer []float32, i int) []float32 {
	from, to := v.PassRows(i)
	return buffer[from*v.cols : to*v.cols]
}
