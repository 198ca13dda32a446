package probe

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// toy is a part with the class target "direction" and the continuous "velocity".
func toy(x, velocity [][]float64, labels []int, classes int) Part {
	t := data.Target{Name: "direction", Classes: classes, Labels: make([]int32, len(labels))}
	for i, l := range labels {
		t.Labels[i] = int32(l)
	}
	rec := &data.Recording{Samples: array(x), Trial: make([]int32, len(x)), Targets: []data.Target{t, {Name: "velocity", Values: array(velocity)}}}
	return Part{X: rec.Samples, Recording: rec}
}

func array(x [][]float64) data.Array {
	a := data.NewArray(len(x), len(x[0]))
	for i, row := range x {
		for j, v := range row {
			a.Row(i)[j] = float32(v)
		}
	}
	return a
}

// ring is n samples whose inputs are cosine and sine of their direction, turned and
// scaled, with noise of the given size; speed counts up from 0.
func ring(n int, noise float64, rng *rand.Rand) Part {
	var x, v [][]float64
	var labels []int
	for i := range n {
		l := i % 8
		s, c := math.Sincos(2 * math.Pi * float64(l) / 8)
		x = append(x, []float64{2*s + noise*rng.NormFloat64(), 1 - 3*c + noise*rng.NormFloat64(), noise * rng.NormFloat64()})
		v = append(v, []float64{0, float64(i)})
		labels = append(labels, l)
	}
	return toy(x, v, labels, 8)
}

func mustRun(t *testing.T, s Spec, p Parts, seed uint64) []metric.Value {
	t.Helper()
	r, err := Run(context.Background(), s, p, seed)
	if err != nil {
		t.Fatal(err)
	}
	return r.Values
}

func near(got, want, tol float64) bool { return math.Abs(got-want) <= tol }
