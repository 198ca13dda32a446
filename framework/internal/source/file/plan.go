package file

import (
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Names that arrays have by convention; docs/data.md lists them.
var (
	usualSamples = []string{"samples", "counts"}
	usualNames   = map[string]string{"vel": "velocity", "pos": "position", "acc": "acceleration", "timestep": "time"}
	// usualOrder puts targets that recordings of reaches have into the order of the catalogue.
	usualOrder  = []string{"direction", "velocity", "position", "time"}
	usualBins   = []string{"bin_s", "bin_seconds"}
	usualTrial  = "trial"
	usualLength = "trial_len"
	usualLabel  = "trial_label"
	usualSplit  = "split"
)

// plan says which array is what, and collects what of it has been read.
type plan struct {
	samples grid
	parts   []string // arrays that the samples are made of
	bin     *numbers
	trial   *numbers // of each sample or trial
	lengths *numbers
	split   *labels
	targets []planned
}

// decide fills the plan from names and shapes.
func (r *reader) decide() error {
	r.wants = map[string]*want{}
	for _, step := range []func() error{r.planSamples, r.planUnits, r.planBin, r.planTrials, r.planSplit, r.planTargets, r.fits} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) array(name string) (Array, bool) {
	i, ok := r.index[name]
	if !ok {
		return Array{}, false
	}
	return r.arrays[i], true
}

// find is array, and an error that names those there are.
func (r *reader) find(name string) (Array, error) {
	a, ok := r.array(name)
	if !ok {
		return a, fmt.Errorf("no %s is named %q; there are %s", r.thing(), name, r.names())
	}
	if a.Kind == Opaque {
		return a, fmt.Errorf("%s %s: %s", r.thing(), name, a.Why)
	}
	return a, nil
}

// thing is what the format calls an array.
func (r *reader) thing() string {
	if r.format.table {
		return "column"
	}
	return "array"
}

// names lists the arrays, but no more than a person would read.
func (r *reader) names() string {
	var names []string
	for _, a := range r.arrays {
		names = append(names, a.Name)
	}
	return list(names)
}

func list(names []string) string {
	const most = 40
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// take asks for the values of an array. Two parts of a recording may be one array.
func (r *reader) take(name string, w *want) {
	r.used[name] = true
	w.gaps = r.gapsAllowed()
	first, twice := r.wants[name]
	if !twice {
		r.wants[name] = w
		return
	}
	r.wants[name] = first.and(w)
}

// and hands the values to both. Where one of them wants exact values and the other
// floats, the exact ones are turned.
func (w *want) and(other *want) *want {
	both := &want{exact: w.exact || other.exact, gaps: w.gaps, accept: w.accept, times: w.times || other.times}
	if both.rows = w.rows; both.rows == nil {
		both.rows = other.rows
	}
	if both.accept == nil {
		both.accept = other.accept
	}
	both.put = func(v values) error {
		return errors.Join(w.turned(v), other.turned(v))
	}
	return both
}

func (w *want) turned(v values) error {
	if w.exact || v.floats != nil {
		return w.put(v)
	}
	floats, err := floatsOf(v)
	if err != nil {
		return err
	}
	return w.put(values{floats: floats})
}

func floatsOf(v values) ([]float64, error) {
	out := make([]float64, 0, len(v.wholes)+len(v.texts))
	for _, x := range v.wholes {
		out = append(out, float64(x))
	}
	for _, s := range v.texts {
		x := math.NaN()
		if s != "" {
			n, ok := numbersOf([]any{s})[0].(string)
			if ok {
				return nil, fmt.Errorf("%q is no number", n)
			}
			x = number(numbersOf([]any{s})[0])
		}
		out = append(out, x)
	}
	return out, nil
}

func (r *reader) gapsAllowed() bool { return r.columns.NaN == Drop || r.columns.NaN == Fill }

// planBin finds the width of a bin: one number.
func (r *reader) planBin() error {
	for _, name := range usualBins {
		a, ok := r.array(name)
		if !ok || r.format.table || !a.numeric() {
			continue
		}
		if a.size() != 1 {
			return fmt.Errorf("%s must be one number of seconds above 0", name)
		}
		c := &numbers{name: name}
		r.take(name, c.want())
		if r.plan.bin == nil {
			r.plan.bin = c
		}
	}
	return nil
}

// planTrials finds a trial number per sample, or lengths of trials that lie one
// after another, where the axes of the samples do not show them already.
func (r *reader) planTrials() error {
	name := r.columns.Trial
	if _, ok := r.array(usualTrial); name == "" && ok && !r.isTarget(usualTrial) {
		name = usualTrial
	}
	if name != "" {
		return r.planTrialNumbers(name)
	}
	a, ok := r.array(usualLength)
	if !ok || r.format.table || !a.numeric() || r.plan.samples.lengths != nil || r.isTarget(usualLength) {
		return nil
	}
	if len(flat(a.Shape)) > 1 || a.Parts != nil {
		return fmt.Errorf("%s must be one column of lengths, got shape %v", usualLength, times(a.Shape))
	}
	r.plan.lengths = &numbers{name: usualLength}
	r.plan.samples.trials = a.size()
	r.take(usualLength, r.plan.lengths.want())
	return nil
}

// isTarget reports whether an array is listed as a target.
func (r *reader) isTarget(name string) bool {
	if slices.ContainsFunc(r.columns.Classes, func(c Class) bool { return c.Column == name }) {
		return true
	}
	for _, arrays := range r.columns.Continuous {
		if slices.Contains(arrays, name) {
			return true
		}
	}
	return false
}

// planSplit takes an array of 0 (no part), 1 (train), 2 (val), 3 (test), or of
// those words.
func (r *reader) planSplit() error {
	a, ok := r.array(usualSplit)
	if !ok || a.Kind == Opaque || r.isTarget(usualSplit) || r.used[usualSplit] {
		return nil
	}
	if a.size() != r.plan.samples.rows {
		return fmt.Errorf("%s must be one column of %d values, got shape %v", usualSplit, r.plan.samples.rows, times(a.Shape))
	}
	var err error
	if r.plan.split, err = r.planLabels(Class{usualSplit, usualSplit}); err != nil {
		return err
	}
	w := r.wants[usualSplit]
	w.gaps = true // in no part
	w.accept = func(s string) error {
		_, err := splitOf(s)
		return err
	}
	return nil
}

func splitOf(s string) (data.Split, error) {
	names := []data.Split{"", data.Train, data.Val, data.Test}
	if slices.Contains(names, data.Split(s)) {
		return data.Split(s), nil
	}
	if len(s) == 1 && s[0] >= '0' && s[0] <= '3' {
		return names[s[0]-'0'], nil
	}
	return "", fmt.Errorf("split %q is none of train, val, test (nor 1, 2, 3; 0 is none)", s)
}

// matching lists the columns that a pattern names.
func (r *reader) matching(pattern string) ([]string, error) {
	if a, ok := r.array(pattern); ok {
		return []string{a.Name}, nil
	}
	var out []string
	for _, a := range r.arrays {
		ok, err := path.Match(pattern, a.Name)
		if err != nil {
			return nil, fmt.Errorf("read: samples: %q is no pattern: %w", pattern, err)
		}
		if ok {
			out = append(out, a.Name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no %s is named %q; there are %s", r.thing(), pattern, r.names())
	}
	return out, nil
}

// flat drops axes of length 1: MATLAB's columns and rows are lists of numbers.
func flat(shape []int) []int {
	var out []int
	for _, d := range shape {
		if d != 1 {
			out = append(out, d)
		}
	}
	return out
}
