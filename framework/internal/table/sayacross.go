package table

import (
	"fmt"
	"slices"
	"strings"
)

// say adds the sentences about one metric over recordings.
func (a *Across) say(t *Table, s *sentences) {
	unit := a.Unit + "s"
	lead := "M"
	if len(t.Across) > 1 {
		lead = "Of " + t.display(a.Metric) + ": m"
	}
	ranks := make([]string, len(a.Methods))
	for j, m := range a.Methods {
		ranks[j] = fmt.Sprintf("%s %s", t.display(m), fixedRank(a.MeanRanks[j]))
		if a.Test != "" {
			ranks[j] += fmt.Sprintf(" [%d, %d]", a.RankSpan[j][0], a.RankSpan[j][1])
		}
	}
	spans := ""
	if a.Test != "" {
		spans = "; in brackets the ranks that the tests leave possible"
	}
	s.name("%sean rank over %d %s (1 is best%s): %s", lead, len(a.Groups), unit, spans, strings.Join(ranks, ", "))
	a.sayGroups(t, s)
	switch {
	case a.Test == "":
		s.say("%d %s are too few for a test: differences of means with t intervals, on these recordings and assuming symmetric differences: %s",
			len(a.Groups), unit, a.few(t))
	case len(a.Methods) == 2:
		p := a.Pairs[0]
		s.name("%s − %s over %d %s: %s, sign-flip test, p %s (smallest possible %s)", t.display(p.A), t.display(p.B), len(a.Groups), unit,
			a.interval(p), pValue(*p.P), strings.TrimPrefix(pValue(*a.Smallest), "= "))
	default:
		s.say("all pairs over %d %s by joint sign flips (%s), step-down, level %v, smallest p possible %s: %s",
			len(a.Groups), unit, exactly(a.Exact), alpha, strings.TrimPrefix(pValue(*a.Smallest), "= "), a.found(t))
		f := a.Friedman
		s.say("Friedman test by permutation (%s): χ² = %.3g, p %s", exactly(f.Exact), f.Chi2, pValue(f.P))
	}
	if slices.Contains(t.Spec.Also, alsoWilcoxon) {
		a.sayWilcoxon(t, s)
	}
}

func exactly(exact bool) string {
	if exact {
		return "all patterns"
	}
	return "100,000 drawn"
}

// fixedRank rounds half up, as a reader would.
func fixedRank(r float64) string { return fmt.Sprintf("%.2f", r+1e-9) }

// sayGroups says what counts as a group, and who is not in it.
func (a *Across) sayGroups(t *Table, s *sentences) {
	switch a.Unit {
	case unitSession:
		s.say("on sessions of this subject")
	case unitDataset:
		s.say("nothing is recorded of subjects: each dataset is taken for one of its own")
	}
	for _, m := range a.Merged {
		s.name("%s have equal values for two or more methods and count as one recording", strings.Join(m, " and "))
	}
	if len(a.Trained) > 0 {
		s.say("trained on %s too, which %s share", strings.Join(a.Trained, ", "), a.Unit+"s")
	}
	for _, l := range a.Worst {
		s.name("%s failed on %s: ranked last there, and given the worst value in differences", t.display(l.Method), plural(l.Datasets, "dataset", "datasets"))
	}
	if len(a.Left) > 0 {
		var names []string
		for _, n := range a.Left {
			names = append(names, t.display(n))
		}
		s.say("without %s, which some %s lacks", strings.Join(names, ", "), a.Unit)
	}
}

// few lists the pairs of few groups: all differences and wins. Beyond six pairs
// those with the best mean rank alone; the JSON form has all.
func (a *Across) few(t *Table) string {
	pairs := a.Pairs
	rest := ""
	if len(pairs) > 6 {
		top := 0
		for j := range a.MeanRanks {
			if a.MeanRanks[j] < a.MeanRanks[top] {
				top = j
			}
		}
		pairs = slices.DeleteFunc(slices.Clone(pairs), func(c Contest) bool { return c.A != a.Methods[top] && c.B != a.Methods[top] })
		rest = "; the others stand in the JSON form"
	}
	var parts []string
	for _, p := range pairs {
		var each []string
		for _, d := range p.Differences {
			each = append(each, fmt.Sprintf("%.2g", d))
		}
		parts = append(parts, fmt.Sprintf("%s − %s %s (each: %s; %s of %d better)", t.display(p.A), t.display(p.B), a.interval(p),
			strings.Join(each, ", "), fmt.Sprint(p.Wins), len(a.Groups)))
	}
	return strings.Join(parts, "; ") + rest
}

func (a *Across) interval(p Contest) string {
	if p.Lo == nil {
		return fmt.Sprintf("%.3g", p.Diff)
	}
	centre, spread := around(p.Diff, *p.Lo, *p.Hi)
	return centre + spread
}

// found lists the significant pairs.
func (a *Across) found(t *Table) string {
	var parts []string
	for _, p := range a.Pairs {
		if p.Adj != nil && *p.Adj < alpha {
			better, worse := p.A, p.B
			if !a.Goal.Better(p.Diff, 0) {
				better, worse = worse, better
			}
			parts = append(parts, fmt.Sprintf("%s better than %s (p %s)", t.display(better), t.display(worse), pValue(*p.Adj)))
		}
	}
	if len(parts) == 0 {
		return "no difference is shown"
	}
	if len(parts) > 6 {
		return fmt.Sprintf("%d of %d pairs differ, among them %s", len(parts), len(a.Pairs), strings.Join(parts[:4], ", "))
	}
	return strings.Join(parts, ", ")
}

func (a *Across) sayWilcoxon(t *Table, s *sentences) {
	var parts []string
	for _, p := range a.Pairs {
		if p.Wilcoxon != nil {
			parts = append(parts, fmt.Sprintf("%s and %s p %s", t.display(p.A), t.display(p.B), pValue(*p.Wilcoxon)))
		}
	}
	note := ""
	if len(a.Groups) < 6 {
		note = fmt.Sprintf(" (cannot reach .05 with %d %ss)", len(a.Groups), a.Unit)
	}
	s.say("Wilcoxon signed-rank tests, not corrected%s: %s", note, strings.Join(parts, ", "))
}

func pValue(p float64) string {
	if p < 1e-4 {
		return "< 0.0001"
	}
	return fmt.Sprintf("= %.2g", p)
}
