package main

import "math"

// Functions on registers. Their twins on single numbers are in vec_scalar.go;
// both read the coefficients below.

// Minimax coefficients, lowest order first, by testdata/coefficients.py.
var (
	// e^r = 1 + r + r² q(r), |r| ≤ ln(2)/2; relative error 2^-28.
	expQ = []float32{0.49999994, 0.166665211, 0.0416682623, 0.00836867467, 0.00138210552}
	// e^r - 1 = r + r² q(r), |r| ≤ ln(2)/2; relative error 2^-26.
	expm1Q = []float32{0.49999997, 0.166665465, 0.0416674353, 0.00836625881, 0.00138706493}
	// ln(1+f) = f - f²/2 + f³ p(f), √½ ≤ 1+f ≤ √2; relative error 2^-27.
	logP = []float32{0.333333313, -0.250008196, 0.200012416, -0.166234091, 0.142015815, -0.131596133, 0.127621993, -0.0763639957}
	// erf x = x + x p(x²), |x| ≤ 0.9; relative error 2^-26.
	erfP = []float32{0.128379151, -0.376125067, 0.112819761, -0.0267732851, 0.00500416011, -0.000605246169}
	// Φ(-z) = e^(-z²/2) s p(1 - 7s), s = 1/(z + 3.5), 0 ≤ z ≤ 14.5; relative error 2^-25.
	tailP = []float32{0.744416058, -0.565561831, 0.315425813, -0.116051294, 0.0174001977, 0.006483573, -0.00315972813, -0.000474977191, 0.000410514447, 9.73467686e-05}
)

const (
	magic  = 0x1.8p23 // adding it rounds to an integer, left in the low bits
	log2e  = 1 / math.Ln2
	ln2Hi  = 0x1.62e4p-1 // n ln2Hi is exact for the n that occur
	ln2Lo  = math.Ln2 - ln2Hi
	sign   = num(1 << 31)
	tailK  = 3.5
	erfEnd = 0.9
)

// abs returns |x|.
func (m *machine) abs(x V) V { return m.and(x, num(1<<31-1)) }

// negative returns -|x|.
func (m *machine) negative(x V) V { return m.or(x, sign) }

// reduce splits x = n ln2 + r, |r| ≤ ln(2)/2. t has n in its low bits.
func (m *machine) reduce(x V) (t, n, r V) {
	t = m.fma(x, f(log2e), f(magic))
	n = m.sub(t, f(magic))
	r = m.fnma(n, f(ln2Lo), m.fnma(n, f(ln2Hi), x))
	return t, n, r
}

// times2 returns p 2^n, rounded once even below the normal numbers: AVX2 takes
// two steps, the first of which is exact.
func (m *machine) times2(p, t, n V) V {
	if m.wide {
		d := m.vec()
		m.VSCALEFPS(m.reg(n), m.reg(p), d)
		return d
	}
	i := m.subInt(t, f(magic))
	half := m.shiftRight(i, 1)
	rest := m.subInt(i, half)
	p = m.mul(p, m.shiftLeft(m.addInt(half, num(127)), 23))
	return m.mul(p, m.shiftLeft(m.addInt(rest, num(127)), 23))
}

// exp returns e^(x+lo), where lo is nil or much smaller than x.
func (m *machine) exp(x, lo V) V {
	t, n, r := m.reduce(m.max(f(-104), m.min(f(89), x)))
	if lo != nil {
		r = m.add(r, lo)
	}
	return m.times2(m.horner(r, append([]float32{1, 1}, expQ...)...), t, n)
}

// log returns ln x.
func (m *machine) log(x V) V {
	tiny := m.compare(x, less, f(0x1p-126))
	y := m.choose(tiny, m.mul(x, f(0x1p23)), x)
	g, e := m.split(y)
	r := m.logNear1(g, m.sub(e, m.only(tiny, f(23))))
	// +Inf and NaN as they are; -Inf at zero, NaN below
	r = m.choose(m.compare(x, less, f(float32(math.Inf(1)))), r, x)
	r = m.choose(m.compare(x, equal, f(0)), f(float32(math.Inf(-1))), r)
	return m.choose(m.compare(x, less, f(0)), num(0x7fc00000), r)
}

// split writes a normal x > 0 as (1+g) 2^e, √½ ≤ 1+g ≤ √2.
func (m *machine) split(x V) (g, e V) {
	i := m.shiftRight(m.subInt(x, f(math.Sqrt2/2)), 23)
	return m.sub(m.subInt(x, m.shiftLeft(i, 23)), f(1)), m.toFloat(i)
}

// logNear1 returns ln(1+g) + e ln2, √½ ≤ 1+g ≤ √2.
func (m *machine) logNear1(g, e V) V {
	g2 := m.mul(g, g)
	y := m.mul(m.mul(g, g2), m.horner(g, logP...))
	y = m.fma(e, f(ln2Lo), y)
	y = m.fma(g2, f(-0.5), y)
	return m.fma(e, f(ln2Hi), m.add(g, y))
}

// tanh: with E = e^(2|x|) - 1, tanh |x| = E / (E + 2).
func (m *machine) tanh(x V) V {
	a := m.abs(x)
	t, _, r := m.reduce(m.min(f(20), m.add(a, a)))
	p := m.fma(m.mul(r, r), m.horner(r, expm1Q...), r)
	s := m.shiftLeft(m.addInt(m.subInt(t, f(magic)), num(127)), 23)
	e := m.fma(p, s, m.sub(s, f(1)))
	return m.or(m.div(e, m.add(e, f(2))), m.and(x, sign))
}

// sigmoid: with e = e^-|x|, 1/(1+e) right of zero and e/(1+e) left of it.
func (m *machine) sigmoid(x V) V {
	e := m.exp(m.negative(x), nil)
	right := m.compare(x, atLeast, f(0))
	return m.div(m.choose(right, f(1), e), m.add(e, f(1)))
}

// softplus = max(x, 0) + ln(1 + e^-|x|).
func (m *machine) softplus(x V) V {
	e := m.exp(m.negative(x), nil)
	high := m.compare(e, greater, f(math.Sqrt2-1))
	g := m.choose(high, m.mul(m.sub(e, f(1)), f(0.5)), e)
	return m.add(m.max(f(0), x), m.logNear1(g, m.only(high, f(1))))
}

// tail returns Φ(-z)/e^(-z²/2), 0 ≤ z ≤ 15.
func (m *machine) tail(z V) V {
	s := m.div(f(1), m.add(z, f(tailK)))
	q := m.fnma(s, f(2*tailK), f(1))
	return m.mul(s, m.horner(q, tailP...))
}

// erf: near zero a polynomial, further out 1 - 2Φ(-√2 |x|).
func (m *machine) erf(x V) V {
	a := m.min(f(4), m.abs(x))
	near := m.fma(a, m.horner(m.mul(a, a), erfP...), a)
	e := m.exp(m.mul(m.mul(a, a), f(-1)), nil)
	far := m.fnma(m.mul(e, f(2)), m.tail(m.mul(a, f(math.Sqrt2))), f(1))
	return m.or(m.choose(m.compare(a, less, f(erfEnd)), near, far), m.and(x, sign))
}

// normal returns Φ(x) and e^(-x²/2); x² is kept to twice the precision.
func (m *machine) normal(x V) (distribution, e V) {
	z := m.min(f(15), m.abs(x))
	h := m.mul(z, z)
	lo := m.fnma(z, z, h) // h - z²
	e = m.exp(m.mul(h, f(-0.5)), m.mul(lo, f(0.5)))
	tail := m.mul(e, m.tail(z))
	right := m.compare(x, atLeast, f(0))
	return m.choose(right, m.sub(f(1), tail), tail), e
}
