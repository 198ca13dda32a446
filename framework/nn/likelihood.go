package nn

import "github.com/assaylab/assay/framework/nn/kernel"

// PoissonNLL is the negative log-likelihood of observations x under rates y, up
// to a constant: the mean over rows b of Σ_n y_bn − x_bn ln y_bn, with y clamped
// to [1e-7, 1e7]. Passes of x repeat where y has more.
func PoissonNLL(y, x *Value) *Value {
	mustMatch("PoissonNLL", y, x)
	return perPass(y, &poisson{y, x}, y)
}

type poisson struct{ y, x *Value }

func (p *poisson) Forward(l *Value) {
	for i, pass := range p.y.passes {
		l.data[i] = kernel.PoissonNLL(p.x.Pass(against(p.x, i)), p.y.Pass(i)) / float32(pass.rows())
	}
}

func (p *poisson) Backward(l *Value) {
	dy := p.y.Partial()
	if dy == nil {
		return
	}
	for i, pass := range p.y.passes {
		kernel.PoissonNLLGrad(p.y.passOf(dy, i), p.x.Pass(against(p.x, i)), p.y.Pass(i), l.grad[i]/float32(pass.rows()))
	}
	p.y.Accumulate(dy)
}

// MSE is the mean over rows and columns of (y − t)². Passes of t repeat where y
// has more; t gets no gradient.
func MSE(y, t *Value) *Value {
	mustMatch("MSE", y, t)
	return perPass(y, &mse{y, t}, y)
}

type mse struct{ y, t *Value }

func (m *mse) Forward(l *Value) {
	for i, pass := range m.y.passes {
		l.data[i] = kernel.SquaredError(m.y.Pass(i), m.t.Pass(against(m.t, i))) / float32(pass.rows()*m.y.cols)
	}
}

func (m *mse) Backward(l *Value) {
	dy := m.y.Partial()
	if dy == nil {
		return
	}
	for i, pass := range m.y.passes {
		d := m.y.passOf(dy, i)
		kernel.Sub(d, m.y.Pass(i), m.t.Pass(against(m.t, i)))
		kernel.Scale(d, 2*l.grad[i]/float32(pass.rows()*m.y.cols), d)
	}
	m.y.Accumulate(dy)
}

// KL is the divergence of N(μ, e^v) from N(0, 1): the mean over rows of
// Σ_k −½ (1 + v_k − μ_k² − exp v_k).
func KL(mu, v *Value) *Value {
	mustAgree("KL", mu, v)
	return perPass(mu, &kl{mu, v, make([]float32, len(v.data))}, mu, v)
}

type kl struct {
	mu, v *Value
	exp   []float32
}

func (k *kl) Forward(l *Value) {
	for i, pass := range k.mu.passes {
		mu, v, e := k.mu.Pass(i), k.v.Pass(i), k.mu.passOf(k.exp, i)
		kernel.Exp(e, v)
		sum := float64(len(v)) + float64(kernel.Sum(v)) - float64(kernel.SumSquares(mu)) - float64(kernel.Sum(e))
		l.data[i] = float32(-sum / 2 / float64(pass.rows()))
	}
}

func (k *kl) Backward(l *Value) {
	if dmu := k.mu.Partial(); dmu != nil {
		for i, pass := range k.mu.passes {
			kernel.Scale(k.mu.passOf(dmu, i), l.grad[i]/float32(pass.rows()), k.mu.Pass(i))
		}
		k.mu.Accumulate(dmu)
	}
	if dv := k.v.Partial(); dv != nil {
		for i, pass := range k.v.passes {
			a := l.grad[i] / float32(pass.rows()) / 2
			d := k.v.passOf(dv, i)
			kernel.Fill(d, -a)
			kernel.Axpy(d, a, k.v.passOf(k.exp, i)) // ½ (e^v − 1)
		}
		k.v.Accumulate(dv)
	}
}
