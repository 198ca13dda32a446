package file

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// spikeNames are what lists of spike times are called.
var spikeNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)spike|times?$|ts$`) })

// byTime guesses for a file whose arrays have times; ok is false where it is none.
func (g *guesser) byTime(ctx context.Context) (ok bool, err error) {
	c := &g.s.Columns
	if a, found := g.spikeLists(); found {
		units := len(a.Parts)
		if a.Ragged {
			units = a.Shape[0]
		}
		c.Spikes = &Spikes{Times: g.short(a)}
		c.BinSeconds = 0.05
		g.s.Why["spikes"] = fmt.Sprintf("lists of times of %d units", units)
		g.unitColumns(a.Table, units)
	} else if a, found := g.longestSeries(); found {
		c.Samples = []string{g.short(a)}
		g.s.Why["samples"] = a.Size() + ", a series with times"
		if g.transposed(a) {
			c.Axes = []string{Units, Time}
			g.s.Why["transpose"] = "the channels come first"
		}
	} else {
		return false, nil
	}
	g.timedTrials()
	return true, g.timedTargets(ctx)
}

// Names of the columns of a table with a row for each spike.
var (
	timeNames = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(t|times?|spikes?|spike[_ ]?times?|timestamps?)([_ ]?\(?(s|sec|seconds)\)?)?$`)
	})
	unitNames = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(units?|clusters?|spike[_ ]?clusters?|neurons?|cells?)([_ ]?(id|ids|nr|no|number|index))?$`)
	})
)

// spikeTable recognises a table of (time, unit), a row for each spike: what else stands
// in it belongs to spikes and is no recording.
func (g *guesser) spikeTable() bool {
	var times, unit string
	whole := false
	for _, a := range g.reader.arrays {
		switch {
		case times == "" && a.numeric() && timeNames().MatchString(a.Name):
			times, whole = a.Name, a.Kind == Wholes
		case unit == "" && a.Kind != Floats && unitNames().MatchString(a.Name):
			unit = a.Name
		case trialNames().MatchString(a.Name): // samples of trials have times, too
			return false
		}
	}
	if times == "" || unit == "" {
		return false
	}
	c := &g.s.Columns
	c.Spikes, c.BinSeconds = &Spikes{Times: times, Unit: unit}, 0.05
	g.used[times], g.used[unit] = true, true
	g.s.Why["spikes"] = "a row for each spike: times in seconds"
	if whole {
		g.s.Why["spikes"] = "a row for each spike; add rate: 30000 if these are sample numbers"
	}
	return true
}

func (g *guesser) spikeLists() (Array, bool) {
	for _, a := range g.reader.arrays {
		if a.Kind == Floats && lists(a) && (a.Ragged || a.Parts != nil) && spikeNames().MatchString(base(a.Name)) {
			g.used[a.Name] = true
			return a, true
		}
	}
	return Array{}, false
}

// longestSeries is the one with the most channels.
func (g *guesser) longestSeries() (best Array, ok bool) {
	for _, a := range g.reader.arrays {
		_, timed := g.hasTimes(a)
		if timed && a.numeric() && len(a.Shape) == 2 && min(a.Shape[0], a.Shape[1]) > 3 && a.Parts == nil && (!ok || a.size() > best.size()) {
			best, ok = a, true
		}
	}
	g.used[best.Name] = g.used[best.Name] || ok
	return best, ok
}

// transposed reports whether another array says that the rows are channels.
func (g *guesser) transposed(a Array) bool {
	if t, ok := g.array(a.Times); ok {
		return len(t.Shape) == 1 && t.Shape[0] == a.Shape[1] && t.Shape[0] != a.Shape[0]
	}
	return a.Shape[1] > a.Shape[0] && slices.ContainsFunc(g.reader.arrays, func(b Array) bool {
		return b.Name != a.Name && len(b.Shape) == 1 && b.Shape[0] == a.Shape[0] && strings.HasPrefix(b.Name, a.Table)
	})
}

// short is the shortest name by which an array is found.
func (g *guesser) short(a Array) string {
	if b, ok := g.column(base(a.Name), ""); ok && b.Name == a.Name && base(a.Name) != "data" {
		return base(a.Name)
	}
	if parts := strings.Split(a.Name, "/"); len(parts) > 2 {
		if end := strings.Join(parts[len(parts)-2:], "/"); end != a.Name {
			if b, ok := g.column(end, ""); ok && b.Name == a.Name {
				return end
			}
		}
	}
	return a.Name
}

// unitColumns names the columns by which units can be chosen.
func (g *guesser) unitColumns(table string, units int) {
	var names []string
	for _, a := range g.reader.arrays {
		if table != "" && a.Table == table && a.Kind == Texts && a.size() == units {
			names = append(names, base(a.Name))
			g.used[a.Name] = true
		}
	}
	if len(names) > 0 {
		g.s.Why["units"] = strings.Join(names, ", ")
	}
}

// timedTrials names the table of trials: one that is called so, else none, with a
// remark on which there are.
func (g *guesser) timedTrials() {
	var all []string
	for _, a := range g.reader.arrays {
		if g.isIntervals(a.Table) && !slices.Contains(all, a.Table) {
			all = append(all, a.Table)
		}
	}
	if len(all) == 0 {
		return
	}
	table := all[0]
	for _, t := range all {
		if strings.Contains(strings.ToLower(base(t)), "trial") {
			table = t
			break
		}
	}
	g.s.Columns.Trials = &Intervals{Table: base(table)}
	if named, err := g.tableNamed(base(table)); err != nil || named != table {
		g.s.Columns.Trials.Table = table
	}
	var rows int
	var events []string
	for _, a := range g.reader.arrays {
		if a.Table != table {
			continue
		}
		rows = max(rows, a.size())
		name := base(a.Name)
		usual := slices.Contains(startNames, name) || slices.Contains(stopNames, name)
		if usual {
			g.used[a.Name] = true
		} else if a.Kind == Floats && regexp.MustCompile(`(?i)time|cue|onset|start|stop|on$|off$|_t$|go`).MatchString(name) {
			events = append(events, name)
			g.used[a.Name] = true
		}
	}
	g.s.Why["trials"] = fmt.Sprintf("%d rows", rows)
	if len(all) > 1 {
		var others []string
		for _, t := range all {
			if t != table {
				others = append(others, base(t))
			}
		}
		g.s.Why["trials"] += "; other tables: " + list(others)
	}
	if len(events) > 0 {
		g.s.Why["align"] = strings.Join(events, ", ")
	}
}

// timedTargets makes targets of the columns of the trials that are words or few whole
// numbers, and of series with few channels.
func (g *guesser) timedTargets(ctx context.Context) error {
	few, wants := map[string]*fewWholes{}, map[string]*want{}
	table := ""
	if g.s.Columns.Trials != nil {
		var err error
		if table, err = g.tableNamed(g.s.Columns.Trials.Table); err != nil {
			return err
		}
	}
	var columns []Array
	for _, a := range g.reader.arrays {
		name := base(a.Name)
		if g.used[a.Name] || a.Kind == Opaque || a.Ragged || name == "id" {
			continue
		}
		if table != "" && a.Table == table && len(flat(a.Shape)) <= 1 {
			columns = append(columns, a)
			if a.numeric() {
				few[a.Name] = &fewWholes{seen: map[float64]bool{}}
				wants[a.Name] = &want{gaps: true, put: few[a.Name].put}
			}
		} else if _, timed := g.hasTimes(a); timed && a.numeric() && len(a.Shape) > 0 && (len(a.Shape) == 1 || len(a.Shape) == 2 && a.Shape[1] <= 3) && a.Shape[0] > 1 {
			g.used[a.Name] = true
			target := name
			if parts := strings.Split(a.Name, "/"); name == "data" && len(parts) > 1 {
				target = parts[len(parts)-2]
			}
			target = strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9_]+`).ReplaceAllString(target, "_"))
			g.target(target, g.short(a), false, a.Size())
		}
	}
	if err := g.box.read(ctx, wants); err != nil {
		return err
	}
	for _, a := range columns {
		g.used[a.Name] = true
		f := few[a.Name]
		class := a.Kind == Texts || !f.no && len(f.seen) <= 32
		name := g.target(base(a.Name), base(a.Name), class, "a value for each trial")
		if f != nil && f.degrees() && class {
			if g.s.Columns.Angles == nil {
				g.s.Columns.Angles = map[string]Angles{}
			}
			g.s.Columns.Angles[name] = Angles{Unit: Degrees}
		}
	}
	return nil
}
