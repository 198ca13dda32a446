package stats

import "math"

// Design is what a comparison of two methods will have.
type Design struct {
	Seeds   [2]int // of each method; 0 for one that its seed does not change
	Cases   int
	Methods int // in the column: the family is all pairs
	// Comparisons is the size of any other family; 0: all pairs.
	Comparisons int
}

// Spread is what single trials vary, from earlier records or assumed, as standard
// deviations of the metric.
type Spread struct {
	Seed     [2]float64 // of each method's metric between seeds, on the same cases
	Case     float64    // of a case's difference between the methods, on infinitely many seeds
	Residual [2]float64 // of a case's number between a method's seeds, their means apart
}

// PlannedPower returns the standard error that a design will have and the smallest
// difference that it finds with a power of 80 % at the first step of its family.
// detectable is NaN where nothing varies.
func PlannedPower(d Design, s Spread) (se, nu, detectable float64) {
	m := float64(d.Cases)
	Q, V := s.Case*s.Case/m, 0.0
	var q [2]float64
	var e float64
	for k, n := range d.Seeds {
		if n > 0 {
			q[k] = s.Seed[k] * s.Seed[k] / float64(n)
			e += s.Residual[k] * s.Residual[k] / (float64(n) * m)
		}
	}
	Q += e
	if V = max(q[0]+q[1]+max(Q-e, 0), Q); V == 0 {
		return 0, 0, math.NaN()
	}
	inverse := Q / V * (Q / V) / (m - 1)
	for k, n := range d.Seeds {
		if n > 1 {
			inverse += q[k] / V * (q[k] / V) / float64(n-1)
		}
	}
	if inverse == 0 {
		return math.Sqrt(V), 0, math.NaN()
	}
	se, nu = math.Sqrt(V), 1/inverse
	family := max(1, d.Methods*(d.Methods-1)/2)
	if d.Comparisons > 0 {
		family = d.Comparisons
	}
	return se, nu, Detectable(se, nu, 0.05/float64(family), 0.8)
}

// SpreadOf reads the spread of two methods off what is recorded.
func SpreadOf(a, b Parts) Spread {
	D := make([]float64, len(a.c))
	for j := range D {
		D[j] = a.c[j] - b.c[j]
	}
	m := float64(a.M)
	Q := a.over(variance(D))
	s := Spread{Case: math.Sqrt(max(Q-a.e-b.e, 0)*m) / a.unit}
	for k, p := range []Parts{a, b} {
		n := float64(p.N)
		s.Seed[k] = math.Sqrt(p.q*n) / p.unit
		s.Residual[k] = math.Sqrt(p.e*n*m) / p.unit
	}
	return s
}
