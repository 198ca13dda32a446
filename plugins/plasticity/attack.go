package plasticity

import (
	"context"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// An attack moves samples by at most eps (Euclidean) within the box of possible
// inputs until a network mistakes them:
//
//	x_(t+1) = Proj(x_t − α ∇_x L(x_t, y')),   x_0 the sample, y' a wrong label
//
// The gradient passes through ReLU and cap with the active set held fixed. The
// paper leaves open α, the number of steps, the scale of the gradient and how to
// project on both ball and box: here the point is clipped to the box, then drawn
// back to the ball, along which it stays in the box, since x_0 is inside.
type attack struct {
	eps, low, high float64
	steps          int
	stepSize       float64
	raw            bool // α g rather than α g/|g|
	twice          bool // L of softmax outputs
}

func (s *settings) attack(eps float64) attack {
	return attack{eps: eps, low: s.LowerBound, high: s.UpperBound, steps: s.Steps, stepSize: s.StepSize, raw: s.Direction == "raw", twice: s.AttackLoss == "double-softmax"}
}

// targeted returns the end points for the samples x0 [n x d] and the wrong labels
// of each: all as one batch.
func (a attack) targeted(ctx context.Context, p *passes, x0 []float32, wrong []int32) ([]float32, error) {
	n := p.net
	x, dx := slices.Clone(x0), make([]float32, len(x0))
	alpha := a.stepSize * a.eps / float64(a.steps)
	for range a.steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.forward(x)
		size := p.rows * n.Classes
		crossEntropy(p.logits[:size], wrong, a.twice)
		kernel.Scale(p.logits[:size], float32(p.rows), p.logits[:size]) // of the sum over samples, not their mean
		p.backward(p.logits, false)
		p.inputGradient(dx)
		for i := range p.rows {
			at, g := x[i*n.Inputs:][:n.Inputs], dx[i*n.Inputs:][:n.Inputs]
			length := alpha
			if !a.raw {
				length /= math.Max(math.Sqrt(float64(kernel.Dot(g, g))), 1e-30)
			}
			kernel.Axpy(at, float32(-length), g)
			a.project(at, x0[i*n.Inputs:][:n.Inputs])
		}
	}
	return x, nil
}

// project clips x to the box and draws it back to within eps of x0.
func (a attack) project(x, x0 []float32) {
	kernel.Clamp(x, x, float32(a.low), float32(a.high))
	d := math.Sqrt(float64(kernel.SquaredError(x, x0)))
	if d > a.eps {
		t := float32(a.eps / d)
		for i, v := range x0 {
			x[i] = v + t*(x[i]-v)
		}
	}
}
