package file

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// checkTimed looks at what is said about times.
func (c Columns) checkTimed(add func(path, fact, hint string)) {
	c.checkFiles(add)
	if c.Spikes != nil {
		if c.BinSeconds == 0 {
			add("bin", "is missing: spikes are counted in bins", "bin: 50ms")
		}
		if c.Axes != nil {
			add("axes", "spikes have no axes", "")
		}
		if c.Trial != "" {
			add("trial", "spikes have no samples that could name a trial", "trials: the table that says when trials are")
		}
		if !(c.Spikes.Rate >= 0) || math.IsInf(c.Spikes.Rate, 0) {
			add("spikes.rate", fmt.Sprintf("must be samples per second, got %v", c.Spikes.Rate), "")
		}
	}
	if c.Align != "" && c.Window == nil {
		add("window", "is missing: seconds before and behind the event", "window: [-0.2, 0.8]")
	}
	if c.Window != nil && c.Align == "" && c.Trials == nil {
		add("window", "is around an event, or the start of a trial", "align: the column with the events' times")
	}
	if c.Window != nil && c.BinSeconds > 0 {
		n := (c.Window[1] - c.Window[0]) / c.BinSeconds
		if math.Abs(n-math.Round(n)) > 1e-6 || n < 1 {
			add("window", fmt.Sprintf("%g s are %.4g bins of %s", c.Window[1]-c.Window[0], n, duration(c.BinSeconds)), "make it whole bins")
		}
	}
	for _, t := range slices.Sorted(maps.Keys(c.Resample)) {
		if c.Continuous[t] == nil {
			add("resample."+t, fmt.Sprintf("there is no continuous target %q", t), "classes are never averaged")
		}
	}
	for _, u := range slices.Sorted(maps.Keys(c.Units)) {
		if len(c.Units[u]) == 0 {
			add("units."+u, "keeps nothing", "list the values of units that stay")
		}
	}
}
