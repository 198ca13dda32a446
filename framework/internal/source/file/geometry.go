package file

import (
	"fmt"
	"slices"
	"strings"
)

// geometry says how the values of an array become rows (samples, or trials) of a
// matrix.
type geometry struct {
	rows, dims int
	lengths    []int // samples of each trial, where the axes or the parts are trials; else nil
	to         *scatters
}

// lay places the parts of an array, whose axes have names, one behind another:
//
//	row = (samples of earlier trials) + time,   column = unit
//
// The parts of a list are trials.
func lay(a Array, axes []string) (geometry, error) {
	g := geometry{to: &scatters{}}
	for p, shape := range a.parts() {
		if len(shape) != len(axes) {
			return g, fmt.Errorf("it has %d axes, not %s", len(shape), strings.Join(axes, " x "))
		}
		length := map[string]int{Trials: 1, Time: 1, Units: 1}
		for i, axis := range axes {
			length[axis] = shape[i]
		}
		if a.Parts != nil && product(shape) == 0 { // an empty trial
			length[Time], length[Units] = 0, g.dims
		}
		if g.dims == 0 {
			g.dims = length[Units]
		}
		if length[Units] != g.dims {
			return g, fmt.Errorf("part %d has %d %s, those before it have %d: if the units come first in each part, say read: {transpose: true}", p, length[Units], Units, g.dims)
		}
		step := map[string]int{Units: 1, Time: g.dims, Trials: g.dims * length[Time]}
		var steps []int
		for _, axis := range axes {
			steps = append(steps, step[axis])
		}
		g.to.parts = append(g.to.parts, newScatter(shape, steps, a.columns, g.rows*g.dims))
		g.to.left = append(g.to.left, product(shape))
		for range length[Trials] {
			g.lengths = append(g.lengths, length[Time])
			g.rows += length[Time]
		}
	}
	if a.Parts == nil && !slices.Contains(axes, Trials) {
		g.lengths = nil
	}
	return g, nil
}

// fit finds how an array that is not the samples goes with them: a row for each
// sample, or for each trial. The samples' own orientation is tried first.
func (r *reader) fit(a Array) (g geometry, perTrial, ok bool) {
	s := r.plan.samples
	for _, axes := range r.orientations(a) {
		g, err := lay(a, axes)
		if err != nil {
			continue
		}
		switch {
		case s.lengths != nil && g.lengths != nil:
			if slices.Equal(g.lengths, s.lengths) {
				return g, false, true
			}
		case g.rows == s.rows && (s.lengths == nil || s.trials != s.rows): // as many trials as samples: then it is of trials
			return g, false, true
		}
	}
	// A value for each trial.
	trials := s.trials
	if trials == 0 && r.plan.trial == nil {
		return geometry{}, false, false
	}
	for _, axes := range r.orientations(whole(a)) {
		g, err := lay(whole(a), axes)
		if err == nil && !slices.Contains(axes, Trials) && g.rows > 1 && (g.rows == trials || trials == 0) {
			g.lengths = nil
			return g, true, true
		}
	}
	return geometry{}, false, false
}

// orientations are the ways to read the axes of an array.
func (r *reader) orientations(a Array) [][]string {
	flipped := r.plan.samples.flipped
	shape := a.parts()[0]
	switch {
	case len(shape) == 1:
		return [][]string{{Time}}
	case len(shape) == 3 && len(r.plan.samples.axes) == 3:
		return [][]string{r.plan.samples.axes}
	case len(shape) != 2:
		return nil
	}
	out := [][]string{{Time, Units}, {Units, Time}}
	if flipped {
		slices.Reverse(out)
	} else if len(flat(shape)) > 1 {
		out = out[:1] // another orientation than that of the samples has to be said
	}
	if len(r.plan.samples.axes) == 3 { // trials x time, in the order of the samples
		var both []string
		for _, axis := range r.plan.samples.axes {
			if axis != Units {
				both = append(both, axis)
			}
		}
		out = append([][]string{both}, out...)
	}
	return out
}

// whole turns a list of single values, or of vectors of one length, into an array
// with a row for each.
func whole(a Array) Array {
	if a.Parts == nil {
		return a
	}
	n := product(a.Shape)
	for _, shape := range a.Parts {
		if len(flat(shape)) > 1 || product(shape) != n {
			return a
		}
	}
	a.Shape, a.Parts, a.columns = []int{len(a.Parts), n}, nil, false
	return a
}
