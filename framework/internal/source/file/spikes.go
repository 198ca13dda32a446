package file

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// spikeTimes are on their way into bins.
type spikeTimes struct {
	array  Array
	flat   bool    // one array of times, with the unit of each in codes
	rate   float64 // by which sample numbers become seconds
	codes  []int32
	names  []string // of the units
	column []int    // of a unit: its channel; -1 if it is left out
	units  int      // that stay

	first, last float64
}

// lists reports whether an array has a list of times for each unit.
func lists(a Array) bool {
	if a.Ragged {
		return true
	}
	return a.Parts != nil && !slices.ContainsFunc(a.Parts, func(shape []int) bool { return len(flat(shape)) > 1 })
}

// askSpikes finds the spike times, and asks for what has to be known before they
// are counted: whose each is, and, where no table says when trials are, how long
// the recording lasts.
func (r *reader) askSpikes() (*spikeTimes, error) {
	named := r.columns.Spikes
	a, ok := r.column(named.Times, "")
	if !ok { // the name of a table of units
		if b, found := r.column("spike_times", named.Times); found {
			a, ok = b, true
		}
	}
	if !ok {
		return nil, fmt.Errorf("read: spikes: no %s is named %q; there are %s", r.thing(), named.Times, r.names())
	}
	if !a.numeric() {
		return nil, fmt.Errorf("read: spikes: %s holds %s, not times", a.Name, a.Kind)
	}
	s := &spikeTimes{array: a, rate: 1, first: math.Inf(1), last: math.Inf(-1)}
	if named.Rate > 0 {
		s.rate = named.Rate
	}
	switch {
	case named.Unit != "":
		s.flat = true
		b, err := r.columnOf(named.Unit, a.Table)
		if err != nil {
			return nil, err
		}
		if lists(a) || b.size() != a.size() {
			return nil, fmt.Errorf("read: spikes: %s and %s must be of one length, a time and its unit", a, b)
		}
		d := newDictionary()
		var piece []int32
		r.take(b.Name, &want{exact: true, put: func(v values) (err error) {
			piece, err = d.add(v, piece)
			s.codes = append(s.codes, piece...)
			return err
		}})
		r.after = append(r.after, func() error { return s.number(d) })
	case lists(a):
		n := len(a.Parts)
		if a.Ragged {
			n = a.Shape[0]
		}
		for i := range n {
			s.names = append(s.names, strconv.Itoa(i))
		}
		r.askNames(s)
	case len(flat(a.Shape)) == 1 && r.format.table:
		return nil, fmt.Errorf("read: spikes: whose is each time? say spikes: {times: %s, unit: ...}; there are %s", a.Name, r.names())
	default:
		return nil, fmt.Errorf("read: spikes: %s is no list of times for each unit: say spikes: {times: %s, unit: ...} with the array that has the unit of each", a, a.Name)
	}
	if r.columns.Trials == nil && r.columns.Align == "" {
		r.take(a.Name, &want{times: true, put: func(v values) error {
			s.span(v.floats)
			return nil
		}})
	}
	return s, nil
}

func (s *spikeTimes) span(times []float64) {
	for _, t := range times {
		if t == t {
			s.first, s.last = min(s.first, t/s.rate), max(s.last, t/s.rate)
		}
	}
}

// number orders the units by name.
func (s *spikeTimes) number(d *dictionary) error {
	names, order := d.sorted()
	s.names = names
	for i, c := range s.codes {
		if c != missingCode {
			s.codes[i] = order[c]
		}
	}
	return nil
}

// askNames takes the names of units from a column of their table.
func (r *reader) askNames(s *spikeTimes) {
	for _, name := range []string{"id", "cluster_id", "unit_id"} {
		a, ok := r.column(name, s.array.Table)
		if !ok || s.array.Table == "" || a.Table != s.array.Table || a.size() != len(s.names) || a.Kind == Opaque {
			continue
		}
		var names []string
		r.take(a.Name, &want{exact: true, put: func(v values) error {
			for _, w := range v.wholes {
				names = append(names, strconv.FormatInt(w, 10))
			}
			for _, x := range v.floats {
				names = append(names, labelName(exact(x)))
			}
			names = append(names, v.texts...)
			return nil
		}})
		r.after = append(r.after, func() error {
			distinct := map[string]bool{}
			for _, n := range names {
				distinct[n] = true
			}
			if len(distinct) == len(s.names) {
				s.names = names
			}
			return nil
		})
		return
	}
}

// count asks for the spikes themselves, to be counted:
//
//	samples[bin, unit] = number of its spikes in the bin
func (s *spikeTimes) count(r *reader) {
	find, counts := newFinder(r.clock), newColumns(len(r.clock.times), s.units)
	r.plan.samples.values = counts.out
	unit, left := -1, 0 // of lists: whose the next times are, and how many
	var ends []int64
	next := func() {
		for left == 0 && unit+1 < len(s.column) {
			unit++
			if ends != nil {
				left = int(ends[unit+1] - ends[unit])
			} else {
				left = product(s.array.Parts[unit])
			}
		}
	}
	at, column := 0, 0
	add := func(sample int) { counts.add(sample, column) }
	r.after = append(r.after, func() error { counts.flush(); return nil })
	r.take(s.array.Name, &want{times: true, rows: func(e []int64) error {
		if len(e) != len(s.column)+1 || e[0] != 0 || !slices.IsSorted(e) {
			return fmt.Errorf("the index of %s is no list of ends for %d units", s.array.Name, len(s.column))
		}
		ends = e
		return nil
	}, put: func(v values) error {
		for _, t := range v.floats {
			switch {
			case s.flat:
				code := s.codes[at]
				if at++; code == missingCode {
					continue
				}
				column = s.column[code]
			default:
				next()
				left--
				column = s.column[unit]
			}
			if column < 0 || t != t {
				continue
			}
			find.each(t/s.rate, add)
		}
		return nil
	}})
}
