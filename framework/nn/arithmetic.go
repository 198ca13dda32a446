package nn

import "github.com/assaylab/assay/framework/nn/kernel"

// Add is x + y, element by element.
func Add(x, y *Value) *Value { return pairwise("Add", &sum{x, y}, x, y) }

// Sub is x − y.
func Sub(x, y *Value) *Value { return pairwise("Sub", &difference{x, y}, x, y) }

// Mul is x y, element by element.
func Mul(x, y *Value) *Value { return pairwise("Mul", &product{x, y}, x, y) }

func pairwise(name string, op Op, x, y *Value) *Value {
	mustAgree(name, x, y)
	return x.graph.Apply(op, x.cols, x.passes, x, y)
}

type sum struct{ x, y *Value }

func (s *sum) Forward(z *Value) { kernel.Add(z.Data(), s.x.Data(), s.y.Data()) }

func (s *sum) Backward(z *Value) {
	for _, v := range [...]*Value{s.x, s.y} {
		if dv := v.Partial(); dv != nil {
			copy(dv, z.Grad())
			v.Accumulate(dv)
		}
	}
}

type difference struct{ x, y *Value }

func (s *difference) Forward(z *Value) { kernel.Sub(z.Data(), s.x.Data(), s.y.Data()) }

func (s *difference) Backward(z *Value) {
	if dx := s.x.Partial(); dx != nil {
		copy(dx, z.Grad())
		s.x.Accumulate(dx)
	}
	if dy := s.y.Partial(); dy != nil {
		kernel.Scale(dy, -1, z.Grad())
		s.y.Accumulate(dy)
	}
}

type product struct{ x, y *Value }

func (p *product) Forward(z *Value) { kernel.Mul(z.Data(), p.x.Data(), p.y.Data()) }

func (p *product) Backward(z *Value) {
	if dx := p.x.Partial(); dx != nil {
		kernel.Mul(dx, z.Grad(), p.y.Data())
		p.x.Accumulate(dx)
	}
	if dy := p.y.Partial(); dy != nil {
		kernel.Mul(dy, z.Grad(), p.x.Data())
		p.y.Accumulate(dy)
	}
}

// Detach is x without a way back for gradients.
func Detach(x *Value) *Value {
	y := x.graph.Apply(&copied{x}, x.cols, x.passes)
	return y
}

type copied struct{ x *Value }

func (c *copied) Forward(y *Value)  { copy(y.Data(), c.x.Data()) }
func (c *copied) Backward(y *Value) {}
