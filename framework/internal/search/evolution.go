package search

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// An evolution is the state of a covariance matrix adaptation in d dimensions:
// points are drawn from normal(m, σ²C), and the ranks of λ of them move m, σ and
// C. Names and equations are those of Hansen, The CMA Evolution Strategy: A
// Tutorial (2016), with negative weights.
type evolution struct {
	d, lambda      int
	w              []float64 // of ranks 1 … λ
	muEff          float64
	cSigma, dSigma float64
	cC, c1, cMu    float64
	chi            float64 // E‖normal(0, I)‖

	m, pSigma, pC []float64
	sigma         float64
	c             *mat.SymDense
	b             mat.Dense // C = B diag(D²) Bᵀ
	root          []float64 // D
	generation    int
}

func newEvolution(m []float64, sigma float64, lambda int) *evolution {
	n := float64(len(m))
	e := &evolution{d: len(m), lambda: lambda, w: make([]float64, lambda), m: m, sigma: sigma,
		pSigma: make([]float64, len(m)), pC: make([]float64, len(m)), c: mat.NewSymDense(len(m), nil)}
	for i := range m {
		e.c.SetSym(i, i, 1)
	}
	// w'_i = ln((λ+1)/2) − ln i;  µ_eff = (Σw')²/Σw'², of the first µ and of the others
	var sum, squares [2]float64
	mu := lambda / 2
	for i := range e.w {
		e.w[i] = math.Log(float64(lambda+1)/2) - math.Log(float64(i+1))
		part := 0
		if i >= mu {
			part = 1
		}
		sum[part] += e.w[i]
		squares[part] += e.w[i] * e.w[i]
	}
	e.muEff = sum[0] * sum[0] / squares[0]
	muMinus := sum[1] * sum[1] / squares[1]
	e.c1 = 2 / ((n+1.3)*(n+1.3) + e.muEff)
	e.cMu = math.Min(1-e.c1, 2*(0.25+e.muEff+1/e.muEff-2)/((n+2)*(n+2)+e.muEff))
	e.cC = (4 + e.muEff/n) / (n + 4 + 2*e.muEff/n)
	e.cSigma = (e.muEff + 2) / (n + e.muEff + 5)
	e.dSigma = 1 + 2*math.Max(0, math.Sqrt((e.muEff-1)/(n+1))-1) + e.cSigma
	e.chi = math.Sqrt(n) * (1 - 1/(4*n) + 1/(21*n*n))
	// The positive weights sum to 1; the negative ones to what keeps C positive.
	minus := math.Min(math.Min(1+e.c1/e.cMu, 1+2*muMinus/(e.muEff+2)), (1-e.c1-e.cMu)/(n*e.cMu))
	positive, negative := 0.0, 0.0
	for _, w := range e.w {
		positive += math.Max(w, 0)
		negative -= math.Min(w, 0)
	}
	for i, w := range e.w {
		if w > 0 {
			e.w[i] = w / positive
		} else {
			e.w[i] = w * minus / negative
		}
	}
	e.decompose()
	return e
}

// decompose makes B and D of C, whose eigenvalues rounding may have made negative.
func (e *evolution) decompose() bool {
	var eigen mat.EigenSym
	if !eigen.Factorize(e.c, true) {
		return false
	}
	eigen.VectorsTo(&e.b)
	e.root = eigen.Values(e.root)
	for i, v := range e.root {
		e.root[i] = math.Sqrt(math.Max(v, 1e-16))
	}
	return true
}

// draw is m + σ B D z, z ~ normal(0, I).
func (e *evolution) draw(r *rand.Rand) []float64 {
	z := make([]float64, e.d)
	for i := range z {
		z[i] = e.root[i] * r.NormFloat64()
	}
	x := make([]float64, e.d)
	out := mat.NewVecDense(e.d, x)
	out.MulVec(&e.b, mat.NewVecDense(e.d, z))
	floats.Scale(e.sigma, x)
	floats.Add(x, e.m)
	return x
}

// whiten is C^(−1/2) y.
func (e *evolution) whiten(y []float64) []float64 {
	z, out := mat.NewVecDense(e.d, nil), mat.NewVecDense(e.d, nil)
	z.MulVec(e.b.T(), mat.NewVecDense(e.d, y))
	for i, root := range e.root {
		z.SetVec(i, z.AtVec(i)/root)
	}
	out.MulVec(&e.b, z)
	return out.RawVector().Data
}

// A sample is a point and how many generations had passed when it was drawn.
type sample struct {
	x          []float64
	generation int
}

// update moves the state by λ samples, the best first. One that was drawn from
// an older state is as far away as a sample of this state usually is at most
// (Hansen, Injecting external solutions into CMA-ES, 2011). It reports whether
// the state is still sound.
func (e *evolution) update(best []sample) bool {
	n := float64(e.d)
	y, length := make([][]float64, e.lambda), make([]float64, e.lambda) // y = (x − m)/σ, and ‖C^(−1/2) y‖
	for i, s := range best {
		y[i] = make([]float64, e.d)
		floats.SubTo(y[i], s.x, e.m)
		floats.Scale(1/e.sigma, y[i])
		length[i] = floats.Norm(e.whiten(y[i]), 2)
		if most := math.Sqrt(n) + 2*n/(n+2); s.generation < e.generation && length[i] > most {
			floats.Scale(most/length[i], y[i])
			length[i] = most
		}
	}
	// y_w = Σ_{w_i > 0} w_i y_i;  m ← m + σ y_w
	yw := make([]float64, e.d)
	for i, w := range e.w {
		if w > 0 {
			floats.AddScaled(yw, w, y[i])
		}
	}
	floats.AddScaled(e.m, e.sigma, yw)
	// p_σ ← (1 − c_σ) p_σ + √(c_σ(2 − c_σ) µ_eff) C^(−1/2) y_w;  σ ← σ exp(min(1, c_σ/d_σ (‖p_σ‖/χ − 1)))
	floats.Scale(1-e.cSigma, e.pSigma)
	floats.AddScaled(e.pSigma, math.Sqrt(e.cSigma*(2-e.cSigma)*e.muEff), e.whiten(yw))
	norm := floats.Norm(e.pSigma, 2)
	e.sigma *= math.Exp(math.Min(1, e.cSigma/e.dSigma*(norm/e.chi-1)))
	// h = 1, but 0 where p_σ is so long that p_c would make C grow too fast
	e.generation++
	h := 1.0
	if norm/math.Sqrt(1-math.Pow(1-e.cSigma, 2*float64(e.generation))) >= (1.4+2/(n+1))*e.chi {
		h = 0
	}
	// p_c ← (1 − c_c) p_c + h √(c_c(2 − c_c) µ_eff) y_w
	floats.Scale(1-e.cC, e.pC)
	floats.AddScaled(e.pC, h*math.Sqrt(e.cC*(2-e.cC)*e.muEff), yw)
	// C ← (1 + c_1 (1 − h) c_c (2 − c_c) − c_1 − c_µ Σw) C + c_1 p_c p_cᵀ + c_µ Σ w°_i y_i y_iᵀ,
	// w°_i = w_i, but w_i n/‖C^(−1/2) y_i‖² where it is negative
	e.c.ScaleSym(1+e.c1*(1-h)*e.cC*(2-e.cC)-e.c1-e.cMu*floats.Sum(e.w), e.c)
	e.c.SymRankOne(e.c, e.c1, mat.NewVecDense(e.d, e.pC))
	for i, w := range e.w {
		if w < 0 {
			w *= n / (length[i]*length[i] + 1e-8)
		}
		e.c.SymRankOne(e.c, e.cMu*w, mat.NewVecDense(e.d, y[i]))
	}
	return e.decompose()
}

// deviation is the standard deviation of the points along coordinate k.
func (e *evolution) deviation(k int) float64 { return e.sigma * math.Sqrt(e.c.At(k, k)) }

// spent reports whether more draws are of no use: the spread is below what the
// digits of a configuration show, or C has lost its shape.
func (e *evolution) spent(least float64) bool {
	wide := 0.0
	for k := range e.d {
		wide = math.Max(wide, e.deviation(k))
	}
	return wide < least || !finite(wide) || floats.Max(e.root) > 1e7*floats.Min(e.root)
}
