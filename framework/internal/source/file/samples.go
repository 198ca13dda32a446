package file

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// grid is the matrix of the samples.
type grid struct {
	geometry
	trials  int      // 0 where only values will tell
	axes    []string // as they lie in the file
	flipped bool     // units come before time there
	said    bool     // the axes were named by the user
	values  []float32
}

// planSamples finds the samples: what is named, or "samples", or "counts", or the
// only matrix.
func (r *reader) planSamples() error {
	names, err := r.samplesNames()
	if err != nil {
		return err
	}
	r.plan.parts = names
	if r.format.table {
		return r.planColumns(names)
	}
	a, err := r.find(names[0])
	if err != nil {
		return err
	}
	if !a.numeric() {
		return fmt.Errorf("%s %s holds %s, not numbers", r.thing(), a.Name, a.Kind)
	}
	axes, err := r.axes(a)
	if err != nil {
		return err
	}
	g, err := lay(a, axes)
	if err != nil {
		return fmt.Errorf("samples %s: %w", a.Name, err)
	}
	r.plan.samples = grid{geometry: g, trials: len(g.lengths), axes: axes, said: r.columns.Axes != nil,
		flipped: slices.Index(axes, Units) < slices.Index(axes, Time)}
	if err := r.within(g); err != nil {
		return err
	}
	s := &r.plan.samples
	r.take(a.Name, &want{put: func(v values) error {
		if s.values == nil {
			s.values = make([]float32, g.rows*g.dims)
		}
		placeAll(g.to, s.values, v.floats, narrow)
		return nil
	}})
	return nil
}

func narrow(x float64) float32 { return float32(x) }

// planColumns puts columns of a table side by side.
func (r *reader) planColumns(names []string) error {
	rows, dims := r.arrays[0].Shape[0], len(names)
	r.plan.samples = grid{geometry: geometry{rows: rows, dims: dims}, axes: []string{Time, Units}}
	if err := r.within(r.plan.samples.geometry); err != nil {
		return err
	}
	s := &r.plan.samples
	for j, name := range names {
		at := j
		r.take(name, &want{put: func(v values) error {
			if s.values == nil {
				s.values = make([]float32, rows*dims)
			}
			for _, x := range v.floats {
				s.values[at] = float32(x)
				at += dims
			}
			return nil
		}})
	}
	r.rec.Channels = names
	return nil
}

// within refuses what is larger than the limit before any of it is read.
func (r *reader) within(g geometry) error {
	need := int64(4) * int64(g.rows) * int64(g.dims)
	if g.dims > 0 && int64(g.rows) > (1<<60)/int64(g.dims) || need > r.limit {
		return fmt.Errorf("an array of %d x %d values needs %d bytes; at most %d are read", g.rows, g.dims, need, r.limit)
	}
	r.limit -= need
	return nil
}

func (r *reader) samplesNames() ([]string, error) {
	if r.format.table {
		if len(r.columns.Samples) == 0 {
			return nil, fmt.Errorf("which columns hold the samples? name them under read: samples (a pattern such as unit* is fine); there are %s", r.names())
		}
		var names []string
		for _, pattern := range r.columns.Samples {
			found, err := r.matching(pattern)
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		}
		return names, nil
	}
	if len(r.columns.Samples) > 0 {
		return r.columns.Samples[:1], nil
	}
	for _, name := range usualSamples {
		if _, ok := r.array(name); ok {
			return []string{name}, nil
		}
	}
	name, err := r.onlyMatrix()
	return []string{name}, err
}

// onlyMatrix is the array that can only be the samples: the one that has two axes,
// none of length 1. Whole numbers are as good as floats: spikes beside the velocity
// of a hand are no less the samples for being counted.
func (r *reader) onlyMatrix() (string, error) {
	var found, columns, larger []string
	for _, a := range r.arrays {
		switch {
		case !a.numeric() || len(a.Shape) < 2 || a.Name == usualSplit || slices.Contains(usualBins, a.Name):
		case r.isTarget(a.Name):
		case len(a.Shape) > 2:
			larger = append(larger, a.String())
		case len(flat(a.Shape)) == 2:
			found = append(found, a.String())
		case a.size() > 1:
			columns = append(columns, a.String())
		}
	}
	question := `which array holds the samples? there is no "samples" and no "counts"`
	for _, a := range r.arrays {
		if a.Kind == Floats && a.Ragged && spikeNames().MatchString(base(a.Name)) {
			return "", fmt.Errorf("%s; %s are lists of times: count them with read: {spikes: %s, bin: 50ms}, or see what \"assay data init\" writes", question, a.Name, a.Name)
		}
	}
	switch {
	case len(found) == 1 && len(larger) == 0:
		name, _, _ := strings.Cut(found[0], " ")
		r.guessed = true
		return name, nil
	case len(found)+len(larger) > 0:
		return "", fmt.Errorf("%s, and %d arrays could be them (%s): name one under read: samples", question, len(found)+len(larger), list(append(found, larger...)))
	case len(columns) > 0:
		return "", fmt.Errorf("%s, and nothing but single columns (%s): a recording of one channel, or a list of times? if it is a recording, name it under read: samples", question, list(columns))
	}
	return "", fmt.Errorf("%s, and no other array of numbers with two axes; it has %s", question, r.names())
}

// axes are those that the user named, or time x units.
func (r *reader) axes(a Array) ([]string, error) {
	n := len(a.Shape)
	if said := r.columns.Axes; said != nil {
		if len(said) != n {
			return nil, fmt.Errorf("samples %s has %d axes, read: axes names %d (%s)", a, n, len(said), strings.Join(said, ", "))
		}
		if a.Parts != nil && slices.Contains(said, Trials) {
			return nil, fmt.Errorf("samples %s is a list, whose parts are the trials: read: axes names those of a part, %s and %s", a, Time, Units)
		}
		return said, nil
	}
	switch n {
	case 2:
		return []string{Time, Units}, nil
	case 3:
		return nil, fmt.Errorf("samples %s has three axes: say which is which, for example read: {axes: [trials, time, units]}", a)
	}
	return nil, fmt.Errorf("samples %s must be [samples x channels], got shape %v", a.Name, a.Shape)
}

// fits looks at what else is in the file. Arrays whose length is that of another
// axis of the samples say that they lie the other way round, or are no recording.
func (r *reader) fits() error {
	s := r.plan.samples
	if s.said || r.format.table || len(s.axes) != 2 {
		return nil
	}
	if s.lengths != nil {
		return r.partsFit()
	}
	if s.rows == s.dims {
		return nil
	}
	var rows, channels []string
	for _, a := range r.arrays {
		if slices.Contains(r.plan.parts, a.Name) || a.Kind == Opaque || a.size() < 2 || len(a.Shape) == 0 {
			continue
		}
		switch long := slices.Max(a.Shape); {
		case a.Shape[0] == s.rows || len(flat(a.Shape)) == 1 && long == s.rows:
			rows = append(rows, a.String())
		case a.Shape[0] == s.dims || len(flat(a.Shape)) == 1 && long == s.dims:
			channels = append(channels, a.String())
		}
	}
	if len(channels) == 0 || len(rows) > 0 {
		return nil
	}
	if s.dims > s.rows {
		return errors.New(r.contradiction(channels))
	}
	r.question("the samples %s are taken as samples x channels, and no other array has %d rows; %s goes with the channels: if the channels come first, say read: {transpose: true}",
		times([]int{s.rows, s.dims}), s.rows, list(channels))
	return nil
}

// partsFit is fits of a list: other lists have as many rows in each part, or as
// many columns as the samples have.
func (r *reader) partsFit() error {
	s := r.plan.samples
	for _, a := range r.arrays {
		if slices.Contains(r.plan.parts, a.Name) || len(a.Parts) != len(s.lengths) || !a.numeric() {
			continue
		}
		rows, columns := true, true
		for p, shape := range a.Parts {
			rows = rows && slices.Contains(shape, s.lengths[p])
			columns = columns && slices.Contains(shape, s.dims)
		}
		if columns && !rows {
			return errors.New(r.contradiction([]string{a.String()}))
		}
	}
	return nil
}

func (r *reader) contradiction(channels []string) string {
	s := r.plan.samples
	shape := []int{s.rows, s.dims}
	if s.lengths != nil {
		shape[0] = s.lengths[0]
	}
	return fmt.Sprintf("the samples are %s, samples x channels, but %s has %d: if the channels come first, say read: {transpose: true}, if not, {transpose: false}",
		times(shape), list(channels), s.dims)
}

// turned adds advice to an error about an array that would fit the other axis.
func (r *reader) turned(a Array) string {
	s := r.plan.samples
	if s.said || len(s.axes) != 2 || s.rows == s.dims || !slices.Contains(a.Shape, s.dims) {
		return ""
	}
	return fmt.Sprintf("; it fits the other axis of the samples %s: if their channels come first, say read: {transpose: true}", times([]int{s.rows, s.dims}))
}
