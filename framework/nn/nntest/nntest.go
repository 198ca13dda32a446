// Package nntest checks gradients: those of nn's own operations, and the whole
// losses of methods.
package nntest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/nn"
)

// A Problem is a step together with everything that its loss depends on.
type Problem struct {
	Step      *nn.Step
	Variables []*nn.Value // inputs with gradients
	Reset     func()      // before every run: random streams back to their start; may be nil
	// Width of the difference, 2⁻⁹ by default, and what the gradient may be off
	// by, relative to the largest of its array: 5e-3 by default. A central
	// difference is off by the third derivative times width²/6, and by the
	// rounding of two losses, 2⁻²⁴ |loss|/width.
	Width, Tolerance float64
}

// Check compares the gradients of one run with central differences
// (f(x+h) − f(x−h))/2h, for every element of small arrays and for 40 random ones
// of larger arrays.
func (p Problem) Check(t testing.TB) {
	t.Helper()
	if p.Width == 0 {
		p.Width = 1.0 / 512
	}
	if p.Tolerance == 0 {
		p.Tolerance = 5e-3
	}
	p.run()
	type array struct {
		name       string
		data, grad []float32
	}
	var arrays []array
	for _, q := range p.Step.Params() {
		arrays = append(arrays, array{q.Name, q.Data, append([]float32(nil), q.Grad...)})
	}
	for _, v := range p.Variables {
		arrays = append(arrays, array{"variable", v.Data(), append([]float32(nil), v.Grad()...)})
	}
	if len(arrays) == 0 {
		t.Fatal("the loss depends on no parameter and no variable")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, a := range arrays {
		size := 0.0
		for _, g := range a.grad {
			size = math.Max(size, math.Abs(float64(g)))
		}
		for _, i := range chosen(len(a.data), rng) {
			got := float64(a.grad[i])
			want, off := p.difference(a.data, i, p.Width)
			if !(math.Abs(got-want) <= p.Tolerance*size+off) { // the kink of a ReLU within the width?
				want, off = p.difference(a.data, i, p.Width/8)
			}
			if !(math.Abs(got-want) <= p.Tolerance*size+off) {
				t.Errorf("%s[%d]: gradient %.6g, central difference %.6g (largest %.3g, rounding %.2g)", a.name, i, got, want, size, off)
			}
		}
	}
}

// difference returns (f(x+h) − f(x−h))/2h and what the rounding of the losses
// may add to it.
func (p Problem) difference(x []float32, i int, h float64) (d, rounding float64) {
	was := x[i]
	x[i] = was + float32(h)
	above := p.run()
	x[i] = was - float32(h)
	below := p.run()
	x[i] = was
	return (above - below) / (2 * h), 8 * 0x1p-24 * (math.Abs(above) + 1) / h
}

func (p Problem) run() float64 {
	if p.Reset != nil {
		p.Reset()
	}
	return p.Step.Run()
}

func chosen(n int, rng *rand.Rand) []int {
	if n <= 40 {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	return rng.Perm(n)[:40]
}
