package search

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Race spares seeds: a configuration that is clearly behind after two seeds
// gets no third.
type Race struct {
	Level float64 // probability that the best of equal configurations is taken out; 0.05 as a rule
}

// Behind reports whether configuration c is clearly behind the best of those
// with at least as many seeds. values[i][s] is what configuration i came to with
// seed s, larger is better, NaN: none; seeds are the same for all.
//
// With the m seeds of c, and C configurations that have them, y_is = µ_i + b_s + e_is:
// what a seed does to all cancels. c is behind b if
//
//	ȳ_b − ȳ_c > t σ √(2/m),  σ² = Σ (y_is − ȳ_i − ȳ_s + ȳ)² / ((C−1)(m−1)),
//
// t the quantile 1 − Level/(C−1) of Student's distribution with (C−1)(m−1)
// degrees of freedom: by Bonferroni over who may be best. One seed decides nothing.
// A configuration that has no value with some seed is behind all that have.
func (r Race) Behind(values [][]float64, c int) bool {
	m := len(values[c])
	if m < 2 {
		return false
	}
	var rows [][]float64 // first m seeds of those that have them
	for _, v := range values {
		if len(v) >= m && complete(v[:m]) {
			rows = append(rows, v[:m])
		}
	}
	if !complete(values[c]) {
		return len(rows) > 0
	}
	seeds, best, all := make([]float64, m), math.Inf(-1), 0.0
	for _, row := range rows {
		best = math.Max(best, mean(row))
		all += mean(row) / float64(len(rows))
		for s, y := range row {
			seeds[s] += y / float64(len(rows))
		}
	}
	free := float64((len(rows) - 1) * (m - 1))
	if free == 0 {
		return false
	}
	squares := 0.0
	for _, row := range rows {
		for s, y := range row {
			e := y - mean(row) - seeds[s] + all
			squares += e * e
		}
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: free}.Quantile(1 - r.Level/float64(len(rows)-1))
	return best-mean(values[c]) > t*math.Sqrt(squares/free*2/float64(m))
}

// complete reports whether all of them are values.
func complete(v []float64) bool {
	for _, x := range v {
		if !finite(x) {
			return false
		}
	}
	return true
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}
