package file

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// keeping is a column by which units are chosen.
type keeping struct {
	name  string
	stays Labels
	d     *dictionary
	codes []int32
}

// askUnits asks for the columns by which units are chosen.
func (r *reader) askUnits(table string) error {
	for _, name := range slices.Sorted(maps.Keys(r.columns.Units)) {
		a, err := r.columnOf(name, table)
		if err != nil {
			return fmt.Errorf("read: units: %w", err)
		}
		k := keeping{name: a.Name, stays: r.columns.Units[name], d: newDictionary()}
		var piece []int32
		r.take(a.Name, &want{exact: true, put: func(v values) (err error) {
			piece, err = k.d.add(v, piece)
			k.codes = append(k.codes, piece...)
			return err
		}})
		r.wants[a.Name].gaps = true
		i := len(r.keep)
		r.keep = append(r.keep, k)
		r.after = append(r.after, func() error { r.keep[i].codes = k.codes; return nil })
	}
	return nil
}

// chosen are the units that stay, of n.
func (r *reader) chosen(n int) ([]int, error) {
	stays := make([]bool, n)
	for i := range stays {
		stays[i] = true
	}
	for _, k := range r.keep {
		if len(k.codes) != n {
			return nil, fmt.Errorf("read: units: %s has %d values for %d units", k.name, len(k.codes), n)
		}
		names, order := k.d.sorted()
		for _, label := range k.stays {
			if !slices.Contains(names, CanonicalLabel(label)) {
				return nil, fmt.Errorf("read: units: %s is never %s; it is %s", k.name, label, list(names))
			}
		}
		for i, code := range k.codes {
			stays[i] = stays[i] && code != missingCode && slices.ContainsFunc(k.stays, func(l string) bool { return CanonicalLabel(l) == names[order[code]] })
		}
		r.note("units: those whose %s is %s", base(k.name), strings.Join(k.stays, " or "))
	}
	var out []int
	for i, s := range stays {
		if s {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no unit of %d is left", n)
	}
	return out, nil
}

// planUnits asks for the columns by which channels of plain samples are chosen.
func (r *reader) planUnits() error {
	if len(r.columns.Units) == 0 {
		return nil
	}
	a, _ := r.array(r.plan.parts[0])
	return r.askUnits(a.Table)
}

// pickUnits leaves out the channels that were not chosen.
func (r *reader) pickUnits() error {
	for _, f := range r.after {
		if err := f(); err != nil {
			return err
		}
	}
	if len(r.keep) == 0 {
		return nil
	}
	s := &r.plan.samples
	units, err := r.chosen(s.dims)
	if err != nil {
		return err
	}
	s.values, s.dims = picked(s.values, s.dims, nil, units), len(units)
	if r.rec.Channels != nil {
		var names []string
		for _, i := range units {
			names = append(names, r.rec.Channels[i])
		}
		r.rec.Channels = names
	}
	return nil
}
