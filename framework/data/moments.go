package data

import "math"

// Moments are the mean and standard deviation of each column of an array.
type Moments struct {
	Mean, Std []float64 // [channels]
}

// MomentsOf computes the moments over the rows of a, in float64 and in two
// passes. The deviation is √(Σ(x−x̄)² / (n−ddof)): ddof 0 is the population's,
// 1 the sample's. With n ≤ ddof deviations are 0. The mean is x₀ + Σ(x−x₀)/n, so
// that a constant channel has a deviation of exactly 0.
func MomentsOf(a Array, ddof int) Moments {
	n, c := a.Rows(), a.Cols()
	m := Moments{Mean: make([]float64, c), Std: make([]float64, c)}
	if n == 0 {
		return m
	}
	first := a.Row(0)
	for i := range n {
		for j, x := range a.Row(i) {
			m.Mean[j] += float64(x) - float64(first[j])
		}
	}
	for j := range m.Mean {
		m.Mean[j] = float64(first[j]) + m.Mean[j]/float64(n)
	}
	for i := range n {
		for j, x := range a.Row(i) {
			d := float64(x) - m.Mean[j]
			m.Std[j] += d * d
		}
	}
	for j := range m.Std {
		if n <= ddof {
			m.Std[j] = 0
			continue
		}
		m.Std[j] = math.Sqrt(m.Std[j] / float64(n-ddof))
	}
	return m
}

// Varying lists the channels whose standard deviation is above the threshold.
func (m Moments) Varying(threshold float64) []int {
	var out []int
	for j, s := range m.Std {
		if s > threshold {
			out = append(out, j)
		}
	}
	return out
}
