package file

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
)

// sameTime is how close two times are that are one: a nanosecond's half. Times are
// decimal numbers that binary ones only come near to, so that a spike at 0.07 s
// would else fall now into the bin before, now into that behind 7 x 0.01 s.
const sameTime = 0.5e-9

// clock is when the samples of a recording were: bins of trials, or rows of a
// series.
type clock struct {
	width float64   // of a bin, or from row to row
	times []float64 // of each sample: the middle of its bin
	trial []int32   // of each sample, counted from 0
	rows  []int     // of each trial: its row in the table of trials
	from  []float64 // of each trial: where its first bin begins
	bins  []int     // of each trial
	first []int     // of each trial: its first sample
}

// addTrial appends a trial of n bins that begins at from.
func (c *clock) addTrial(row int, from float64, n int) {
	c.first = append(c.first, len(c.times))
	for k := range n {
		c.times = append(c.times, from+(float64(k)+0.5)*c.width)
		c.trial = append(c.trial, int32(len(c.rows)))
	}
	c.rows, c.from, c.bins = append(c.rows, row), append(c.from, from), append(c.bins, n)
}

// wholeBins is how many bins of a width lie in a stretch of time.
func wholeBins(length, width float64) int {
	return int(math.Floor(length/width + 1e-6))
}

// trialsOf makes trials of intervals, or of a window around an event in each.
// skipped are those that have no event, or are shorter than a bin.
func (c *clock) trialsOf(start, stop, align []float64, window []float64, limit int64) (skipped int, err error) {
	n := len(start)
	if align != nil {
		n = len(align)
	}
	total := int64(0)
	for i := range n {
		var from, length float64
		switch {
		case window != nil && align != nil:
			from, length = align[i]+window[0], window[1]-window[0]
		case window != nil:
			from, length = start[i]+window[0], window[1]-window[0]
		default:
			from, length = start[i], stop[i]-start[i]
		}
		bins := 0
		if finite(from) && finite(length) {
			if float64(limit) < length/c.width {
				return 0, fmt.Errorf("trial %d lasts %g s: are its times in seconds?", i, length)
			}
			bins = wholeBins(length, c.width)
		}
		if bins < 1 {
			skipped++
			continue
		}
		if total += int64(bins); total > limit {
			return 0, fmt.Errorf("the trials have more than %d bins of %s: are their times in seconds?", limit, duration(c.width))
		}
		c.addTrial(i, from, bins)
	}
	return skipped, nil
}

// finder finds the bins that hold a time, in trials that may overlap.
type finder struct {
	c       *clock
	order   []int     // trials by their start
	starts  []float64 // in that order
	longest float64
	at      int // the trial found last
}

func newFinder(c *clock) *finder {
	f := &finder{c: c}
	for i, n := range c.bins {
		f.order = append(f.order, i)
		f.longest = max(f.longest, float64(n)*c.width)
	}
	slices.SortStableFunc(f.order, func(a, b int) int { return cmp.Compare(c.from[a], c.from[b]) })
	for _, i := range f.order {
		f.starts = append(f.starts, c.from[i])
	}
	return f
}

// each visits the samples whose bins hold the time. A bin holds its beginning and
// not its end.
func (f *finder) each(t float64, visit func(sample int)) {
	t += sameTime
	last := f.at // times mostly come in order
	if !(last < len(f.starts) && f.starts[last] <= t && (last+1 == len(f.starts) || t < f.starts[last+1])) {
		last = sort.SearchFloat64s(f.starts, math.Nextafter(t, math.Inf(1))) - 1
		if last < 0 {
			return
		}
		f.at = last
	}
	for k := last; k >= 0 && f.starts[k] > t-f.longest-1; k-- {
		i := f.order[k]
		if bin := int((t - f.starts[k]) / f.c.width); bin < f.c.bins[i] {
			visit(f.c.first[i] + bin)
		}
	}
}
