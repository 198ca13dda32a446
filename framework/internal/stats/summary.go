package stats

import (
	"errors"
	"math"
	"slices"
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

// Summarize describes x, which must not be empty, in whatever order it stands.
func Summarize(x []float64) (Summary, error) {
	if len(x) == 0 {
		return Summary{}, errors.New("there are no values to summarise")
	}
	if err := finite(x); err != nil {
		return Summary{}, err
	}
	s := Summary{N: len(x), Mean: Mean(x), Std: math.NaN(), SEM: math.NaN(), CI95: math.NaN()}
	if len(x) > 1 {
		u := unit(x)
		s.Std = math.Sqrt(variance(scaled(x, u))) / u
		s.SEM = s.Std / math.Sqrt(float64(s.N))
		s.CI95 = HalfWidth(s.Std, s.N, 0.95)
	}
	s.Q1, s.Median, s.Q3 = Quartiles(x)
	return s, nil
}

// Quartiles returns first quartile, median and third quartile of x.
func Quartiles(x []float64) (q1, median, q3 float64) {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	return quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)
}

// HalfWidth returns t(1−(1−level)/2; n−1) · std/√n, half the width of the t
// interval of a mean. It is NaN for n < 2.
func HalfWidth(std float64, n int, level float64) float64 {
	if n < 2 {
		return math.NaN()
	}
	return tQuantile(0.5+level/2, float64(n-1)) * std / math.Sqrt(float64(n))
}

// OfMean is the mean of independent values with its t interval, n−1 degrees of
// freedom: of differences over groups, or of seeds alone. x has at least two.
func OfMean(x []float64) (Contrast, error) {
	if len(x) < 2 {
		return Contrast{}, errors.New("an interval of a mean needs at least 2 values")
	}
	if err := finite(x); err != nil {
		return Contrast{}, err
	}
	u := unit(x)
	c := Contrast{Estimate: Mean(x), Nu: float64(len(x) - 1)}
	if sd := math.Sqrt(variance(scaled(x, u))); sd > 0x1p-50 { // rounding of numbers of size 1
		c.SE = sd / u / math.Sqrt(float64(len(x)))
	}
	return c, nil
}

func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := h - float64(i)
	if f == 0 || sorted[i] == sorted[i+1] {
		return sorted[i]
	}
	lo, hi := sorted[i], sorted[i+1]
	if math.Abs(hi) > 0x1p1000 || math.Abs(lo) > 0x1p1000 { // their difference might overflow
		return lo*(1-f) + hi*f
	}
	return lo + f*(hi-lo)
}
