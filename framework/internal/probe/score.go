package probe

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
)

const r2Doc = "share of variance explained: 1 - sum of squared errors / sum of squares about the part's mean, both over all dimensions"

// samples is an embedding in double precision.
type samples struct {
	n, d int
	x    []float64 // [n x d]
}

func (s samples) row(i int) []float64 { return s.x[i*s.d : (i+1)*s.d : (i+1)*s.d] }

func widen(a data.Array) samples {
	out := samples{a.Rows(), a.Cols(), make([]float64, len(a.Values))}
	for i, v := range a.Values {
		out.x[i] = float64(v)
	}
	return out
}

func value(name string, split data.Split, v float64) metric.Value {
	return metric.Value{Name: name, Split: string(split), Goal: metric.Max, Value: v}
}

// scoreClasses predicts the class of every sample of every part and reports accuracy.
func scoreClasses(parts Parts, target string, predict func(samples) ([]int32, error)) ([]metric.Value, error) {
	var out []metric.Value
	for _, s := range parts.splits() {
		t, err := parts[s].Recording.ClassTarget(target)
		if err != nil {
			return nil, err
		}
		got, err := predict(widen(parts[s].X))
		if err != nil {
			return nil, err
		}
		right := 0
		for i, l := range t.Labels {
			if got[i] == l {
				right++
			}
		}
		out = append(out, value("accuracy", s, float64(right)/float64(len(got))))
	}
	return out, nil
}

// scoreValues predicts the continuous target of every part and reports r2.
func scoreValues(parts Parts, target string, predict func(samples) (samples, error)) ([]metric.Value, error) {
	var out []metric.Value
	for _, s := range parts.splits() {
		want, err := continuous(parts[s].Recording, target)
		if err != nil {
			return nil, err
		}
		got, err := predict(widen(parts[s].X))
		if err != nil {
			return nil, err
		}
		r2, ok := r2(got, want)
		if !ok {
			return nil, problem.New(fmt.Sprintf("r2 is undefined on the %s part: %q is the same for all %d samples", s, target, want.n), "leave out parts this small, or divide otherwise")
		}
		out = append(out, value("r2", s, r2))
	}
	return out, nil
}

// continuous is the target in double precision, and an error where it is not finite.
func continuous(rec *data.Recording, target string) (samples, error) {
	t, err := rec.ContinuousTarget(target)
	if err != nil {
		return samples{}, err
	}
	if i := notFinite(t.Values.Values); i >= 0 {
		return samples{}, problem.Problem{Fact: fmt.Sprintf("target %q is %v at sample %d", target, t.Values.Values[i], i/t.Values.Cols())}
	}
	return widen(t.Values), nil
}

// r2 is the coefficient of determination over all dimensions together,
//
//	1 - Σ_id (y_id - ŷ_id)² / Σ_id (y_id - ȳ_d)²,
//
// which is the mean of the dimensions' own coefficients weighted by their
// variances. It is undefined, and ok false, where y does not vary.
func r2(got, want samples) (r2 float64, ok bool) {
	var residual, total float64
	for j, m := range columnMeans(want) {
		for i := range want.n {
			y, f := want.row(i)[j], got.row(i)[j]
			residual += (y - f) * (y - f)
			total += (y - m) * (y - m)
		}
	}
	return 1 - residual/total, total > 0
}

func columnMeans(s samples) []float64 {
	mean := make([]float64, s.d)
	for i := range s.n {
		for j, v := range s.row(i) {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= float64(s.n)
	}
	return mean
}
