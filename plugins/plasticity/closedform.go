package plasticity

import (
	"errors"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// closedForm returns the output rule that a network of one round would want
// (appendix B), were every sample to update every label and the output linear:
//
//	w_c = η Σ_(a,b) r(a,b) g_c(a,b),   g_c(a,0) = Σ_(i: l_i = c) χ_a(y_i),   g_c(a,1) = Σ_(i: l_i ≠ c) χ_a(y_i)
//	minimise Σ_j Σ_c (w_c · y_j − [l_j = c])²
//
// which is least squares in four numbers with the design η g_c(a,b)·y_j. χ_0(y)
// is [y = 0] and χ_1(y) is [y > 0], the 0/1 indicator of the released code (the
// paper prints y itself there). Sums are in float64: the released code truncates
// its system to integers.
func closedForm(s *settings, l *lesson, w *kernel.Workers, req framework.TrainRequest) (*Rule, error) {
	net := newNetwork(s.metaShape(l), req.Rand("meta graph"))
	v := net.V
	p := newPasses(net, w, min(block, l.len()))
	each := func(do func(y []float32, label int)) {
		for first := 0; first < l.len(); first += block {
			last := min(first+block, l.len())
			p.forward(l.x[first*l.inputs : last*l.inputs])
			for i := range p.rows {
				do(p.h[0][i*v:][:v], int(l.labels[first+i]))
			}
		}
	}
	fired, count := make([][]float64, l.classes), make([]float64, l.classes) // Σ χ_1(y_i) and number of samples, by label
	for c := range fired {
		fired[c] = make([]float64, v)
	}
	all, n := make([]float64, v), float64(l.len())
	each(func(y []float32, label int) {
		count[label]++
		for i, h := range y {
			if h > 0 {
				fired[label][i]++
				all[i]++
			}
		}
	})
	normal, right := mat.NewSymDense(4, nil), mat.NewVecDense(4, nil)
	each(func(y []float32, label int) {
		for c := range l.classes {
			var g [4]float64 // at 2a + b
			for i, h := range y {
				f, h := fired[c][i], float64(h)
				g[0] += (count[c] - f) * h
				g[1] += (n - count[c] - all[i] + f) * h
				g[2] += f * h
				g[3] += (all[i] - f) * h
			}
			for a := range 4 {
				for b := a; b < 4; b++ {
					normal.SetSym(a, b, normal.At(a, b)+s.Eta*s.Eta*g[a]*g[b])
				}
				if c == label {
					right.SetVec(a, right.AtVec(a)+s.Eta*g[a])
				}
			}
		}
	})
	rule := newRule(1, false)
	return rule, leastNorm(rule.Output, normal, right)
}

// leastNorm solves the normal equations; of several solutions it takes the
// shortest. (With equally frequent labels there are many: g_c(0,b) + g_c(1,b) is
// then the same multiple of 1 for all c.)
func leastNorm(dst []float64, normal *mat.SymDense, right *mat.VecDense) error {
	var e mat.EigenSym
	if !e.Factorize(normal, true) {
		return errors.New("the closed-form rule: the decomposition of its normal equations did not converge")
	}
	values := e.Values(nil) // ascending
	var q mat.Dense
	e.VectorsTo(&q)
	for i, v := range values {
		if v <= 1e-11*values[len(values)-1] { // squares of singular values
			continue
		}
		axis := mat.Col(nil, i, &q)
		floats.AddScaled(dst, floats.Dot(axis, right.RawVector().Data)/v, axis)
	}
	return nil
}
