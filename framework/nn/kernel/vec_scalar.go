package kernel

import "math"

// The functions on single numbers, with the steps and the coefficients of the
// assembly (_asm/vector/formulas.go), where the equations are explained.

const (
	magic = 0x1.8p23 // adding it rounds to an integer, left in the low bits
	ln2Hi = 0x1.62e4p-1
	ln2Lo = math.Ln2 - ln2Hi
	tailK = 3.5
)

// fma returns x y + z, rounded once where the compiler fuses, as on arm64; the
// bounds of the functions hold either way.
func fma(x, y, z float32) float32 { return x*y + z }

// reduce splits x = n ln2 + r, |r| ≤ ln(2)/2.
func reduce(x float32) (n int32, r float32) {
	t := fma(x, 1/math.Ln2, magic)
	m := t - magic
	return int32(math.Float32bits(t) - math.Float32bits(magic)), fma(-m, ln2Lo, fma(-m, ln2Hi, x))
}

// power2 returns 2^n, -127 < n < 128.
func power2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

func expOf(x float32) float32 { return expSum(x, 0) }

// expSum returns e^(x+lo), lo much smaller than x.
func expSum(x, lo float32) float32 {
	n, r := reduce(max(min(x, 89), -104))
	r += lo
	p := fma(expQ4, r, expQ3)
	p = fma(p, r, expQ2)
	p = fma(p, r, expQ1)
	p = fma(p, r, expQ0)
	p = fma(p, r, 1)
	p = fma(p, r, 1)
	return float32(p*power2(n>>1)) * power2(n-n>>1)
}

func logOf(x float32) float32 {
	switch {
	case x == 0:
		return float32(math.Inf(-1))
	case x < 0:
		return float32(math.NaN())
	case x > math.MaxFloat32 || x != x: // as they are
		return x
	}
	var tiny float32
	if x < 0x1p-126 {
		x, tiny = x*0x1p23, 23
	}
	b := int32(math.Float32bits(x))
	e := (b - 0x3f3504f3) >> 23 // with √½ between two powers
	g := math.Float32frombits(uint32(b-e<<23)) - 1
	return logNear1(g, float32(e)-tiny)
}

// logNear1 returns ln(1+g) + e ln2, √½ ≤ 1+g ≤ √2.
func logNear1(g, e float32) float32 {
	p := fma(logP7, g, logP6)
	p = fma(p, g, logP5)
	p = fma(p, g, logP4)
	p = fma(p, g, logP3)
	p = fma(p, g, logP2)
	p = fma(p, g, logP1)
	p = fma(p, g, logP0)
	g2 := g * g
	y := fma(e, ln2Lo, float32(g*g2)*p)
	y = fma(g2, -0.5, y)
	return fma(e, ln2Hi, g+y)
}

func tanhOf(x float32) float32 {
	a := abs(x)
	n, r := reduce(min(a+a, 20))
	q := fma(expm1Q4, r, expm1Q3)
	q = fma(q, r, expm1Q2)
	q = fma(q, r, expm1Q1)
	q = fma(q, r, expm1Q0)
	s := power2(n)
	e := fma(fma(r*r, q, r), s, s-1)
	return copysign(e/(e+2), x)
}

func sigmoidOf(x float32) float32 {
	e := expOf(-abs(x))
	if x >= 0 {
		return 1 / (e + 1)
	}
	return e / (e + 1)
}

func softplusOf(x float32) float32 {
	e := expOf(-abs(x))
	if e > math.Sqrt2-1 {
		return max(x, 0) + logNear1((e-1)*0.5, 1)
	}
	return max(x, 0) + logNear1(e, 0)
}

// tail returns Φ(-z)/e^(-z²/2), 0 ≤ z ≤ 15.
func tail(z float32) float32 {
	s := 1 / (z + tailK)
	q := fma(-s, 2*tailK, 1)
	p := fma(tailP9, q, tailP8)
	p = fma(p, q, tailP7)
	p = fma(p, q, tailP6)
	p = fma(p, q, tailP5)
	p = fma(p, q, tailP4)
	p = fma(p, q, tailP3)
	p = fma(p, q, tailP2)
	p = fma(p, q, tailP1)
	p = fma(p, q, tailP0)
	return s * p
}

func erfOf(x float32) float32 {
	a := min(abs(x), 4)
	s := a * a
	if a < 0.9 {
		p := fma(erfP5, s, erfP4)
		p = fma(p, s, erfP3)
		p = fma(p, s, erfP2)
		p = fma(p, s, erfP1)
		p = fma(p, s, erfP0)
		return copysign(fma(a, p, a), x)
	}
	return copysign(fma(-2*expOf(-s), tail(a*math.Sqrt2), 1), x)
}

// normal returns the normal distribution function Φ(x) and e^(-x²/2); x² is kept
// to twice the precision.
func normal(x float32) (distribution, e float32) {
	z := min(abs(x), 15)
	h := z * z
	lo := float32(float64(h) - float64(z)*float64(z)) // exact
	e = expSum(-0.5*h, 0.5*lo)
	t := e * tail(z)
	if x >= 0 {
		t = 1 - t
	}
	return t, e
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// copysign gives |x| the sign of y.
func copysign(x, y float32) float32 {
	return math.Float32frombits(math.Float32bits(x) | math.Float32bits(y)&(1<<31))
}
