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
