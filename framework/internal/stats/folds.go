package stats

import (
	"errors"
	"fmt"
	"math"
)

// Fold is one training among several on different parts of the data: a fold, a
// repeat of folds, or a redrawn split. What seeds it had are averaged already.
type Fold struct {
	Value       float64   // of the metric on its test cases, or the difference of two methods'
	Test, Train float64   // cases tested and trained on; validation is in neither
	IDs         []int64   // of the test cases
	Z           []float64 // numbers per case: their mean is Value
	Samples     []float64 // of each case; nil: as many in each
}

// FoldsFrom is the number of trainings from which on differences are tested;
// from MeansFrom on there is an interval.
const (
	FoldsFrom = 5
	MeansFrom = 3
)

// OverFolds returns the mean over J trainings. Trainings share cases, so their
// variance S² is corrected for that (Nadeau and Bengio 2003), and is not believed
// below what the cases alone say:
//
//	V_NB = (1/J + n_test/n_train)·S²,  ν = J − 1
//	V_U  = Σ_u w_u²(d_u − d̄)²/(Σw)² · m/(m−1),  ν = m − 1
//	V    = max(V_NB, V_U), with the ν of the larger
//
// d_u is the mean of case u over the trainings that tested it and w_u its samples
// times how often it was tested. Where the trainings have no numbers per case, V
// is V_NB.
func OverFolds(folds []Fold) (Contrast, error) {
	J := len(folds)
	if J < 2 {
		return Contrast{}, errors.New("a variance over trainings needs at least 2 of them")
	}
	values := make([]float64, J)
	var ratio float64
	for j, f := range folds {
		values[j] = f.Value
		if !(f.Train > 0) || !(f.Test > 0) {
			return Contrast{}, fmt.Errorf("training %d has %v cases to train on and %v to test", j+1, f.Train, f.Test)
		}
		ratio += f.Test / f.Train / float64(J)
	}
	if err := finite(values); err != nil {
		return Contrast{}, err
	}
	s := unit(values)
	mean := Mean(values)
	c := Contrast{Estimate: mean, Nu: float64(J - 1)}
	V := (1/float64(J) + ratio) * variance(scaled(values, s))
	if vu, m, ok := overCases(folds, mean, s); ok && vu > V {
		V, c.Nu = vu, float64(m-1)
	}
	if math.Sqrt(V) > 0x1p-40*math.Abs(mean)*s {
		c.SE = math.Sqrt(V) / s
	}
	return c, nil
}

// overCases returns V_U in units of 1/s². A number per case z of training j stands
// for w(x − θ_j) = (z − θ_j)·W_j/m_j, so that metrics that are no means over
// samples have a share too.
func overCases(folds []Fold, mean, s float64) (V float64, m int, ok bool) {
	pull, W := map[int64]float64{}, 0.0
	for _, f := range folds {
		k := len(f.Z)
		if k == 0 || k != len(f.IDs) || f.Samples != nil && len(f.Samples) != k {
			return 0, 0, false
		}
		w := f.Samples
		total := float64(k)
		if w != nil {
			total = sum(w)
		}
		for u, z := range f.Z {
			own := 1.0
			if w != nil {
				own = w[u]
			}
			pull[f.IDs[u]] += (z-f.Value)*s*total/float64(k) + own*(f.Value-mean)*s
		}
		W += total
	}
	m = len(pull)
	if m < 2 {
		return 0, 0, false
	}
	squares := make([]float64, 0, m)
	for _, d := range pull {
		squares = append(squares, d/W*(d/W))
	}
	return sum(squares) * float64(m) / float64(m-1), m, true // sum: a map has no order
}
