package stats

import (
	"errors"
	"fmt"
	"math"
)

// Parts is what one method's trials on one split say: seeds and cases are crossed
// random factors (Dorfman, Berbaum and Metz 1992; Hillis 2007).
//
// With z[i][j] the number of seed i and case j, r and c its means over cases and
// over seeds, g the mean of all, and E = z − r − c + g,
//
//	q = var(r)/n   e = ΣE²/((n−1)(m−1)·n·m)   Q = var(c)/m
//
// q = e = 0 where there is one seed or the seed decides nothing.
type Parts struct {
	N, M     int
	Estimate float64   // mean of the metric over seeds
	Nu       float64   // degrees of freedom of q; 0 where q is 0 by design
	q, e     float64   // in squared units of 1/unit
	c        []float64 // per case, times unit; of a quantile, per draw
	draws    bool      // c are draws: Q is their variance itself
	unit     float64
	size     float64   // largest number per case, times unit
	weight   []float64 // samples per case
}

// Crossed takes z apart: n ≥ 1 seeds of m ≥ 2 cases each, in one order of cases.
// values are the metric of each seed, the means of the rows of z. unit is a power
// of two, the same for all that are compared (see Unit). Rows that are equal bit
// for bit are one measurement repeated, not n.
func Crossed(z [][]float64, values, samples []float64, unit float64) (Parts, error) {
	if len(z) == 0 || len(z) != len(values) {
		return Parts{}, fmt.Errorf("%d seeds with numbers per case, %d with a value", len(z), len(values))
	}
	m := len(z[0])
	if m < 2 {
		return Parts{}, errors.New("a variance over cases needs at least 2 of them")
	}
	if samples != nil && len(samples) != m {
		return Parts{}, fmt.Errorf("%d cases and the samples of %d", m, len(samples))
	}
	for i, row := range z {
		if len(row) != m {
			return Parts{}, fmt.Errorf("seed %d has %d cases, the first %d", i+1, len(row), m)
		}
		if err := finite(row); err != nil {
			return Parts{}, err
		}
	}
	if err := finite(values); err != nil {
		return Parts{}, err
	}
	p := Parts{N: len(z), M: m, Estimate: Mean(values), unit: unit, weight: samples, c: make([]float64, m)}
	if repeated(z) {
		z = z[:1]
		p.N = 1
	}
	n := len(z)
	r := make([]float64, n)
	column := make([]float64, n)
	for j := range m {
		for i := range z {
			column[i] = z[i][j] * unit
		}
		p.c[j] = Mean(column)
		p.size = max(p.size, math.Abs(p.c[j]))
	}
	if n == 1 {
		return p, nil
	}
	for i := range z {
		r[i] = Mean(z[i]) * unit
	}
	g := Mean(r)
	var ss float64
	for i := range z {
		for j := range m {
			d := z[i][j]*unit - r[i] - p.c[j] + g
			ss += d * d
		}
	}
	p.q = variance(scaled(values, unit)) / float64(n)
	p.e = ss / (float64(n-1) * float64(m-1) * float64(n) * float64(m))
	p.Nu = float64(n - 1)
	return p, nil
}

// Drawn is Crossed for a quantile metric: draws[i][b] is seed i's metric on
// bootstrap draw b of the cases, the same draws for all seeds and methods; the
// variance over draws of the seeds' mean stands for Q. m is the number of cases.
func Drawn(draws [][]float64, values []float64, m int, unit float64) (Parts, error) {
	p, err := Crossed(draws, values, nil, unit)
	p.M, p.draws, p.e = m, true, 0
	return p, err
}

func repeated(z [][]float64) bool {
	for _, row := range z[1:] {
		for j, v := range row {
			if v != z[0][j] {
				return false
			}
		}
	}
	return true
}

// Unit returns the power of two by which Crossed multiplies, for all samples that
// are compared with each other.
func Unit(samples ...[]float64) float64 { return unit(samples...) }

// Stochastic reports whether seeds differ.
func (p Parts) Stochastic() bool { return p.N > 1 }

// Effective is the number of cases that count: (Σw)²/Σw² for cases of w samples.
func (p Parts) Effective() float64 { return Effective(p.weight, p.M) }

// Effective returns (Σw)²/Σw², and m where w is nil.
func Effective(w []float64, m int) float64 {
	if w == nil {
		return float64(m)
	}
	s := unit(w)
	var one, two float64
	for _, v := range w {
		one, two = one+v*s, two+v*s*v*s
	}
	return one * one / two
}

// Contrast is an estimate with its standard error: of one method's metric, or of
// the difference of two.
type Contrast struct {
	Estimate float64
	SE       float64 // 0 where nothing varied: no interval that means anything, and no test
	Nu       float64 // degrees of freedom
}

// Alone returns
//
//	V = max(q + max(Q − e, 0), Q),  ν = V²/(q²/(n−1) + Q²/(m−1))
func (p Parts) Alone() Contrast {
	Q := p.over(variance(p.c))
	V := max(p.q+max(Q-p.e, 0), Q)
	return p.contrast(p.Estimate, V, Q, p, Parts{})
}

// Minus returns the difference a − b of two methods on the same cases. Cases are
// paired, seeds are not: seed 3 of a and seed 3 of b share nothing. With
// D_j = c_aj − c_bj and Q = var(D)/m,
//
//	V = max(q_a + q_b + max(Q − e_a − e_b, 0), Q)
//	ν = V²/(q_a²/ν_a + q_b²/ν_b + Q²/(m−1))
func (a Parts) Minus(b Parts) (Contrast, error) {
	if len(a.c) != len(b.c) || a.M != b.M || a.unit != b.unit || a.draws != b.draws {
		return Contrast{}, fmt.Errorf("%d cases against %d", a.M, b.M)
	}
	D := make([]float64, len(a.c))
	for j := range D {
		D[j] = a.c[j] - b.c[j]
	}
	Q := a.over(variance(D))
	V := max(a.q+b.q+max(Q-a.e-b.e, 0), Q)
	return a.contrast(a.Estimate-b.Estimate, V, Q, a, b), nil
}

// Differences returns D_j, the differences per case.
func (a Parts) Differences(b Parts) []float64 {
	D := make([]float64, len(a.c))
	for j := range D {
		D[j] = (a.c[j] - b.c[j]) / a.unit
	}
	return D
}

// over turns the variance over cases into that of their mean.
func (p Parts) over(variance float64) float64 {
	if p.draws {
		return variance
	}
	return variance / float64(p.M)
}

func (p Parts) contrast(estimate, V, Q float64, a, b Parts) Contrast {
	c := Contrast{Estimate: estimate, Nu: float64(p.M - 1)}
	if math.Sqrt(V) <= 0x1p-40*max(a.size, b.size) { // what rounding leaves of equal numbers
		return c
	}
	inverse := Q / V * (Q / V) / float64(p.M-1)
	for _, k := range []Parts{a, b} {
		if k.Nu > 0 {
			inverse += k.q / V * (k.q / V) / k.Nu
		}
	}
	c.SE, c.Nu = math.Sqrt(V)/p.unit, 1/inverse
	return c
}

// T returns the statistic estimate/SE and its two-sided p; p is NaN where nothing
// varied.
func (c Contrast) T() (t, p float64) {
	if c.SE == 0 {
		return math.NaN(), math.NaN()
	}
	t = c.Estimate / c.SE
	return t, tTail(t, c.Nu)
}

// Interval returns the symmetric 95 % interval; it is the estimate itself where
// nothing varied.
func (c Contrast) Interval() (lo, hi float64) {
	h := c.Half()
	return c.Estimate - h, c.Estimate + h
}

// Half is half the width of the 95 % interval.
func (c Contrast) Half() float64 {
	if c.SE == 0 {
		return 0
	}
	return tQuantile(0.975, c.Nu) * c.SE
}

// Negative returns the parts of −z: where smaller is better.
func (p Parts) Negative() Parts {
	p.Estimate = -p.Estimate
	p.c = scaled(p.c, -1)
	return p
}
