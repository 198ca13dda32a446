package myow

import (
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// toy is a recording of 12 trials of 5 samples, 8 units in Hz of which one is
// silent, four directions.
func toy() *data.Recording {
	rng := data.Rand(1, "toy")
	const trials, length, units = 12, 5, 8
	n := trials * length
	r := &data.Recording{Samples: data.NewArray(n, units), Unit: "Hz"}
	labels := make([]int32, n)
	for i := range n {
		t := i / length
		r.Trial = append(r.Trial, int32(t))
		labels[i] = int32(t % 4)
		for j := range units - 1 {
			mean := 5.0
			if j%4 == t%4 {
				mean = 40
			}
			r.Samples.Row(i)[j] = float32(max(0, mean+10*rng.NormFloat64()))
		}
	}
	r.Targets = []data.Target{{Name: "direction", Labels: labels, Classes: 4}}
	return r
}

// with returns the default settings but for the named ones.
func with(values map[string]any) *settings {
	s := new(settings)
	if err := setting.Of(settings{}).Decode(values, s); err != nil {
		panic(err)
	}
	return s
}

// prepared returns a training of the toy, with its model.
func prepared(values map[string]any) (*training, *model) {
	p := with(values).resolve()
	m, r := new(model), toy()
	if err := m.standardise(r, p); err != nil {
		panic(err)
	}
	t, err := newTraining(p, m, r, request)
	if err != nil {
		panic(err)
	}
	return t, m
}
