package data

// toy is a recording of 5 trials of 2 samples and 3 channels, with both kinds of target.
func toy() *Recording {
	r := &Recording{Samples: NewArray(10, 3), Unit: "Hz", BinSeconds: 0.1, Channels: []string{"a", "b", "c"}}
	velocity := NewArray(10, 2)
	labels := make([]int32, 10)
	for i := range 10 {
		r.Trial = append(r.Trial, int32(i/2))
		labels[i] = int32(i/2) % 3
		for j := range 3 {
			r.Samples.Row(i)[j] = float32(10*i + j)
		}
		velocity.Row(i)[0], velocity.Row(i)[1] = float32(i), -float32(i)
	}
	r.Targets = []Target{
		{Name: "direction", Labels: labels, Classes: 8},
		{Name: "hand velocity", Values: velocity, Unit: "cm/s"},
	}
	return r
}
