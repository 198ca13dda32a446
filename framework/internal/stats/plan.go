package stats

import "math"

// Design is what a comparison of two methods will have.
type Design struct {
	Seeds   [2]int // of each method; 0 for one that its seed does not change
	Cases   int
	Methods int // in the column: the family is all pairs
}

// Spread is what single trials of a method vary, from earlier records or assumed:
// standard deviations of one seed on infinitely many cases and of one case's
// difference between the methods after averaging over seeds.
type Spread struct {
	Seed [2]float64
	Case float64
}

// PlannedPower returns the standard error that a design will have and the smallest
// difference that it finds with a power of 80 % at the first step of its family.
func PlannedPower(d Design, s Spread) (se, nu, detectable float64) {
	Q := s.Case * s.Case / float64(d.Cases)
	V, inverse := Q, 0.0
	var q [2]float64
	for k, n := range d.Seeds {
		if n > 0 {
			q[k] = s.Seed[k] * s.Seed[k] / float64(n)
			V += q[k]
		}
	}
	if V == 0 {
		return 0, 0, math.NaN()
	}
	inverse = Q / V * (Q / V) / float64(d.Cases-1)
	for k, n := range d.Seeds {
		if n > 1 {
			inverse += q[k] / V * (q[k] / V) / float64(n-1)
		}
	}
	if inverse == 0 {
		return math.Sqrt(V), 0, math.NaN()
	}
	se, nu = math.Sqrt(V), 1/inverse
	pairs := max(1, d.Methods*(d.Methods-1)/2)
	return se, nu, Detectable(se, nu, 0.05/float64(pairs), 0.8)
}

// SpreadOf reads the spread of two methods off what is recorded.
func SpreadOf(a, b Parts) Spread {
	D := make([]float64, len(a.c))
	for j := range D {
		D[j] = a.c[j] - b.c[j]
	}
	Q := a.over(variance(D))
	between := max(Q-a.e-b.e, 0) // what no number of seeds takes away
	s := Spread{Case: math.Sqrt(between*float64(a.M)) / a.unit}
	for k, p := range []Parts{a, b} {
		s.Seed[k] = math.Sqrt(p.q*float64(p.N)) / p.unit
	}
	return s
}
