package file

import (
	"fmt"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// planned is a target on its way into memory: either of the two.
type planned struct {
	labels  *labels
	numbers *continuous
}

// continuous is a target of numbers on its way into memory: a row per sample or per trial.
type continuous struct {
	target   string
	array    string
	g        geometry
	perTrial bool
	values   []float32
}

// labels is a column of labels on its way into memory.
type labels struct {
	Class
	g        geometry
	perTrial bool
	d        *dictionary
	codes    []int32 // as they came; missingCode where there is none
}

// planTargets takes the arrays that are named, or else every other array with a row
// per sample: whole numbers and text in one column are classes, numbers in several
// are continuous.
func (r *reader) planTargets() error {
	if len(r.columns.Classes)+len(r.columns.Continuous) > 0 {
		return r.namedTargets()
	}
	if r.format.table {
		return nil
	}
	if a, ok := r.array(usualLabel); ok && a.Kind != Opaque && (r.plan.lengths != nil || r.plan.samples.lengths != nil) {
		if err := r.class(Class{"direction", usualLabel}); err != nil {
			return err
		}
	}
	for _, a := range r.arrays {
		if r.used[a.Name] || a.Kind == Opaque || len(a.Shape) == 0 {
			continue
		}
		if len(a.Shape) > 2 && len(r.plan.samples.axes) < 3 {
			continue
		}
		g, perTrial, ok := r.fit(a)
		if !ok || perTrial {
			continue
		}
		usual := usualNames[a.Name]
		var err error
		switch {
		case a.Kind == Texts && g.dims > 1:
			continue
		case a.Kind != Floats && g.dims == 1 && usual == "":
			err = r.class(Named(a.Name))
		case usual != "" && a.numeric():
			err = r.continuous(usual, a.Name)
		default:
			err = r.continuous(a.Name, a.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) namedTargets() error {
	for _, c := range r.columns.Classes {
		if err := r.class(c); err != nil {
			return err
		}
	}
	for _, target := range slices.Sorted(maps.Keys(r.columns.Continuous)) {
		arrays := r.columns.Continuous[target]
		if r.format.table {
			if err := r.continuousColumns(target, arrays); err != nil {
				return err
			}
			continue
		}
		if err := r.continuous(target, arrays[0]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) class(c Class) error {
	l, err := r.planLabels(c)
	if err != nil {
		return err
	}
	r.plan.targets = append(r.plan.targets, planned{labels: l})
	return nil
}

// planLabels asks for a column of labels.
func (r *reader) planLabels(c Class) (*labels, error) {
	a, err := r.find(c.Column)
	if err != nil {
		return nil, err
	}
	g, perTrial, ok := r.fit(a)
	if !ok || g.dims != 1 {
		return nil, fmt.Errorf("%s must be one column of %d values, got shape %v%s", c.Column, r.plan.samples.rows, times(a.Shape), r.turned(a))
	}
	l := &labels{Class: c, g: g, perTrial: perTrial, d: newDictionary()}
	if err := r.within(g); err != nil {
		return nil, err
	}
	var piece []int32
	r.take(c.Column, &want{exact: true, put: func(v values) (err error) {
		if l.codes == nil {
			l.codes = make([]int32, g.rows)
		}
		if piece, err = l.d.add(v, piece); err != nil {
			return fmt.Errorf("%s: %w", c.Column, err)
		}
		placeAll(g.to, l.codes, piece, func(c int32) int32 { return c })
		return nil
	}})
	return l, nil
}

func (r *reader) continuous(target, name string) error {
	a, err := r.find(name)
	if err != nil {
		return err
	}
	if !a.numeric() {
		return fmt.Errorf("target %s: %s holds text, which is no number: list it under classes", target, name)
	}
	g, perTrial, ok := r.fit(a)
	if !ok {
		return fmt.Errorf("target %s must have a row for each of %d samples, got shape %v%s", name, r.plan.samples.rows, times(a.Shape), r.turned(a))
	}
	if err := r.within(g); err != nil {
		return err
	}
	m := &continuous{target: target, array: name, g: g, perTrial: perTrial}
	r.take(name, &want{put: func(v values) error {
		if m.values == nil {
			m.values = make([]float32, g.rows*g.dims)
		}
		placeAll(g.to, m.values, v.floats, narrow)
		return nil
	}})
	r.plan.targets = append(r.plan.targets, planned{numbers: m})
	return nil
}

// continuousColumns puts columns of a table side by side.
func (r *reader) continuousColumns(target string, names []string) error {
	rows, dims := r.plan.samples.rows, len(names)
	m := &continuous{target: target, array: list(names), g: geometry{rows: rows, dims: dims}}
	if err := r.within(m.g); err != nil {
		return err
	}
	for j, name := range names {
		if _, err := r.find(name); err != nil {
			return err
		}
		at := j
		r.take(name, &want{put: func(v values) error {
			if m.values == nil {
				m.values = make([]float32, rows*dims)
			}
			for _, x := range v.floats {
				m.values[at] = float32(x)
				at += dims
			}
			return nil
		}})
	}
	r.plan.targets = append(r.plan.targets, planned{numbers: m})
	return nil
}

// targets puts what was read into the recording.
func (r *reader) targets() error {
	for _, t := range r.plan.targets {
		var err error
		if t.labels != nil {
			err = r.classTarget(t.labels)
		} else {
			err = r.continuousTarget(t.numbers)
		}
		if err != nil {
			return err
		}
	}
	if len(r.columns.Classes)+len(r.columns.Continuous) == 0 {
		r.usualOrder()
	}
	return nil
}

func (r *reader) continuousTarget(m *continuous) error {
	values, err := spread(r, m.perTrial, m.g, m.values, m.array)
	if err != nil {
		return err
	}
	r.note("target %s: continuous, from %s%s", m.target, m.array, perTrial(m.perTrial))
	shape := []int{r.plan.samples.rows, m.g.dims}
	r.rec.Targets = append(r.rec.Targets, data.Target{Name: m.target, Values: data.Array{Shape: shape, Values: values}})
	r.perhapsClass(m)
	return nil
}

func perTrial(yes bool) string {
	if yes {
		return ", a value for each trial"
	}
	return ""
}

// classTarget numbers the labels that occur in their order, 0 .. C-1, and keeps
// their names.
func (r *reader) classTarget(l *labels) error {
	names, order := l.d.sorted()
	for i, c := range l.codes {
		if c != missingCode {
			l.codes[i] = order[c]
		}
	}
	codes, err := spread(r, l.perTrial, l.g, l.codes, l.Column)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("class target %q has no label at all", l.Target)
	}
	r.note("target %s: class of %d, from %s%s", l.Target, len(names), l.Column, perTrial(l.perTrial))
	r.rec.Targets = append(r.rec.Targets, data.Target{Name: l.Target, Labels: codes, Classes: len(names)})
	r.about[l.Target] = data.AboutTarget{Labels: names}
	if n := r.plan.samples.rows; len(names) == n && n > 2 {
		r.question("every sample has a label of its own in %s: if it is no class, list it under continuous", l.Target)
	}
	return nil
}

// spread gives every sample the row of its trial, where rows are of trials.
func spread[T any](r *reader, perTrial bool, g geometry, v []T, name string) ([]T, error) {
	if !perTrial {
		return v, nil
	}
	if g.rows != r.trialCount {
		return nil, fmt.Errorf("%s has %d values, for %d samples in %d trials", name, g.rows, r.plan.samples.rows, r.trialCount)
	}
	out := make([]T, 0, r.plan.samples.rows*g.dims)
	for _, t := range r.trialOf {
		out = append(out, v[int(t)*g.dims:(int(t)+1)*g.dims]...)
	}
	return out, nil
}

// perhapsClass asks about a continuous target that looks like labels: MATLAB saves
// everything as floats.
func (r *reader) perhapsClass(m *continuous) {
	const few = 32
	if m.g.dims != 1 || m.perTrial || r.columns.Continuous[m.target] != nil || usualNames[m.array] != "" {
		return
	}
	seen := map[float32]bool{}
	for _, v := range m.values {
		if v != float32(int32(v)) {
			return
		}
		if seen[v] = true; len(seen) > few {
			return
		}
	}
	if len(m.values) > 2*len(seen) {
		r.question("%s holds %d different whole numbers and is taken as continuous: if it is a class, list it under classes", m.array, len(seen))
	}
}

func (r *reader) usualOrder() {
	rank := func(t data.Target) int {
		if i := slices.Index(usualOrder, t.Name); i >= 0 {
			return i
		}
		return len(usualOrder)
	}
	slices.SortStableFunc(r.rec.Targets, func(a, b data.Target) int { return rank(a) - rank(b) })
}
