package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Paired is the outcome of [PairedT].
type Paired struct {
	N    int
	Diff float64 // mean of a−b: the effect, in the unit of the values
	CI95 float64 // half-width of its 95 % t interval; 0 if Constant
	T    float64 // statistic with N−1 degrees of freedom; 0 if Constant
	P    float64 // two-sided

	// Constant says that all differences are equal up to rounding. Then there
	// is no t test: nothing varied that could be compared with the difference.
	// P is 1 where the difference is 0 and 0, the limit of small variance, where
	// it is not; whoever reports such a P says so.
	Constant bool
}

// PairedT tests whether the mean of a[i]−b[i] is zero, two-sided, by Student's t
// on the differences. a and b hold the values of two methods on the same seeds,
// in the same order, at least two.
func PairedT(a, b []float64) (Paired, error) {
	d, err := differences(a, b)
	if err != nil {
		return Paired{}, err
	}
	n := len(d)
	if n < 2 {
		return Paired{}, fmt.Errorf("a paired test needs at least 2 pairs, got %d", n)
	}
	p := Paired{N: n, Diff: mean(d)}
	// a[i]−b[i] carries a rounding error of half a unit in the last place of
	// the larger of the two, so differences closer than that are equal.
	var size, lo, hi = 0.0, d[0], d[0]
	for i := range d {
		size = max(size, math.Abs(a[i]), math.Abs(b[i]))
		lo, hi = min(lo, d[i]), max(hi, d[i])
	}
	if eps := 0x1p-50 * size; hi-lo <= eps {
		p.Constant = true
		if math.Abs(p.Diff) <= eps {
			p.Diff, p.P = 0, 1
		}
		return p, nil
	}
	sd := std(d, p.Diff)
	p.CI95 = HalfWidth(sd, n, 0.95)
	p.T = p.Diff / (sd / math.Sqrt(float64(n)))
	p.P = 2 * distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}.Survival(math.Abs(p.T))
	return p, nil
}

func differences(a, b []float64) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("pairs need two samples of one length, got %d and %d values", len(a), len(b))
	}
	for _, x := range [][]float64{a, b} {
		if err := finite(x); err != nil {
			return nil, err
		}
	}
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return d, nil
}
