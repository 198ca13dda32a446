package file

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// askSeries finds the samples of a recording that is a series, and asks for the
// times of its rows.
func (t *timing) askSeries() error {
	names, err := t.samplesNames()
	if err != nil {
		return err
	}
	a, err := t.columnOf(names[0], "")
	if err != nil {
		return err
	}
	if len(names) > 1 || t.format.table {
		return fmt.Errorf("samples with times must be one array; of a table of spike times say read: {spikes: {times: ..., unit: ...}}")
	}
	if !a.numeric() || len(a.Shape) > 2 || a.Parts != nil || a.Ragged {
		return fmt.Errorf("samples %s are no series of rows of numbers", a)
	}
	name, ok := t.hasTimes(a)
	if !ok {
		return fmt.Errorf("samples %s have no times, without which trials and events cannot be found in them: name the array that has them, read: {times: {%s: ...}}", a, base(a.Name))
	}
	t.samples = a
	if name == "" {
		return nil
	}
	b, err := t.columnOf(name, "")
	if err != nil {
		return fmt.Errorf("times of %s: %w", a.Name, err)
	}
	t.when, err = t.askTimes(b)
	return err
}

// laySeries finds which rows are samples, or makes bins onto which they are brought.
func (t *timing) laySeries() error {
	a := t.samples
	axes, err := t.axes(a2(a))
	if err != nil {
		return err
	}
	g, err := lay(a2(a), axes)
	if err != nil {
		return fmt.Errorf("samples %s: %w", a.Name, err)
	}
	s := &series{array: a, g: g, times: t.when}
	if err := s.check(); err != nil {
		return t.turnedSeries(err)
	}
	units, err := t.chosen(g.dims)
	if err != nil {
		return err
	}
	if err := t.within(g); err != nil {
		return err
	}
	natural := s.step()
	if t.clock.width == 0 {
		t.clock.width = natural
	}
	t.plan.parts = []string{a.Name}
	t.plan.samples = grid{axes: axes, said: t.columns.Axes != nil}
	if t.rec.Unit == "" && t.columns.Scale == "" && a.Unit != "unknown" {
		t.rec.Unit = a.Unit
	}
	limit := t.limit/4/int64(len(units)) + 1
	binned := natural > 0 && math.Abs(t.clock.width-natural) > 0.01*natural
	switch {
	case (t.trials != nil || t.align != nil) && binned:
		err = t.makeTrials(limit)
	case binned:
		from, to := s.time(0)-natural/2, s.time(g.rows-1)+natural/2
		t.clock.addTrial(0, from, wholeBins(to-from, t.clock.width))
	case t.trials != nil || t.align != nil:
		if err = t.makeTrials(limit); err == nil {
			t.rowsOfTrials(s)
		}
	default:
		t.clock.rows = []int{0}
		t.clock.trial = make([]int32, g.rows)
		for i := range g.rows {
			t.clock.times = append(t.clock.times, s.time(i))
		}
	}
	if err != nil {
		return err
	}
	if t.trials == nil && t.align == nil {
		t.question("no table says when trials are: all %d rows are one", g.rows)
	}
	t.rec.BinSeconds = round9(t.clock.width)
	t.regular(s)
	return t.askSamples(s, units, binned)
}

// a2 is an array of one column as one with two axes.
func a2(a Array) Array {
	if len(a.Shape) == 1 {
		a.Shape = []int{a.Shape[0], 1}
	}
	return a
}

// turnedSeries adds advice where the times go with the other axis.
func (t *timing) turnedSeries(err error) error {
	if a := t.samples; t.when != nil && len(a.Shape) == 2 && a.Shape[1] == len(t.when.floats) && t.columns.Axes == nil {
		return fmt.Errorf("%w: if the channels come first, say read: {transpose: true}", err)
	}
	return err
}

// regular asks about gaps in the times of the rows.
func (t *timing) regular(s *series) {
	if s.times == nil || t.rec.BinSeconds == 0 {
		return
	}
	n, widest, dt := 0, 0.0, s.step()
	for i := 1; i < len(s.times.floats); i++ {
		if d := s.times.floats[i] - s.times.floats[i-1]; d > 1.5*dt {
			n++
			widest = max(widest, d)
		}
	}
	if n > 0 {
		t.question("the rows of %s are %s apart, but %d times there is a gap, of up to %.4g s", s.array.Name, duration(dt), n, widest)
	}
}

// rowsOfTrials picks the rows whose times lie in the trials.
func (t *timing) rowsOfTrials(s *series) {
	bins := t.clock
	c := &clock{width: bins.width}
	for i, row := range bins.rows {
		from, until := bins.from[i]-sameTime, bins.from[i]+float64(bins.bins[i])*bins.width-sameTime
		k := sort.Search(s.g.rows, func(k int) bool { return s.time(k) >= from })
		first := len(c.times)
		for ; k < s.g.rows && s.time(k) < until; k++ {
			c.times = append(c.times, s.time(k))
			c.trial = append(c.trial, int32(len(c.rows)))
			t.pick = append(t.pick, k)
		}
		if len(c.times) == first {
			t.skipped++
			continue
		}
		c.rows, c.from, c.first, c.bins = append(c.rows, row), append(c.from, bins.from[i]), append(c.first, first), append(c.bins, len(c.times)-first)
	}
	t.clock = c
}

// askSamples asks for the rows.
func (t *timing) askSamples(s *series, units []int, binned bool) error {
	g, p := s.g, &t.plan.samples
	p.rows, p.dims = len(t.clock.times), len(units)
	if p.rows == 0 {
		return fmt.Errorf("no row of %s lies in a trial", s.array.Name)
	}
	t.binned = binned
	t.take(s.array.Name, &want{gaps: true, put: func(v values) error {
		if s.values == nil {
			s.values = make([]float32, g.rows*g.dims)
		}
		placeAll(g.to, s.values, v.floats, narrow)
		return nil
	}})
	t.after = append(t.after, func() error {
		if binned {
			way := t.way(s, "")
			t.note("samples: %s, rows %s apart, brought onto bins of %s: %s", s.array.Name, duration(s.step()), duration(t.clock.width), ways[way])
			s.values = s.onto(t.clock, way)
			s.g.rows = p.rows
			t.pick = nil
		}
		p.values = picked(s.values, s.g.dims, t.pick, units)
		return nil
	})
	return nil
}

// picked takes rows and columns of a matrix, in its own memory where no row comes
// twice or earlier than another.
func picked(v []float32, dims int, rows, columns []int) []float32 {
	if rows == nil && len(columns) == dims {
		return v
	}
	n := len(v) / max(1, dims)
	row := func(i int) int { return i }
	if rows != nil {
		n = len(rows)
		row = func(i int) int { return rows[i] }
	}
	out := v
	if !slices.IsSorted(rows) || len(rows) != len(slices.Compact(slices.Clone(rows))) {
		out = make([]float32, n*len(columns))
	}
	for i := range n {
		for j, c := range columns {
			out[i*len(columns)+j] = v[row(i)*dims+c]
		}
	}
	return out[: n*len(columns) : n*len(columns)]
}

func round9(x float64) float64 { return math.Round(x*1e9) / 1e9 }
