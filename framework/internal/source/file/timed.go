package file

import (
	"context"
	"fmt"
	"math"
)

// timed reports whether the recording is made by times: of spikes, of trials, or of
// the rows of a series.
func (r *reader) timed() bool {
	c := r.columns
	if c.Spikes != nil || c.Trials != nil || c.Align != "" || len(c.Times) > 0 {
		return true
	}
	if len(c.Samples) != 1 {
		return false
	}
	a, ok := r.column(c.Samples[0], "")
	return ok && (a.Times != "" || a.Rate > 0)
}

// readTimed reads in two passes: first the times that say which samples there will
// be, then everything else.
func (r *reader) readTimed(ctx context.Context) (Reading, error) {
	t := &timing{reader: r}
	r.wants = map[string]*want{}
	for _, step := range []func() error{t.ask, func() error { return t.pass(ctx) }, t.lay, t.askTargets, func() error { return t.pass(ctx) }} {
		if err := step(); err != nil {
			return Reading{}, err
		}
	}
	return r.finish(r.samples, t.trialsNote, t.targets, r.gaps, r.angles)
}

// timing makes a recording by times.
type timing struct {
	*reader
	spikes       *spikeTimes
	samples      Array      // instead of spikes: the rows of a series
	when         *numbers   // its times; nil where its rate says them
	trials       *intervals // nil: all is one
	align        *numbers
	timedTargets []*timedTarget
	skipped      int
	pick         []int // rows of the series that are samples; nil: all
	binned       bool  // the rows of the series were brought onto bins
}

func (t *timing) pass(ctx context.Context) error {
	if err := t.box.read(ctx, t.wants); err != nil {
		return err
	}
	t.wants = map[string]*want{}
	for _, f := range t.after {
		if err := f(); err != nil {
			return err
		}
	}
	t.after = nil
	return nil
}

// ask asks for the times of the first pass.
func (t *timing) ask() error {
	c := t.columns
	var err error
	if c.Spikes != nil {
		if t.rec.BinSeconds == 0 {
			return fmt.Errorf("how wide is a bin of spikes? say read: {bin: 50ms}")
		}
		if t.spikes, err = t.askSpikes(); err != nil {
			return err
		}
	} else if err = t.askSeries(); err != nil {
		return err
	}
	if c.Trials != nil {
		if t.trials, err = t.askIntervals(*c.Trials); err != nil {
			return err
		}
	}
	if c.Align != "" {
		table := ""
		if t.trials != nil {
			table = t.trials.table
		}
		a, err := t.columnOf(c.Align, table)
		if err != nil {
			return fmt.Errorf("read: align: %w", err)
		}
		if t.align, err = t.askTimes(a); err != nil {
			return fmt.Errorf("read: align: %w", err)
		}
	}
	table := t.samples.Table
	if t.spikes != nil {
		table = t.spikes.array.Table
	}
	return t.askUnits(table)
}

// lay makes the clock of what has been asked for.
func (t *timing) lay() error {
	t.clock = &clock{width: t.rec.BinSeconds}
	if t.spikes == nil {
		return t.laySeries()
	}
	s := t.spikes
	const most = 1 << 33
	units, err := t.chosen(len(s.names))
	if err != nil {
		return err
	}
	limit := t.limit/4/int64(len(units)) + 1
	switch {
	case t.trials != nil || t.align != nil:
		if err := t.makeTrials(limit); err != nil {
			return err
		}
	case s.first > s.last:
		return fmt.Errorf("there is no spike at all in %s", s.array.Name)
	default:
		from := min(0, math.Floor(s.first/t.clock.width)*t.clock.width)
		n := math.Floor((s.last-from)/t.clock.width) + 1
		if n > float64(min(limit, most)) {
			return fmt.Errorf("from %g to %g s there are more bins of %s than are read: are the times in seconds? spikes: {times: %s, rate: 30000} divides sample numbers", s.first, s.last, duration(t.clock.width), s.array.Name)
		}
		t.clock.addTrial(0, from, int(n))
		t.question("no table says when trials are: from %g s to the last spike at %g s all is one", from, s.last)
	}
	s.column = make([]int, len(s.names))
	for i := range s.column {
		s.column[i] = -1
	}
	for k, i := range units {
		s.column[i] = k
		t.rec.Channels = append(t.rec.Channels, s.names[i])
	}
	s.units = len(units)
	t.plan.parts = []string{s.array.Name}
	t.plan.samples = grid{geometry: geometry{rows: len(t.clock.times), dims: s.units}, axes: []string{Time, Units}, said: true}
	if err := t.within(t.plan.samples.geometry); err != nil {
		return err
	}
	s.count(t.reader)
	return nil
}

// makeTrials makes trials of the table, or of windows around its events.
func (t *timing) makeTrials(limit int64) error {
	var start, stop, align []float64
	if t.trials != nil {
		if start = t.trials.start.floats; t.trials.stop != nil {
			if stop = t.trials.stop.floats; len(stop) != len(start) {
				return fmt.Errorf("read: trials: there are %d starts and %d stops", len(start), len(stop))
			}
		}
	}
	if t.align != nil {
		if align = t.align.floats; start != nil && len(align) != len(start) {
			return fmt.Errorf("read: align: %s has %d times for %d trials", t.align.name, len(align), len(start))
		}
	}
	window := t.columns.Window
	if window == nil && align != nil {
		return fmt.Errorf("read: align needs a window: {align: %s, window: [-0.2, 0.8]}, seconds before and behind", t.columns.Align)
	}
	if window == nil && stop == nil {
		return fmt.Errorf("read: trials: %s says when trials begin; say when they end, trials: {stop: ...}, or window: [0, 1]", t.trials.start.name)
	}
	var err error
	if t.skipped, err = t.clock.trialsOf(start, stop, align, window, limit); err != nil {
		return err
	}
	if len(t.clock.rows) == 0 {
		return fmt.Errorf("no trial of %d has a bin of %s", t.skipped, duration(t.clock.width))
	}
	return nil
}

// trialsNote numbers the samples and says which trials there are.
func (t *timing) trialsNote() error {
	t.rec.Trial = t.clock.trial
	t.trialOf, t.trialCount = t.rec.Trial, len(t.clock.rows)
	if t.trials == nil && t.align == nil {
		return nil
	}
	from := ""
	if t.trials != nil {
		from = t.trials.table
		if from == "" {
			from = t.trials.start.name
		}
	}
	what := fmt.Sprintf("%d trials, from %s", t.trialCount, from)
	if t.align != nil {
		what = fmt.Sprintf("%d trials, %g to %g s around %s", t.trialCount, t.columns.Window[0], t.columns.Window[1], t.align.name)
	} else if t.columns.Window != nil {
		what += fmt.Sprintf(", %g to %g s around their start", t.columns.Window[0], t.columns.Window[1])
	}
	if t.skipped > 0 {
		what += fmt.Sprintf("; %d more have no such time, or are shorter than a bin", t.skipped)
	}
	t.note("%s", what)
	if overlap := t.overlapping(); overlap > 0 {
		t.question("%d trials begin before another has ended: the same times are in both, also if one trains and the other tests", overlap)
	}
	return nil
}

func (t *timing) overlapping() int {
	if t.spikes == nil {
		return 0
	}
	f, n := newFinder(t.clock), 0
	end := math.Inf(-1)
	for k, i := range f.order {
		if f.starts[k] < end-sameTime {
			n++
		}
		end = max(end, f.starts[k]+float64(t.clock.bins[i])*t.clock.width)
	}
	return n
}

// remarks says what the reader of the file remarks.
func (r *reader) remarks() {
	if c, ok := r.box.(interface{ remarks() []string }); ok {
		if said := c.remarks(); len(said) > 0 {
			r.note("%s", list(said))
		}
	}
}
