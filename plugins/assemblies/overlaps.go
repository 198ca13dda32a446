package assemblies

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// overlaps are numbers of neurons that two samples share, summed over the pairs of
// two classes, from how often each neuron fires: of N caps that fire neuron j c_j
// times, the ordered pairs share Σ_j c_j(c_j − 1) neurons, and those with caps of
// another class Σ_j c_j d_j.
type overlaps struct {
	sum   [][]float64 // [classes][classes], symmetric
	pairs [][]float64
}

// newOverlaps counts neurons below n; others are shared with nobody.
func newOverlaps(y [][]int32, labels []int32, classes, n int) overlaps {
	counts := make([][]float64, classes)
	samples := make([]float64, classes)
	for i, cap := range y {
		c := labels[i]
		if counts[c] == nil {
			counts[c] = make([]float64, n)
		}
		samples[c]++
		for _, j := range cap {
			if int(j) < n {
				counts[c][j]++
			}
		}
	}
	o := overlaps{make([][]float64, classes), make([][]float64, classes)}
	for c := range counts {
		o.sum[c], o.pairs[c] = make([]float64, classes), make([]float64, classes)
		for d := range c + 1 {
			if samples[c]*samples[d] == 0 {
				continue
			}
			same := 0.0
			if c == d {
				same = 1
			}
			for j, x := range counts[c] {
				o.sum[c][d] += x * max(0, counts[d][j]-same)
			}
			o.pairs[c][d] = samples[c] * (samples[d] - same)
			o.sum[d][c], o.pairs[d][c] = o.sum[c][d], o.pairs[c][d]
		}
	}
	return o
}

// means over all pairs within and between classes, in units of k.
func (o overlaps) means(out framework.Metrics, prefix string, k int) {
	var within, pairsWithin, between, pairsBetween float64
	for c := range o.sum {
		within, pairsWithin = within+o.sum[c][c], pairsWithin+o.pairs[c][c]
		for d := range c {
			between, pairsBetween = between+o.sum[c][d], pairsBetween+o.pairs[c][d]
		}
	}
	if pairsWithin > 0 {
		out[prefix+"within"] = within / pairsWithin / float64(k)
	}
	if pairsBetween > 0 {
		out[prefix+"between"] = between / pairsBetween / float64(k)
	}
}

// array is the mean for every two classes, in units of k; 0 without a pair.
func (o overlaps) array(k int) data.Array {
	out := data.NewArray(len(o.sum), len(o.sum))
	for c := range o.sum {
		for d, sum := range o.sum[c] {
			if o.pairs[c][d] > 0 {
				out.Row(c)[d] = float32(sum / o.pairs[c][d] / float64(k))
			}
		}
	}
	return out
}
