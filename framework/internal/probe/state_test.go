package probe

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Precision 2/3, 1/2, 0 and recall 2/4, 1/1, 0/1 of classes with 4, 1, 1 samples.
func TestWeightedF1(t *testing.T) {
	labels := []int32{0, 0, 0, 0, 1, 2}
	given := []int32{0, 0, 1, 2, 1, 0}
	want := 4.0/6*(2*2.0/(2*2+1+2)) + 1.0/6*(2*1.0/(2*1+1+0))
	if got := f1(given, labels, 3); math.Abs(got-want) > 1e-12 {
		t.Errorf("F1 %v, want %v", got, want)
	}
	if got := f1(labels, labels, 4); math.Abs(got-1) > 1e-12 {
		t.Errorf("F1 of a perfect answer %v", got)
	}
}

func TestStateGradient(t *testing.T) {
	rng := data.Rand(1, "state")
	x := samples{n: 12, d: 3, x: make([]float64, 36)}
	labels, rows := make([]int32, 12), make([]int, 12)
	for i := range x.x {
		x.x[i] = rng.NormFloat64()
	}
	for i := range rows {
		rows[i], labels[i] = i, int32(i%4)
	}
	c := classifier{3, 4, make([]float64, 16)}
	for i := range c.p {
		c.p[i] = rng.NormFloat64()
	}
	g, spare := make([]float64, 16), make([]float64, 16)
	c.gradient(g, x, labels, rows)
	for i := range g {
		const h = 1e-6
		was := c.p[i]
		c.p[i] = was + h
		above := c.gradient(spare, x, labels, rows)
		c.p[i] = was - h
		below := c.gradient(spare, x, labels, rows)
		c.p[i] = was
		if d := (above - below) / (2 * h); math.Abs(d-g[i]) > 1e-8 {
			t.Errorf("gradient %d is %v, central difference %v", i, g[i], d)
		}
	}
}

// A class of one sample in twenty is found by balanced batches: two clouds, three
// deviations apart on either side of a threshold that balance puts in the middle.
func TestStateIsBalanced(t *testing.T) {
	parts := Parts{}
	for s, n := range map[data.Split]int{data.Train: 400, data.Val: 400, data.Test: 400} {
		rng := data.Rand(1, string(s))
		r := &data.Recording{Samples: data.NewArray(n, 1), Trial: make([]int32, n)}
		labels := make([]int32, n)
		for i := range n {
			if i%20 == 0 {
				labels[i] = 1
			}
			r.Samples.Row(i)[0] = float32(6*float64(labels[i]) + rng.NormFloat64())
		}
		r.Targets = []data.Target{{Name: "state", Labels: labels, Classes: 2}}
		parts[s] = Part{X: r.Samples, Recording: r}
	}
	values, err := Run(t.Context(), Spec{Kind: "state", Target: "state", Settings: map[string]any{"passes": 30}}, parts, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values.Values {
		if v.Value < 0.98 {
			t.Errorf("%s on %s is %v", v.Name, v.Split, v.Value)
		}
	}
	delete(parts, data.Val)
	if _, err := Run(t.Context(), Spec{Kind: "state", Target: "state"}, parts, 1); err == nil {
		t.Error("ran without a val part")
	}
}

func f1(given, labels []int32, classes int) float64 {
	all, _ := counted{}.confusions(given, labels, classes)
	return all.weightedF1()
}
