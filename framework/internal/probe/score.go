package probe

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
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

// scoreClasses predicts the class of every sample of every part and reports accuracy.
func scoreClasses(parts Parts, target string, predict func(samples) ([]int32, error)) (Result, error) {
	var out Result
	for _, s := range parts.splits() {
		t, err := parts[s].Recording.ClassTarget(target)
		if err != nil {
			return Result{}, err
		}
		got, err := predict(widen(parts[s].X))
		if err != nil {
			return Result{}, err
		}
		accuracy := portion(got, t.Labels)
		out.put("accuracy", s, accuracy, parts[s].cases.mean(accuracy, hits(got, t.Labels)))
	}
	return out, nil
}

// hits is 1 for each sample that was given its class, and 0 for the others.
func hits(given, labels []int32) []float64 {
	out := make([]float64, len(given))
	for i := range given {
		if given[i] == labels[i] {
			out[i] = 1
		}
	}
	return out
}

// scoreValues predicts the continuous target of every part and reports r2.
func scoreValues(parts Parts, target string, predict func(samples) (samples, error)) (Result, error) {
	var out Result
	for _, s := range parts.splits() {
		want, err := continuous(parts[s].Recording, target)
		if err != nil {
			return Result{}, err
		}
		got, err := predict(widen(parts[s].X))
		if err != nil {
			return Result{}, err
		}
		r2, ok := r2(got, want)
		if !ok {
			return Result{}, undefinedR2(target, s, want.n)
		}
		out.put("r2", s, r2, parts[s].cases.r2(r2, got, want))
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

// r2 is the numbers per case of r2: what is left without a case has a mean of its
// own, whose squares are, about the mean of all and with s the case's sum of y,
//
//	Σ_rest (y − ȳ_rest)² = Σ_rest (y − ȳ)² − s²/(n − n_j).
func (c counted) r2(value float64, got, want samples) numbers {
	if c.n == 0 {
		return numbers{}
	}
	d := want.d
	residual, total, size, sum := make([]float64, c.n), make([]float64, c.n), make([]int, c.n), make([]float64, c.n*d)
	mean, score := columnMeans(want), make([]float64, want.n)
	for i, j := range c.of {
		size[j]++
		f := got.row(i)
		for k, y := range want.row(i) {
			score[i] += (y - f[k]) * (y - f[k])
			residual[j] += (y - f[k]) * (y - f[k])
			total[j] += (y - mean[k]) * (y - mean[k])
			sum[j*d+k] += y - mean[k]
		}
	}
	var allResidual, allTotal float64
	for j := range c.n {
		allResidual += residual[j]
		allTotal += total[j]
	}
	return c.without(value, score, func(j int) float64 {
		left := allTotal - total[j]
		for _, s := range sum[j*d : (j+1)*d] {
			left -= s * s / float64(want.n-size[j])
		}
		if left <= 1e-12*allTotal {
			return math.NaN() // what is left does not vary
		}
		return 1 - (allResidual-residual[j])/left
	})
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
