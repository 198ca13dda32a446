package probe

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/data"
)

// Separable classes, where the minimum is far away: weights and probabilities are
// those of Newton's method with the Hessian written out.
func TestLogisticIsExactOnSeparableProblems(t *testing.T) {
	for problem := range uint64(60) {
		rng := data.Rand(problem, "separable")
		k, d := 2+rng.IntN(3), 1+rng.IntN(4)
		n := k * (3 + rng.IntN(12))
		x, labels := samples{n, d, make([]float64, n*d)}, make([]int32, n)
		for i := range n {
			labels[i] = int32(i % k)
			for j := range d {
				x.row(i)[j] = 10*math.Cos(float64(j)+2*math.Pi*float64(labels[i])/float64(k)) + rng.Float64()
			}
		}
		m := newMultinomial(x, labels)
		g := math.Pow(10, -1-5*rng.Float64())
		if err := m.minimise(t.Context(), g*m.unit, converged); err != nil {
			t.Fatalf("%d: %v", problem, err)
		}
		want := exact(m, g*m.unit)
		size, off := 0.0, 0.0
		for c := range k {
			for j := range d {
				size = math.Max(size, math.Abs(want.At(c, j)))
				off = math.Max(off, math.Abs(m.w.At(c, j)-want.At(c, j)))
			}
		}
		if !(off <= 1e-6*size) {
			t.Errorf("%d: weights of size %v are off by %v (penalty %.1e, %d classes, %d dimensions)", problem, size, off, g, k, d)
		}
		p := m.predict(x)
		m.lambda = g * m.unit
		m.at(want)
		for c := range k {
			for i := range n {
				if !near(p.At(c, i), m.prob.At(c, i), 1e-6) {
					t.Fatalf("%d: class %d of sample %d has probability %v, want %v", problem, c, i, p.At(c, i), m.prob.At(c, i))
				}
			}
		}
	}
}

// exact minimises the loss by Newton's method from 0, the constants' sum being held
// at 0, with steps halved until the gradient shrinks.
func exact(m *multinomial, lambda float64) *mat.Dense {
	w, g := m.like(), m.like()
	m.lambda = lambda
	e := m.d + 1
	size := m.k * e
	gradient := func(w *mat.Dense) float64 {
		m.at(w)
		m.gradient(g, w)
		return frobenius(g)
	}
	now := gradient(w)
	for range 500 {
		h := mat.NewSymDense(size, nil)
		for i := range m.n {
			z := m.z.RawRowView(i)
			for a := range size {
				for b := a; b < size; b++ {
					pa, pb := m.prob.At(a/e, i), m.prob.At(b/e, i)
					v := -pa * pb
					if a/e == b/e {
						v += pa
					}
					h.SetSym(a, b, h.At(a, b)+v*z[a%e]*z[b%e])
				}
			}
		}
		for a := range size {
			if a%e < m.d {
				h.SetSym(a, a, h.At(a, a)+lambda)
				continue
			}
			for b := a; b < size; b += e { // (Σ_c b_c)²/2
				h.SetSym(a, b, h.At(a, b)+1)
			}
		}
		var step mat.VecDense
		var lu mat.LU
		lu.Factorize(h)
		if err := lu.SolveVecTo(&step, false, mat.NewVecDense(size, append([]float64(nil), g.RawMatrix().Data...))); err != nil {
			if _, poor := err.(mat.Condition); !poor {
				panic(err)
			}
		}
		length := 1.0
		for ; length > 1e-10; length /= 2 {
			next := m.like()
			next.Copy(w)
			along(next, -length, mat.NewDense(m.k, e, append([]float64(nil), step.RawVector().Data...)))
			if s := gradient(next); s < now {
				w, now = next, s
				break
			}
		}
		if length <= 1e-10 {
			break
		}
	}
	return w
}
