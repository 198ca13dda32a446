package stats

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Summary describes one sample. What needs two values is NaN for one.
type Summary struct {
	N      int
	Mean   float64
	Std    float64 // sample standard deviation, denominator n−1
	SEM    float64 // Std / √n
	CI95   float64 // half-width of the 95 % t interval of the mean
	Median float64
	Q1, Q3 float64 // quartiles, linear between order statistics (type 7 of Hyndman and Fan, as in NumPy and R)
}

// Summarize describes x, which must not be empty.
func Summarize(x []float64) (Summary, error) {
	if len(x) == 0 {
		return Summary{}, errors.New("there are no values to summarise")
	}
	if err := finite(x); err != nil {
		return Summary{}, err
	}
	s := Summary{N: len(x), Mean: mean(x)}
	s.Std = std(x, s.Mean)
	s.SEM = s.Std / math.Sqrt(float64(s.N))
	s.CI95 = HalfWidth(s.Std, s.N, 0.95)
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	s.Q1, s.Median, s.Q3 = quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)
	return s, nil
}

// HalfWidth returns t(1−(1−level)/2; n−1) · std/√n, half the width of the t
// interval of a mean. It is NaN for n < 2.
func HalfWidth(std float64, n int, level float64) float64 {
	if n < 2 {
		return math.NaN()
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}
	return t.Quantile(0.5+level/2) * std / math.Sqrt(float64(n))
}

// mean is exact where all values are equal: rounding must not give deterministic
// methods a spread.
func mean(x []float64) float64 {
	m := x[0]
	var rest float64
	for _, v := range x {
		rest += v - m
	}
	return m + rest/float64(len(x))
}

func std(x []float64, mean float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	var ss float64
	for _, v := range x {
		ss += (v - mean) * (v - mean)
	}
	return math.Sqrt(ss / float64(len(x)-1))
}

func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}
