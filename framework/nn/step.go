package nn

import "math"

// A Step is a graph with a loss: one run computes the loss and the gradients of
// all parameters that it depends on.
type Step struct {
	graph  *Graph
	loss   *Value
	back   []*Value // values with an operation to differentiate, last first
	params []*Param
}

// NewStep prepares the gradients of loss, a single number. Gradients share
// memory: that of a value is given up as soon as its own operation is done.
func NewStep(loss *Value) *Step {
	if loss.cols != 1 || loss.Rows() != 1 {
		panic("nn.NewStep: the loss is not a single number; combine losses by Total")
	}
	s := &Step{graph: loss.graph, loss: loss}
	s.mark()
	s.share()
	return s
}

// mark finds the values that lie between a parameter and the loss.
func (s *Step) mark() {
	seen := map[*Param]bool{}
	s.loss.onPath = s.loss.needs
	for i := len(s.graph.values) - 1; i >= 0; i-- {
		y := s.graph.values[i]
		if !y.onPath || y.op == nil {
			continue
		}
		s.back = append(s.back, y)
		for _, x := range y.from {
			switch x := x.(type) {
			case *Value:
				x.onPath = x.onPath || x.needs
			case *Param:
				if !seen[x] && x.differentiable() {
					seen[x] = true
					s.params = append(s.params, x)
				}
			}
		}
	}
}

// share gives every gradient its memory, in the order of the backward run: an
// operation takes buffers for its inputs and then releases its output's.
func (s *Step) share() {
	var free [][]float32
	largest := 0
	take := func(v *Value) {
		if v.grad != nil {
			return
		}
		n := len(v.data)
		largest = max(largest, n)
		best := -1
		for i, b := range free {
			if cap(b) >= n && (best < 0 || cap(b) < cap(free[best])) {
				best = i
			}
		}
		if best < 0 || v.op == nil { // variables keep theirs
			v.grad = make([]float32, n)
			return
		}
		v.grad = free[best][:n]
		free = append(free[:best], free[best+1:]...)
	}
	take(s.loss)
	for _, y := range s.back {
		for _, x := range y.from {
			if x, ok := x.(*Value); ok && x.onPath {
				take(x)
			}
		}
		free = append(free, y.grad[:cap(y.grad)])
	}
	s.graph.scratch = make([]float32, largest)
}

// Run computes the loss and the gradients, and returns the loss. Once warm it
// allocates nothing.
func (s *Step) Run() float64 {
	s.graph.Forward()
	for _, p := range s.params {
		clear(p.Grad)
		p.touched = true
	}
	for _, v := range s.graph.values {
		v.begun = false
	}
	if s.loss.onPath {
		s.loss.grad[0], s.loss.begun = 1, true
	}
	for _, y := range s.back {
		if !y.begun { // no operation passed anything on
			clear(y.Grad())
		}
		y.op.Backward(y)
	}
	return s.Loss()
}

// Loss returns the loss of the last run.
func (s *Step) Loss() float64 { return float64(s.loss.data[0]) }

// Finite reports whether the loss of the last run is a number.
func (s *Step) Finite() bool { return !math.IsNaN(s.Loss()) && !math.IsInf(s.Loss(), 0) }

// Params returns the parameters that the loss depends on.
func (s *Step) Params() []*Param { return s.params }
