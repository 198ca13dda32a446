package data

import "fmt"

// Check returns an error where lengths, labels or values do not fit together.
// Whoever builds a Recording from outside data calls it before anyone else sees it.
func (r *Recording) Check() error {
	if err := r.checkStructure(); err != nil {
		return err
	}
	return r.checkFinite()
}

// checkFinite reads every value; checkStructure reads none of the samples, so
// that opening a mapped dataset does not load it.
func (r *Recording) checkFinite() error {
	for i, v := range r.Samples.Values {
		if v-v != 0 { // NaN or infinite
			return fmt.Errorf("sample %d, channel %d is %v; samples must be finite", i/r.Samples.Cols(), i%r.Samples.Cols(), v)
		}
	}
	for _, t := range r.Targets {
		for i, v := range t.Values.Values {
			if v-v != 0 {
				return fmt.Errorf("target %q: value of sample %d is %v; it must be finite", t.Name, i/t.Values.Cols(), v)
			}
		}
	}
	return nil
}

func (r *Recording) checkStructure() error {
	n := r.Len()
	if len(r.Samples.Shape) != 2 {
		return fmt.Errorf("samples must be [samples x channels], got shape %v", r.Samples.Shape)
	}
	if n == 0 || r.Samples.Cols() == 0 {
		return fmt.Errorf("the recording is empty: samples have shape %v", r.Samples.Shape)
	}
	if len(r.Samples.Values) != n*r.Samples.Cols() {
		return fmt.Errorf("samples have shape %v, but %d values", r.Samples.Shape, len(r.Samples.Values))
	}
	if len(r.Trial) != n {
		return fmt.Errorf("%d samples, but trial numbers for %d", n, len(r.Trial))
	}
	ended := map[int32]bool{}
	for i := 1; i < n; i++ {
		if r.Trial[i] != r.Trial[i-1] {
			if ended[r.Trial[i]] {
				return fmt.Errorf("trial %d is in pieces: sample %d returns to it", r.Trial[i], i)
			}
			ended[r.Trial[i-1]] = true
		}
	}
	if r.Channels != nil && len(r.Channels) != r.Samples.Cols() {
		return fmt.Errorf("%d channels, but names for %d", r.Samples.Cols(), len(r.Channels))
	}
	if r.Split != nil && len(r.Split) != n {
		return fmt.Errorf("%d samples, but a split for %d", n, len(r.Split))
	}
	for _, s := range r.Split {
		if s != Train && s != Val && s != Test && s != "" {
			return fmt.Errorf("split %q is none of train, val, test", s)
		}
	}
	seen := map[string]bool{}
	for i := range r.Targets {
		if err := r.Targets[i].check(n); err != nil {
			return err
		}
		if seen[r.Targets[i].Name] {
			return fmt.Errorf("target %q is there twice", r.Targets[i].Name)
		}
		seen[r.Targets[i].Name] = true
	}
	return nil
}

func (t *Target) check(n int) error {
	if t.Name == "" {
		return fmt.Errorf("a target has no name")
	}
	if t.IsClass() {
		if len(t.Labels) != n {
			return fmt.Errorf("target %q has %d labels for %d samples", t.Name, len(t.Labels), n)
		}
		for i, l := range t.Labels {
			if l < 0 || int(l) >= t.Classes {
				return fmt.Errorf("target %q: label %d of sample %d is outside 0..%d", t.Name, l, i, t.Classes-1)
			}
		}
		return nil
	}
	if t.Values.Rows() != n || len(t.Values.Shape) != 2 || t.Values.Cols() == 0 {
		return fmt.Errorf("target %q must be [%d x dims], got shape %v", t.Name, n, t.Values.Shape)
	}
	if len(t.Values.Values) != n*t.Values.Cols() {
		return fmt.Errorf("target %q has shape %v, but %d values", t.Name, t.Values.Shape, len(t.Values.Values))
	}
	return nil
}
