package data

// Select returns the recording with only the named channels, in that order.
// Samples are copied; trials, targets and split are shared.
func (r *Recording) Select(channels []int) *Recording {
	out := *r
	out.Samples = NewArray(r.Len(), len(channels))
	for i := range r.Len() {
		from, to := r.Samples.Row(i), out.Samples.Row(i)
		for k, c := range channels {
			to[k] = from[c]
		}
	}
	out.Channels = take(r.Channels, channels)
	return &out
}

// Compact leaves the samples that keep names, in place: the arrays of the
// recording are overwritten, so it must be nobody else's. keep has a value for
// each sample.
func (r *Recording) Compact(keep []bool) {
	n := 0
	for i, k := range keep {
		if !k {
			continue
		}
		if n < i {
			copy(r.Samples.Row(n), r.Samples.Row(i))
			r.Trial[n] = r.Trial[i]
			if r.Split != nil {
				r.Split[n] = r.Split[i]
			}
			for _, t := range r.Targets {
				if t.IsClass() {
					t.Labels[n] = t.Labels[i]
				} else {
					copy(t.Values.Row(n), t.Values.Row(i))
				}
			}
		}
		n++
	}
	r.Samples = r.Samples.head(n)
	r.Trial = r.Trial[:n]
	if r.Split != nil {
		r.Split = r.Split[:n]
	}
	for i := range r.Targets {
		if t := &r.Targets[i]; t.IsClass() {
			t.Labels = t.Labels[:n]
		} else {
			t.Values = t.Values.head(n)
		}
	}
}

// head is the first n rows.
func (a Array) head(n int) Array {
	shape := append([]int{n}, a.Shape[1:]...)
	return Array{Shape: shape, Values: a.Values[:n*a.Cols()]}
}
