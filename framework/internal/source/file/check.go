package file

import (
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Check returns what is wrong with the columns, as far as the name of their file
// shows. Paths are relative to read.
func (c Columns) Check(file string) []data.Problem {
	f, err := formatOf(file)
	if err != nil {
		return nil // reported of the source
	}
	var out []data.Problem
	add := func(path, fact, hint string) { out = append(out, data.Problem{Path: path, Fact: fact, Hint: hint}) }
	if !(c.BinSeconds >= 0) || math.IsInf(c.BinSeconds, 0) {
		add("bin_seconds", fmt.Sprintf("must be a duration in seconds, got %v", c.BinSeconds), "")
	}
	ending := Ending(file)
	switch {
	case c.Spikes != nil && len(c.Samples) > 0:
		add("samples", "a recording has either samples or spikes", "remove one of them")
	case f.table && len(c.Samples) == 0 && c.Spikes == nil:
		add("samples", fmt.Sprintf("is missing: a %s file does not say which columns are samples", ending), "[unit*] takes all columns that begin with unit")
	case f.alone && len(c.Files) == 0 && (len(c.Samples) > 0 || c.Trial != "" || len(c.Classes) > 0 || len(c.Continuous) > 0):
		add("samples", fmt.Sprintf("an %s file holds the samples and nothing else", ending), "put arrays together with numpy.savez")
	case !f.table && len(c.Samples) > 1:
		add("samples", fmt.Sprintf("an %s file has its samples in one array", ending), "name one")
	}
	for _, p := range c.Samples {
		if _, err := path.Match(p, ""); err != nil && f.table {
			add("samples", fmt.Sprintf("%q is no pattern", p), "")
		}
	}
	c.checkAxes(f, ending, add)
	c.checkTimed(add)
	word := func(key, value string, words ...string) {
		if value != "" && !slices.Contains(words, value) {
			add(key, fmt.Sprintf("must be %s, got %q", strings.Join(words, " or "), value), "")
		}
	}
	word("scale", c.Scale, Counts, Rates)
	word("nan", c.NaN, Refuse, Drop, Fill)
	seen := map[string]bool{}
	for _, t := range c.Classes {
		if seen[t.Target] {
			add("classes", fmt.Sprintf("target %q is there twice", t.Target), "")
		}
		seen[t.Target] = true
	}
	for _, t := range slices.Sorted(maps.Keys(c.Continuous)) {
		if seen[t] {
			add("classes", fmt.Sprintf("target %q is there twice", t), "")
		}
		if n := len(c.Continuous[t]); n == 0 || !f.table && n > 1 {
			add("continuous."+t, fmt.Sprintf("names %d arrays or columns", n), "an array may have several columns itself")
		}
	}
	for _, t := range slices.Sorted(maps.Keys(c.Angles)) {
		word("angles."+t, c.Angles[t].Unit, Degrees, Radians)
		if a := c.Angles[t]; a.Unit == "" && len(a.ByLabel) == 0 {
			add("angles."+t, "says nothing", "degrees, radians, or {LABEL: degrees, ...}")
		}
		if len(c.Classes)+len(c.Continuous) > 0 && !seen[t] {
			add("angles."+t, fmt.Sprintf("there is no class target %q under classes", t), "")
		}
	}
	return out
}

func (c Columns) checkAxes(f format, ending string, add func(path, fact, hint string)) {
	if c.Axes == nil {
		return
	}
	if f.table {
		add("axes", fmt.Sprintf("the rows of a %s file are samples", ending), "")
		return
	}
	count := map[string]int{}
	for _, a := range c.Axes {
		if a != Trials && a != Time && a != Units {
			add("axes", fmt.Sprintf("%q is none of trials, time, units", a), "")
			return
		}
		count[a]++
	}
	if count[Time] != 1 || count[Units] != 1 || count[Trials] > 1 {
		add("axes", "must name time and units once, and trials where there is such an axis", "[trials, time, units], or [units, time]")
	}
}
