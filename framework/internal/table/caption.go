package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/metric"
)

// caption says what a reader needs to judge the numbers: what they are, what
// varied, what was tested and corrected, what is missing.
func caption(t *Table, g *gathered, v verdict, ranks []string) string {
	var s []string
	say := func(format string, args ...any) { s = append(s, capital(fmt.Sprintf(format, args...))+".") }

	var names []string
	for _, m := range g.metrics {
		switch g.goals[m] {
		case metric.Max:
			m += " (higher is better)"
		case metric.Min:
			m += " (lower is better)"
		}
		names = append(names, m)
	}
	s = append(s, strings.Join(names, ", ")+" on "+t.Spec.Split+".") // a metric's name keeps its case
	if g.tuning {
		say("warning: settings were selected on this very split, so its scores are too good to report")
	}
	lo, hi := spread(t)
	if hi > 0 {
		say("%s over %s", statWords[t.Spec.Stat], count(lo, hi))
		if lo == 1 && hi > 1 && strings.Contains(t.Spec.Stat, "±") {
			say("cells without ± have one seed")
		}
		varied := slices.Sorted(maps.Keys(g.varied))
		say("within a cell %s", variedWords(hi, varied))
	}
	v.say(t, say)
	failed := 0
	for _, f := range g.trials {
		if f {
			failed++
		}
	}
	if failed > 0 {
		say("%d of %d trials failed and are left out of every number", failed, len(g.trials))
	}
	for _, r := range ranks {
		say("%s", r)
	}
	return strings.Join(s, " ")
}

var statWords = map[string]string{
	statCI95:   "mean ± half-width of its 95 % t interval",
	statStd:    "mean ± sample standard deviation (not an interval)",
	statSEM:    "mean ± standard error (not a 95 % interval)",
	statMean:   "mean",
	statMedian: "median [first quartile, third quartile]",
}

// spread returns the smallest and largest number of seeds of a cell with any.
func spread(t *Table) (lo, hi int) {
	for _, c := range t.Cells {
		if c.N > 0 && (lo == 0 || c.N < lo) {
			lo = c.N
		}
		hi = max(hi, c.N)
	}
	return lo, hi
}

func count(lo, hi int) string {
	switch {
	case lo != hi:
		return fmt.Sprintf("n = %d to %d seeds", lo, hi)
	case hi == 1:
		return "n = 1 seed: no interval and no test"
	}
	return fmt.Sprintf("n = %d seeds", hi)
}

func variedWords(n int, axes []string) string {
	switch {
	case len(axes) > 0:
		return "the seed and " + strings.Join(axes, ", ") + " vary"
	case n == 1:
		return "nothing varies"
	}
	return "only the seed varies"
}

// say adds the sentences about tests and bold cells.
func (v verdict) say(t *Table, say func(string, ...any)) {
	_, rows := t.Spec.rivals(t)
	group := map[bool]string{true: "column", false: "row"}[rows]
	if v.tests > 0 {
		ref := "the best mean of each " + group
		if a := t.Spec.Against; a != boldBest && a != none {
			ref = a
			if t.Spec.Bold == boldTied {
				ref += " and with the best mean of each " + group
			}
		}
		correction := fmt.Sprintf("without correction for %d comparisons", v.tests)
		switch {
		case v.tests == 1:
			correction = "one comparison"
		case t.Spec.Correct == holm:
			correction = fmt.Sprintf("Holm's correction over %d comparisons", v.tests)
		}
		say("compared with %s by two-sided paired t tests on shared seeds, %s, level %v", ref, correction, alpha)
	}
	if v.constant > 0 {
		say("%s the same on every seed and not 0: there is no t test for that, and it counts as different",
			plural(v.constant, "difference is", "differences are"))
	}
	if _, n := spread(t); v.untested > 0 && n > 1 {
		say("%s not tested for want of two shared seeds", plural(v.untested, "cell was", "cells were"))
	}
	if v.lone {
		say("a single value is never taken for the best mean while a %s has means of more", group)
	}
	if v.bold > 0 && t.Spec.Bold == boldTied {
		say("bold: best mean of its %s, and all not significantly different from it", group)
	} else if v.bold > 0 {
		say("bold: best mean of its %s, whether or not the difference is significant", group)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func capital(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
