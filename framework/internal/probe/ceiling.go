package probe

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
)

// ceiling says how far trials of one condition agree: what noise leaves for anything
// that knows the condition and the time in the trial alone. It reads nothing out and
// fits nothing; of raw rates it is the noise ceiling of the recording.
//
// A cell is a class and a place in the trial, x a sample of it in one dimension, all
// dimensions together. Trials of a class go in turn into two halves with cell means a, b:
//
//	split_half   2r/(1+r), r = Σ_d cov(a_d, b_d) / √(Σ_d var a_d · Σ_d var b_d)   (Spearman, Brown 1910)
//	explainable  ω² = (SS_between − (C−1) MS_within) / (SS_total + MS_within)     (Hays 1963), C cells
//
// Means of all trials correlate with those of as many new ones by split_half; its root
// bounds the correlation of any model with them. explainable bounds the R² of single
// trials.
type ceiling struct{}

var ceilingMetrics = []metric.Info{
	higher("split_half", "correlation of the condition means of two halves of the trials, corrected to all of them (Spearman-Brown)"),
	higher("explainable", "share of the variance of single trials that condition and time in the trial explain, without bias"),
}

func (ceiling) Run(ctx context.Context, parts Parts, target string, _ uint64) (Result, error) {
	var out Result
	var few error // of parts without enough trials, which have no ceiling
	for _, s := range parts.splits() {
		c, err := newRepeats(&out, parts[s], target, s)
		if err != nil {
			return Result{}, err
		}
		if c == nil {
			few = problem.New(fmt.Sprintf("no class of %s has four trials in the %s part", target, s), "a ceiling needs trials that repeat")
			out.note("%v", few)
			continue
		}
		whole, ok := c.agreement(-1)
		if !ok {
			return Result{}, problem.New(fmt.Sprintf("the embedding of the %s part does not vary from condition to condition and from trial to trial", s), "it has no ceiling: leave this method out with methods:")
		}
		n := parts[s].cases.n
		without := make([][2]float64, n)
		for j := range without {
			if err := ctx.Err(); err != nil {
				return Result{}, err
			}
			if without[j], ok = c.agreement(j); !ok {
				without[j] = [2]float64{math.NaN(), math.NaN()}
			}
		}
		for k, m := range ceilingMetrics {
			out.put(m.Name, s, whole[k], parts[s].cases.without(whole[k], nil, func(j int) float64 { return without[j][k] }))
		}
	}
	if out.Values == nil {
		return Result{}, few
	}
	return out, nil
}

// repeats are the trials of each class, cut to a common length.
type repeats struct {
	x      samples
	length int     // samples of a trial
	first  []int   // of each case its first sample; -1: it is left out
	class  []int   // of each case
	half   []int   // of each case
	count  [][]int // trials of each class, in each half
}

// newRepeats is nil where no class has four trials.
func newRepeats(out *Result, part Part, target string, split data.Split) (*repeats, error) {
	t, err := part.Recording.ClassTarget(target)
	if err != nil {
		return nil, err
	}
	c := part.cases
	if c.n == 0 || c.blocks {
		return nil, problem.New(fmt.Sprintf("the %s part has no trials, and a ceiling is of trials that repeat", split), "read: {trials: ...} in the dataset says what they are")
	}
	r := &repeats{x: widen(part.X), length: math.MaxInt, first: make([]int, c.n), class: make([]int, c.n), half: make([]int, c.n), count: make([][]int, t.Classes)}
	size := make([]int, c.n)
	for i, j := range c.of {
		if size[j] == 0 {
			r.first[j], r.class[j] = i, int(t.Labels[i])
		}
		if size[j]++; int(t.Labels[i]) != r.class[j] {
			return nil, problem.New(fmt.Sprintf("%s changes within a trial", target), "a ceiling is of trials that repeat a condition: take a target that a trial has as a whole")
		}
	}
	all := make([]int, t.Classes)
	for j := range size {
		all[r.class[j]]++
	}
	classes, left := 0, 0
	for _, n := range all {
		if n >= 4 {
			classes++
		} else {
			left += n
		}
	}
	if classes == 0 {
		return nil, nil
	}
	if left > 0 {
		out.note("ceiling of the %s part: %d trials of classes with fewer than four are left out", split, left)
	}
	for l := range r.count {
		r.count[l] = make([]int, 2)
	}
	for j, n := range size {
		l := r.class[j]
		if all[l] < 4 {
			r.first[j] = -1
			continue
		}
		r.half[j] = (r.count[l][0] + r.count[l][1]) % 2
		r.count[l][r.half[j]]++
		r.length = min(r.length, n)
	}
	return r, nil
}

// agreement is split_half and explainable without one of the cases; -1: of all.
func (r *repeats) agreement(skip int) (out [2]float64, ok bool) {
	cells := len(r.count) * r.length
	n := [2][]float64{make([]float64, cells), make([]float64, cells)}
	for j, first := range r.first {
		if first >= 0 && j != skip {
			for t := range r.length {
				n[r.half[j]][r.class[j]*r.length+t]++
			}
		}
	}
	var used []int // cells with trials in both halves
	total := 0.0
	for c := range cells {
		if n[0][c] > 0 && n[1][c] > 0 {
			used = append(used, c)
			total += n[0][c] + n[1][c]
		}
	}
	if len(used) < 2 || int(total) <= len(used) {
		return out, false
	}
	var cov, varA, varB, between, within float64
	sums := [2][]float64{make([]float64, cells), make([]float64, cells)}
	for d := range r.x.d {
		clear(sums[0])
		clear(sums[1])
		for j, first := range r.first {
			if first < 0 || j == skip {
				continue
			}
			to := sums[r.half[j]][r.class[j]*r.length:]
			for t := range r.length {
				to[t] += r.x.x[(first+t)*r.x.d+d]
			}
		}
		var meanA, meanB, mean float64
		for _, c := range used {
			meanA += sums[0][c] / n[0][c] / float64(len(used))
			meanB += sums[1][c] / n[1][c] / float64(len(used))
			mean += (sums[0][c] + sums[1][c]) / total
		}
		for _, c := range used {
			a, b := sums[0][c]/n[0][c]-meanA, sums[1][c]/n[1][c]-meanB
			cov, varA, varB = cov+a*b, varA+a*a, varB+b*b
			m := (sums[0][c] + sums[1][c]) / (n[0][c] + n[1][c])
			between += (n[0][c] + n[1][c]) * (m - mean) * (m - mean)
			sums[0][c] = m // for the squares within
		}
		for j, first := range r.first {
			if first < 0 || j == skip {
				continue
			}
			for t := range r.length {
				e := r.x.x[(first+t)*r.x.d+d] - sums[0][r.class[j]*r.length+t]
				within += e * e
			}
		}
	}
	if varA == 0 || varB == 0 {
		return out, false
	}
	half := cov / math.Sqrt(varA*varB)
	if out[0] = half; half > 0 { // a correlation below 0 says that nothing repeats, and is not made larger
		out[0] = 2 * half / (1 + half)
	}
	free := float64(len(used) - 1)
	meanSquare := within / (total - float64(len(used)))
	out[1] = (between - free*meanSquare) / (between + within + meanSquare)
	return out, true
}
