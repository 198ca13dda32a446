package file

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// series is an array whose rows have times, or belong to trials, on its way onto
// the samples.
type series struct {
	array  Array
	g      geometry
	values []float32   // [rows, dims] of numbers, or
	codes  []int32     // of labels, numbered by d as they came
	d      *dictionary // nil: numbers
	times  *numbers    // of the rows; nil where the rate says them
}

// time is when row i was.
func (s *series) time(i int) float64 {
	if s.times != nil {
		return s.times.floats[i]
	}
	return s.array.Start + float64(i)/s.array.Rate
}

// step is the usual time from row to row.
func (s *series) step() float64 {
	if s.times == nil {
		return 1 / s.array.Rate
	}
	return step(s.times.floats)
}

// step is the median of the differences.
func step(times []float64) float64 {
	var d []float64
	for i := 1; i < len(times); i += 1 + len(times)/100_000 { // enough of them
		if x := times[i] - times[i-1]; finite(x) && x > 0 {
			d = append(d, x)
		}
	}
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}

// check refuses times that are not those of the rows, or do not go forward.
func (s *series) check() error {
	if s.times == nil {
		return nil
	}
	if len(s.times.floats) != s.g.rows {
		return fmt.Errorf("%s has %d times for the %d rows of %s", s.times.name, len(s.times.floats), s.g.rows, s.array.Name)
	}
	for i, t := range s.times.floats {
		if !finite(t) {
			return fmt.Errorf("%s: the time of row %d is %v", s.times.name, i, t)
		}
		if i > 0 && t < s.times.floats[i-1] {
			return fmt.Errorf("%s: times must go forward; row %d is at %g s, behind %g s", s.times.name, i, t, s.times.floats[i-1])
		}
	}
	return nil
}

// hasTimes reports whether rows of an array have times, as the file or the user
// says, and returns the array that has them.
func (r *reader) hasTimes(a Array) (times string, ok bool) {
	for _, name := range []string{a.Name, base(a.Name)} {
		if t := r.columns.Times[name]; t != "" {
			return t, true
		}
	}
	return a.Times, a.Times != "" || a.Rate > 0
}

// askRows asks for the values of an array with a row for each of something, and
// for the times of its rows where it has some.
func (r *reader) askRows(a Array, labels bool) (*series, error) {
	s := &series{array: a}
	axes := []string{Time}
	switch {
	case len(a.Shape) == 2 && a.Parts == nil:
		axes = []string{Time, Units}
		if a.Shape[0] == 1 && a.Shape[1] > 1 { // MATLAB's rows
			axes = []string{Units, Time}
		}
	case len(a.Parts) > 0 && product(a.Shape) == 1:
		a = whole(a)
		axes = []string{Time, Units}
	case len(a.Shape) != 1:
		return nil, fmt.Errorf("%s must have one row for each of something, got shape %s", a.Name, a.Size())
	}
	var err error
	if s.g, err = lay(a, axes); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	s.g.lengths = nil
	if err := r.within(s.g); err != nil {
		return nil, err
	}
	if name, ok := r.hasTimes(a); ok && name != "" {
		t, err := r.columnOf(name, "")
		if err != nil {
			return nil, fmt.Errorf("times of %s: %w", a.Name, err)
		}
		if s.times, err = r.askTimes(t); err != nil {
			return nil, err
		}
	}
	if labels {
		if s.g.dims != 1 {
			return nil, fmt.Errorf("%s must be one column of labels, got shape %s", a.Name, a.Size())
		}
		s.d = newDictionary()
		var piece []int32
		s.codes = make([]int32, s.g.rows)
		r.take(a.Name, &want{exact: true, put: func(v values) (err error) {
			if piece, err = s.d.add(v, piece); err != nil {
				return fmt.Errorf("%s: %w", a.Name, err)
			}
			placeAll(s.g.to, s.codes, piece, func(c int32) int32 { return c })
			return nil
		}})
	} else {
		if !a.numeric() {
			return nil, fmt.Errorf("%s holds %s, not numbers: list it under classes", a.Name, a.Kind)
		}
		r.take(a.Name, &want{put: func(v values) error {
			if s.values == nil {
				s.values = make([]float32, s.g.rows*s.g.dims)
			}
			placeAll(s.g.to, s.values, v.floats, narrow)
			return nil
		}})
	}
	r.wants[a.Name].gaps = true // the nan policy sees to them
	return s, nil
}

// held is the last row at or before each time; -1 before the first.
func (s *series) held(times []float64) []int32 {
	out := make([]int32, len(times))
	for i, t := range times {
		out[i] = int32(sort.Search(s.g.rows, func(k int) bool { return s.time(k) > t+sameTime }) - 1)
	}
	return out
}

// onto brings numbers onto bins: the mean of the rows within each, or a straight
// line between the rows around its middle. Where there is nothing they are missing.
func (s *series) onto(c *clock, way string) []float32 {
	dims := s.g.dims
	out := make([]float32, len(c.times)*dims)
	for i, t := range c.times {
		to := out[i*dims : (i+1)*dims]
		if way == Average {
			s.average(to, t-c.width/2-sameTime, t+c.width/2-sameTime)
		} else {
			s.interpolate(to, t)
		}
	}
	return out
}

// average is the mean of the rows from ≤ time < until.
func (s *series) average(to []float32, from, until float64) {
	first := sort.Search(s.g.rows, func(k int) bool { return s.time(k) >= from })
	sum, n := make([]float64, len(to)), 0
	for k := first; k < s.g.rows && s.time(k) < until; k++ {
		for j := range to {
			sum[j] += float64(s.values[k*len(to)+j])
		}
		n++
	}
	for j := range to {
		to[j] = float32(math.NaN())
		if n > 0 {
			to[j] = float32(sum[j] / float64(n))
		}
	}
}

func (s *series) interpolate(to []float32, t float64) {
	k := sort.Search(s.g.rows, func(k int) bool { return s.time(k) >= t })
	for j := range to {
		switch at := func(k int) float64 { return float64(s.values[k*len(to)+j]) }; {
		case k < s.g.rows && s.time(k)-t < sameTime:
			to[j] = float32(at(k))
		case k == 0 && k < s.g.rows && s.time(0)-t <= s.step(), k == s.g.rows && k > 0 && t-s.time(k-1) <= s.step():
			to[j] = float32(at(min(k, s.g.rows-1))) // within one step of its end
		case k == 0 || k == s.g.rows:
			to[j] = float32(math.NaN())
		default:
			before, behind := s.time(k-1), s.time(k)
			to[j] = float32(at(k-1) + (at(k)-at(k-1))*(t-before)/(behind-before))
		}
	}
}
