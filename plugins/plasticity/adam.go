package plasticity

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// adam is Adam (Kingma and Ba 2015) on one list of numbers; decay is added to
// the gradient (L2), as PyTorch's weight_decay is.
type adam struct {
	x, grad, m, v []float32
	steps         int
}

func newAdam(x []float32) *adam {
	return &adam{x: x, grad: make([]float32, len(x)), m: make([]float32, len(x)), v: make([]float32, len(x))}
}

func (a *adam) step(rate, decay float64) {
	a.steps++
	const beta1, beta2 = 0.9, 0.999
	kernel.Adam(a.x, a.m, a.v, a.grad, kernel.AdamStep{Rate: rate, Beta1: beta1, Beta2: beta2, Eps: 1e-8, L2: decay,
		Correction1: 1 - math.Pow(beta1, float64(a.steps)), Correction2: 1 - math.Pow(beta2, float64(a.steps))})
}
