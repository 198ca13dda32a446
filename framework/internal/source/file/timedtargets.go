package file

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// Ways onto the bins, for people.
var ways = map[string]string{
	Average:     "the mean of the rows in each bin",
	Interpolate: "in a straight line between the rows around the middle of each bin",
}

// way is how numbers get onto the bins: as the user says; else they are averaged
// where there are two rows or more for each bin.
func (t *timing) way(s *series, target string) string {
	if way := t.columns.Resample[target]; way != "" {
		return way
	}
	if 2*s.step() <= t.clock.width*(1+1e-9) {
		return Average
	}
	return Interpolate
}

// timedTarget is a target of a recording that is made by times.
type timedTarget struct {
	target string
	rows   *series
	kind   string // how its rows go with the samples: perTrialRow, ownTimes, inEpochs, likeSamples
	epochs *intervals
}

const (
	perTrialRow = "a value for each trial"
	ownTimes    = "by times of its own"
	inEpochs    = "by the stretch of time that holds the middle of the bin"
	likeSamples = "a row for each of the samples"
)

var nan32 = float32(math.NaN())

// askTargets asks for the targets. Nothing is one that is not named.
func (t *timing) askTargets() error {
	for _, c := range t.columns.Classes {
		if err := t.askTarget(c.Target, c.Column, true); err != nil {
			return err
		}
	}
	for _, target := range slices.Sorted(maps.Keys(t.columns.Continuous)) {
		if err := t.askTarget(target, t.columns.Continuous[target][0], false); err != nil {
			return err
		}
	}
	return nil
}

func (t *timing) askTarget(target, name string, class bool) error {
	table := ""
	if t.trials != nil {
		table = t.trials.table
	}
	a, err := t.columnOf(name, table)
	if err != nil {
		return fmt.Errorf("target %s: %w", target, err)
	}
	x := &timedTarget{target: target}
	_, timed := t.hasTimes(a)
	switch {
	case a.Ragged:
		return fmt.Errorf("target %s: %s has a list for each row", target, a.Name)
	case t.trials != nil && (a.Table == table && table != "" || table == "" && !timed && a.size() == len(t.trials.start.floats)),
		t.trials == nil && t.align != nil && !timed && a.size() == len(t.align.floats):
		x.kind = perTrialRow
	case timed:
		x.kind = ownTimes
	case t.isIntervals(a.Table):
		x.kind = inEpochs
		if x.epochs, err = t.askIntervals(Intervals{Table: a.Table}); err != nil {
			return fmt.Errorf("target %s: %w", target, err)
		}
	case t.spikes == nil && len(a.Shape) > 0 && a.Shape[0] == max(t.samples.Shape[0], len(a2(t.samples).Shape)):
		x.kind = likeSamples
	default:
		return fmt.Errorf("target %s: nothing says when the rows of %s were: name their times, read: {times: {%s: ...}}", target, a, base(a.Name))
	}
	if x.rows, err = t.askRows(a, class); err != nil {
		return fmt.Errorf("target %s: %w", target, err)
	}
	t.timedTargets = append(t.timedTargets, x)
	return nil
}

// targets brings the targets onto the samples.
func (t *timing) targets() error {
	for _, x := range t.timedTargets {
		if err := t.target(x); err != nil {
			return fmt.Errorf("target %s: %w", x.target, err)
		}
	}
	t.unnamed()
	return nil
}

func (t *timing) target(x *timedTarget) error {
	if x.kind == ownTimes {
		if err := x.rows.check(); err != nil {
			return err
		}
	}
	source, err := t.rowsFor(x)
	if err != nil {
		return err
	}
	how := x.kind
	if x.rows.d == nil {
		dims := x.rows.g.dims
		var v []float32
		if x.kind == ownTimes {
			way := t.way(x.rows, x.target)
			how = fmt.Sprintf("rows %s apart, %s", duration(x.rows.step()), ways[way])
			v = x.rows.onto(t.clock, way)
		} else {
			v = make([]float32, len(source)*dims)
			for i, k := range source {
				for j := range dims {
					v[i*dims+j] = nan32
					if k >= 0 {
						v[i*dims+j] = x.rows.values[int(k)*dims+j]
					}
				}
			}
		}
		unit := x.rows.array.Unit
		if unit == "unknown" {
			unit = ""
		}
		t.note("target %s: continuous, from %s, %s", x.target, x.rows.array.Name, how)
		t.rec.Targets = append(t.rec.Targets, data.Target{Name: x.target, Unit: unit, Values: data.Array{Shape: []int{len(t.clock.times), dims}, Values: v}})
		return nil
	}
	if x.kind == ownTimes {
		how = "the last one before the middle of each bin"
	}
	return t.timedClass(x, source, how)
}

// timedClass numbers the labels that occur in the samples.
func (t *timing) timedClass(x *timedTarget, source []int32, how string) error {
	used := newDictionary()
	labels := make([]int32, len(source))
	for i, k := range source {
		labels[i] = missingCode
		if k < 0 || x.rows.codes[k] == missingCode {
			continue
		}
		var err error
		if labels[i], err = used.code(x.rows.d.values[x.rows.codes[k]]); err != nil {
			return err
		}
	}
	names, order := used.sorted()
	for i, c := range labels {
		if c != missingCode {
			labels[i] = order[c]
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no label for any sample", x.rows.array.Name)
	}
	t.note("target %s: class of %d, from %s, %s", x.target, len(names), x.rows.array.Name, how)
	t.rec.Targets = append(t.rec.Targets, data.Target{Name: x.target, Labels: labels, Classes: len(names)})
	t.reader.about[x.target] = data.AboutTarget{Labels: names}
	return nil
}

// rowsFor is the row of each sample; -1 where there is none.
func (t *timing) rowsFor(x *timedTarget) ([]int32, error) {
	out := make([]int32, len(t.clock.times))
	switch x.kind {
	case ownTimes:
		if x.rows.d != nil {
			return x.rows.held(t.clock.times), nil
		}
		return nil, nil
	case perTrialRow:
		for i, trial := range t.clock.trial {
			if out[i] = int32(t.clock.rows[trial]); int(out[i]) >= x.rows.g.rows {
				return nil, fmt.Errorf("%s has %d values, trials have more", x.rows.array.Name, x.rows.g.rows)
			}
		}
	case likeSamples:
		for i := range out {
			if out[i] = int32(i); t.pick != nil {
				out[i] = int32(t.pick[i])
			}
		}
		if t.binned {
			return nil, fmt.Errorf("%s has a row for each of the samples, which were brought onto bins: name its times, read: {times: {%s: ...}}", x.rows.array.Name, base(x.rows.array.Name))
		}
	case inEpochs:
		start, stop := x.epochs.start.floats, x.epochs.stop.floats
		for i, at := range t.clock.times {
			out[i] = -1
			for k := range start {
				if start[k] <= at && at < stop[k] {
					out[i] = int32(k)
					break
				}
			}
		}
	}
	return out, nil
}

// unnamed says what could be a target, where none was named.
func (t *timing) unnamed() {
	if len(t.columns.Classes)+len(t.columns.Continuous) > 0 {
		return
	}
	var columns, timed []string
	for _, a := range t.arrays {
		if t.used[a.Name] || a.Kind == Opaque || a.Ragged {
			continue
		}
		if _, ok := t.hasTimes(a); ok && len(a.Shape) < 3 {
			timed = append(timed, a.Name)
		} else if t.trials != nil && a.Table == t.trials.table && a.Table != "" {
			columns = append(columns, base(a.Name))
		}
	}
	if len(columns) > 0 {
		t.note("%s has a value for each trial in %s: name them under classes or continuous to use them", t.trials.table, list(columns))
	}
	if len(timed) > 0 {
		t.note("series that can be targets, under continuous: %s", list(timed))
	}
}
