package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// sayLevels says what rows beside methods are, and of rows that were asked for and
// are not there.
func sayLevels(t *Table, g *gathered, s *sentences) {
	chance, anew, readOut := false, false, false
	labels := false // of a method that was not trained anew
	retrained := map[string]bool{}
	for _, h := range g.heaps {
		if h.first.Retrained {
			anew, retrained[strings.TrimSuffix(h.first.Method, shuffledRow)] = true, true
		}
	}
	for _, h := range g.heaps {
		switch {
		case !h.first.Chance:
			labels = labels || h.first.Sees != nil && h.first.Sees.Labels && !retrained[h.first.Method]
		case h.first.Seedless:
			chance = true
		case !h.first.Retrained:
			readOut = true
		}
	}
	switch {
	case chance:
		s.say("chance: the best answer that looks at nothing and is known from train; it is in no family, and never best")
	case t.Spec.Chance:
		s.say("no chance level is known: probes of version 2 bring it")
	}
	const dealt = "train's target permuted by whole trials"
	switch {
	case readOut && anew:
		s.say("shuffled: methods that use labels trained anew with %s, read-outs of the others fitted to it; mean over the permutations, and of the former an interval over permutations and test cases", dealt)
	case anew:
		s.say("shuffled: the method trained anew with %s, mean and interval over the permutations and test cases", dealt)
	case readOut:
		s.say("shuffled: the read-out fitted to %s, mean of its permutations", dealt)
	case t.Spec.Shuffled:
		s.say("no shuffled level is known: a probe makes it with shuffled: 20")
	}
	if readOut && labels {
		s.say("a method that uses labels was not trained again, so that its shuffled row says nothing about what these brought into the embedding")
	}
	if list := percentiles(t); list != "" {
		s.say("95 %% of the permutations are no better than %s", list)
	}
}

// shuffledRow ends the names of rows of permuted targets.
const shuffledRow = ", shuffled"

// percentiles lists what 95 % of the permutations are no better than.
func percentiles(t *Table) string {
	const most = 8
	var out []string
	for _, c := range t.Cells {
		if c.P95 == nil {
			continue
		}
		if len(out) == most {
			return strings.Join(out, ", ") + " ... (p95 in the JSON form has all)"
		}
		one := fmt.Sprintf("%.3g (%s", *c.P95, strings.TrimSuffix(c.Row, shuffledRow))
		if len(t.Cols) > 1 {
			one += ", " + c.Col
		}
		out = append(out, one+")")
	}
	return strings.Join(out, ", ")
}

// percentile is what 95 % of the permutations are no better than: of methods that were
// trained anew of their values, else the mean of what the read-outs say; nil of rows
// whose targets are as they are.
func (h *heap) percentile(runs []run, values []float64, goal metric.Goal) *float64 {
	if h.first.Retrained {
		v := stats.Percentile95(values, goal == metric.Min)
		return &v
	}
	var known []float64
	for _, r := range runs {
		if p := h.runs[r].P95; p != nil {
			known = append(known, *p)
		}
	}
	if len(known) == 0 || len(known) < len(values) {
		return nil
	}
	return new(slices.Max(known))
}
