package metric

import (
	"fmt"
	"math"
)

// Cases are the numbers per case behind metrics, by name: of a metric that is
// over the samples of a part, one number for each of the part's cases
// (data.Recording.Cases), in their order, whose plain mean is the metric.
type Cases map[string][]float64

// PerCase returns the numbers per case of a metric that is a mean over samples,
// or over whatever else belongs to one case each: weight[j] counts those of case
// j and sum[j] adds up their scores. With θ = Σsum/Σweight, the metric, the number
// of case j is
//
//	z_j = θ + m/Σw · (sum_j − θ w_j),
//
// which is the mean score of the case where all cases weigh the same.
func PerCase(sum, weight []float64) (theta float64, z []float64) {
	m, total, all := float64(len(sum)), 0.0, 0.0
	for j := range sum {
		total += sum[j]
		all += weight[j]
	}
	theta = total / all
	z = make([]float64, len(sum))
	for j := range z {
		z[j] = theta + m/all*(sum[j]-theta*weight[j])
	}
	return theta, z
}

// OverSamples is PerCase of a score per sample; of and n are what
// data.Recording.Cases returns. z is nil where there are no cases.
func OverSamples(score []float64, of []int, n int) (theta float64, z []float64) {
	ones := make([]float64, len(score))
	for i := range ones {
		ones[i] = 1
	}
	return Ratio(score, ones, of, n)
}

// Ratio is PerCase of Σnum/Σden over samples: of scores that count differently, or
// of some samples only, whose others have 0 in both.
func Ratio(num, den []float64, of []int, n int) (theta float64, z []float64) {
	sum, weight := make([]float64, max(n, 1)), make([]float64, max(n, 1))
	for i := range num {
		j := 0
		if n > 0 {
			j = of[i]
		}
		sum[j] += num[i]
		weight[j] += den[i]
	}
	theta, z = PerCase(sum, weight)
	if n == 0 {
		return theta, nil
	}
	return theta, z
}

// Jackknife returns the numbers per case of any other metric: pseudo-values of
// deleting one case, centred on the metric θ of all n cases,
//
//	z_j = θ + (n−1)(mean_u θ_−u − θ_−j).
//
// without(j) is the metric of what is left without case j. The result is nil where
// one of these is undefined (NaN or infinite), or there are fewer than two cases.
func Jackknife(theta float64, n int, without func(j int) float64) (z []float64) {
	if n < 2 {
		return nil
	}
	z = make([]float64, n)
	mean := 0.0
	for j := range z {
		z[j] = without(j)
		mean += z[j] / float64(n)
	}
	if math.IsNaN(mean) || math.IsInf(mean, 0) {
		return nil
	}
	off := 0.0
	for j := range z {
		z[j] = theta + float64(n-1)*(mean-z[j])
		off += (z[j] - theta) / float64(n)
	}
	for j := range z {
		z[j] -= off // what rounding left, which n−1 makes large where there are many cases
	}
	return z
}

// Check holds numbers per case against the metric and the number of cases n that
// the part has: they must be finite, one for each case, and have the metric as
// their mean to 1e-12 of its size, or of their own where they are larger.
func (c Cases) Check(name string, value float64, n int) error {
	z := c[name]
	if len(z) != n {
		return fmt.Errorf("%s has %d numbers per case, the part has %d cases", name, len(z), n)
	}
	sum, size := 0.0, math.Max(1, math.Abs(value))
	for j, x := range z {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s of case %d is %v", name, j, x)
		}
		sum += x
		size = math.Max(size, math.Abs(x))
	}
	if mean := sum / float64(n); math.Abs(mean-value) > 1e-12*size {
		return fmt.Errorf("%s is %v, but the mean over its cases is %v", name, value, mean)
	}
	return nil
}
