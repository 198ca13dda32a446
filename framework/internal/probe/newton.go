package probe

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/internal/problem"
)

// multinomial is the loss of multinomial logistic regression, and its minimum so far:
//
//	F(W) = −Σ_i log softmax(W z_i)[y_i] + λ/2 ‖W without its last column‖²
//
// for inputs z about their mean with a last entry of one.
type multinomial struct {
	classes []int32 // those that it knows
	centre  []float64
	z       *mat.Dense // [n x d+1]
	y       []int      // [n] place of the class
	n, d, k int
	unit    float64 // n·v

	lambda float64
	w      *mat.Dense // [k x d+1]
	prob   *mat.Dense // [k x n], of the W that was looked at last
}

func newMultinomial(x samples, labels []int32) *multinomial {
	var known softmax
	m := &multinomial{n: x.n, d: x.d, centre: columnMeans(x)}
	m.y = known.index(labels)
	m.classes, m.k = known.classes, len(known.classes)
	m.z = centred1(x, m.centre)
	m.w = mat.NewDense(m.k, x.d+1, nil)
	m.prob = mat.NewDense(m.k, x.n, nil)
	if m.unit = float64(x.n) * average(columnVariances(x, m.centre)); m.unit == 0 {
		m.unit = 1
	}
	return m
}

// predict returns the probabilities of the classes [classes x n].
func (m *multinomial) predict(x samples) *mat.Dense {
	p := mat.NewDense(m.k, x.n, nil)
	p.Mul(m.w, centred1(x, m.centre).T())
	exponentiate(p, nil)
	return p
}

// exponentiate turns the columns of a [k x n] into probabilities, and returns the
// negative log-likelihood of the classes y, where they are given.
func exponentiate(a *mat.Dense, y []int) (loss float64) {
	k, n := a.Dims()
	col := make([]float64, k)
	for i := range n {
		for c := range col {
			col[c] = a.At(c, i)
		}
		top := floats.LogSumExp(col)
		if y != nil {
			loss += top - col[y[i]]
		}
		for c, v := range col {
			a.Set(c, i, math.Exp(v-top))
		}
	}
	return loss
}

// at looks at w and returns the loss.
func (m *multinomial) at(w *mat.Dense) float64 {
	m.prob.Mul(w, m.z.T())
	loss := exponentiate(m.prob, m.y)
	for c := range m.k {
		row := w.RawRowView(c)[:m.d]
		loss += m.lambda / 2 * floats.Dot(row, row)
	}
	return loss
}

// gradient is dF/dW = (P − Y)Z + λW at w, which was looked at last.
func (m *multinomial) gradient(g, w *mat.Dense) {
	for i, c := range m.y {
		m.prob.Set(c, i, m.prob.At(c, i)-1)
	}
	g.Mul(m.prob, m.z)
	for i, c := range m.y {
		m.prob.Set(c, i, m.prob.At(c, i)+1)
	}
	m.shrink(g, w)
}

func (m *multinomial) shrink(g, w *mat.Dense) {
	for c := range m.k {
		floats.AddScaled(g.RawRowView(c)[:m.d], m.lambda, w.RawRowView(c)[:m.d])
	}
}

// curvature is the Hessian times V: P∘(A − 1ᵀ(P∘A))Z + λV with A = VZᵀ.
func (m *multinomial) curvature(to, a, v *mat.Dense, mean []float64) {
	a.Mul(v, m.z.T())
	clear(mean)
	for c := range m.k {
		row := a.RawRowView(c)
		for i, p := range m.prob.RawRowView(c) {
			mean[i] += p * row[i]
		}
	}
	for c := range m.k {
		row := a.RawRowView(c)
		for i, p := range m.prob.RawRowView(c) {
			row[i] = p * (row[i] - mean[i])
		}
	}
	to.Mul(a, m.z)
	m.shrink(to, v)
}

// minimise goes on from w with Newton's steps, each solved by conjugate gradients,
// until F is within a share of its size above the minimum. λ bounds the curvature of
// F from below, so that with a gradient g that is no more than ‖g‖²/(2λ); the
// constants have no penalty, and are taken to have.
func (m *multinomial) minimise(ctx context.Context, lambda, share float64) error {
	m.lambda = lambda
	g, after, step, trial := m.like(), m.like(), m.like(), m.like()
	loss := m.at(m.w)
	var pre func(to, r *mat.Dense)
	for range 200 {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.gradient(g, m.w)
		size := frobenius(g)
		if size*size <= 2*lambda*share*loss || m.k < 2 {
			return nil
		}
		if pre == nil {
			pre = m.conditioner()
		}
		if m.solve(ctx, step, g, math.Min(0.1, math.Sqrt(size/(lambda+size))), pre) > 25 {
			pre = nil // of a W too far away by now
		}
		slope := inner(g, step)
		length, next := 1.0, 0.0
		for {
			trial.Scale(length, step)
			trial.Add(m.w, trial)
			next = m.at(trial)
			if -slope <= 1e-8*loss {
				// Of so small a step the loss cannot tell what it gains, the gradient can.
				m.gradient(after, trial)
				if frobenius(after) < size {
					break
				}
			} else if next <= loss+1e-4*length*slope {
				break
			}
			if length /= 2; length < 1e-3 {
				if size*size <= 2*lambda*loss*math.Max(share, 1e-12) { // no more digits
					m.at(m.w)
					return nil
				}
				return problem.New(fmt.Sprintf("logistic regression did not converge: its gradient is %.2g", size), "use larger penalties: grid: [1e-4, 1e-3, 1e-2, 1e-1, 1]")
			}
		}
		m.w.Copy(trial)
		loss = next
	}
	return problem.New("logistic regression did not converge in 200 steps", "use larger penalties: grid: [1e-4, 1e-3, 1e-2, 1e-1, 1]")
}

// like is an empty matrix of W's shape.
func (m *multinomial) like() *mat.Dense { return mat.NewDense(m.k, m.d+1, nil) }

// solve sets step to the solution of H·step = −g, to a relative residual, by conjugate
// gradients, and returns how many it took.
func (m *multinomial) solve(ctx context.Context, step, g *mat.Dense, residual float64, pre func(to, r *mat.Dense)) int {
	r, z, p, hp := m.like(), m.like(), m.like(), m.like()
	a, mean := mat.NewDense(m.k, m.n, nil), make([]float64, m.n)
	step.Zero()
	r.Scale(-1, g)
	goal := residual * frobenius(g)
	pre(z, r)
	p.Copy(z)
	rho := inner(r, z)
	for i := range 500 {
		if ctx.Err() != nil {
			return i
		}
		m.curvature(hp, a, p, mean)
		bend := inner(p, hp)
		if bend <= 0 {
			return i // nothing but rounding is left
		}
		along(step, rho/bend, p)
		along(r, -rho/bend, hp)
		if frobenius(r) <= goal {
			return i
		}
		pre(z, r)
		next := inner(r, z)
		p.Scale(next/rho, p)
		p.Add(p, z)
		rho = next
	}
	return 500
}

// most is up to how many dimensions the blocks of the Hessian are solved exactly.
const most = 256

// conditioner is an approximate inverse of the Hessian: of its blocks of one class,
// Zᵀ diag(p(1−p)) Z + λ, or of their diagonals. A poor one costs steps, not digits.
func (m *multinomial) conditioner() func(to, r *mat.Dense) {
	if m.d > most {
		diagonal := m.like()
		for c := range m.k {
			row := diagonal.RawRowView(c)
			for j := range row {
				row[j] = m.lambda
			}
			for i, p := range m.prob.RawRowView(c) {
				for j, v := range m.z.RawRowView(i) {
					row[j] += p * (1 - p) * v * v
				}
			}
		}
		return func(to, r *mat.Dense) { to.DivElem(r, diagonal) }
	}
	blocks := make([]mat.Cholesky, m.k)
	weighted := mat.NewDense(m.n, m.d+1, nil)
	block := mat.NewSymDense(m.d+1, nil)
	for c := range m.k {
		for i, p := range m.prob.RawRowView(c) {
			floats.ScaleTo(weighted.RawRowView(i), math.Sqrt(p*(1-p)), m.z.RawRowView(i))
		}
		block.SymOuterK(1, weighted.T())
		for j := range m.d + 1 {
			block.SetSym(j, j, block.At(j, j)*(1+1e-12)+m.lambda)
		}
		if !blocks[c].Factorize(block) {
			return func(to, r *mat.Dense) { to.Copy(r) }
		}
	}
	return func(to, r *mat.Dense) {
		for c := range m.k {
			_ = blocks[c].SolveVecTo(mat.NewVecDense(m.d+1, to.RawRowView(c)), mat.NewVecDense(m.d+1, r.RawRowView(c)))
		}
	}
}

func frobenius(a *mat.Dense) float64 { return math.Sqrt(inner(a, a)) }

func inner(a, b *mat.Dense) float64 { return floats.Dot(a.RawMatrix().Data, b.RawMatrix().Data) }

func along(to *mat.Dense, by float64, a *mat.Dense) {
	floats.AddScaled(to.RawMatrix().Data, by, a.RawMatrix().Data)
}
