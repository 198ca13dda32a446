package swapvae

import (
	"github.com/assaylab/assay/framework/data"
)

// toy is a recording of 30 trials of 6 samples, 9 units in Hz (multiples of 10)
// of which one is silent, four directions and a velocity.
func toy() *data.Recording {
	rng := data.Rand(1, "toy")
	const trials, length, units = 30, 6, 9
	n := trials * length
	r := &data.Recording{Samples: data.NewArray(n, units), Unit: "Hz"}
	labels, velocity := make([]int32, n), data.NewArray(n, 2)
	for i := range n {
		t := i / length
		r.Trial = append(r.Trial, int32(t))
		labels[i] = int32(t % 4)
		velocity.Row(i)[0], velocity.Row(i)[1] = float32(rng.NormFloat64()), float32(i%length)
		for j := range units - 1 {
			rate := 0.5
			if j%4 == t%4 {
				rate = 3 + float64(i%length)
			}
			for range 10 {
				if rng.Float64() < rate/10 {
					r.Samples.Row(i)[j] += 10
				}
			}
		}
	}
	r.Targets = []data.Target{{Name: "direction", Labels: labels, Classes: 4}, {Name: "velocity", Values: velocity}}
	return r
}
