package hiwa

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

// sides are two clouds of three clusters in three dimensions; the target is the
// source with its axes exchanged.
func sides() map[string]*data.Recording {
	rng := data.Rand(1, "conformance")
	const n = 45
	source := &data.Recording{Samples: data.NewArray(n, 3), Trial: make([]int32, n)}
	target := &data.Recording{Samples: data.NewArray(n, 3), Trial: make([]int32, n)}
	labels := make([]int32, n)
	for i := range n {
		k := i % 3
		labels[i] = int32(k)
		x := [3]float64{rng.NormFloat64(), 0.3 * rng.NormFloat64(), 0.1 * rng.NormFloat64()}
		x[k] += 2 + float64(k)
		for j := range 3 {
			source.Samples.Row(i)[j] = float32(x[j])
			target.Samples.Row(i)[(j+1)%3] = float32(x[j] + 0.05*rng.NormFloat64())
		}
	}
	for _, r := range []*data.Recording{source, target} {
		r.Targets = []data.Target{{Name: "cluster", Labels: labels, Classes: 3}}
	}
	return map[string]*data.Recording{"source": source, "target": target}
}

func TestConformance(t *testing.T) {
	methodtest.Run(t, New(), methodtest.Case{
		Settings: map[string]any{"restarts": 2, "iterations": 10},
		Slow:     map[string]any{"restarts": 10000},
		Data:     sides(),
	})
}
