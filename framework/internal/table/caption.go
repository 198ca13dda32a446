package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/metric"
)

// sentences collects what a caption says.
type sentences []string

func (s *sentences) say(format string, args ...any) {
	*s = append(*s, capital(fmt.Sprintf(format, args...))+".")
}

// name adds a sentence that begins with a name, which keeps its case.
func (s *sentences) name(format string, args ...any) {
	*s = append(*s, fmt.Sprintf(format, args...)+".")
}

// caption says what a reader needs to judge the numbers, and nothing that is not
// so of this very table: what they are, what varied, what was tested and
// corrected, what a mark means, what is missing.
func (t *Table) caption(g *gathered, v *verdict, of map[*Cell]evidence) {
	var s sentences
	if t.Spec.Caption != "" {
		s = append(s, strings.TrimRight(t.Spec.Caption, ". ")+".")
	}
	var names []string
	for _, m := range g.metrics {
		name := t.display(m)
		switch g.goals[m] {
		case metric.Max:
			name += " (higher is better)"
		case metric.Min:
			name += " (lower is better)"
		}
		names = append(names, name)
	}
	s = append(s, strings.Join(names, ", ")+" on "+t.Spec.Split+".") // a metric's name keeps its case
	if g.tuning {
		s.say("warning: settings were selected on this very split, so its scores are the best of what was tried and too good to report")
	}
	t.sayCells(&s, g, of)
	if t.Spec.Show == showDifference {
		t.sayDifferences(&s)
	}
	v.sayTests(t, &s)
	v.sayMarks(t, &s)
	t.saySelection(&s)
	sayLevels(t, g, &s)
	for _, r := range t.Spec.Remarks {
		s.name("%s", r)
	}
	saySees(t, g, &s)
	sayPackages(t, g, &s)
	sayFailures(t, g, &s)
	for i := range t.Across {
		t.Across[i].say(t, &s)
	}
	t.Captions, t.Caption = s, strings.Join(s, " ")
}

// spread returns the smallest and largest number of seeds of a cell with any,
// seedless ones and chance apart.
func spread(t *Table) (lo, hi int) {
	for _, c := range t.Cells {
		if c.N == 0 {
			continue
		}
		if c.Seedless || c.Chance {
			if hi == 0 {
				lo, hi = 0, 0
			}
			continue
		}
		n := c.seeds()
		if lo == 0 || n < lo {
			lo = n
		}
		hi = max(hi, n)
	}
	if hi == 0 {
		for _, c := range t.Cells {
			if !c.Retrained {
				lo, hi = max(lo, c.seeds()), max(hi, c.seeds())
			}
		}
	}
	return lo, hi
}

// seeds is the number of trials with a value, over folds of the seeds of each.
func (c Cell) seeds() int { return (c.N + max(1, c.Trainings) - 1) / max(1, c.Trainings) }

func count(lo, hi int, what string) string {
	switch {
	case lo != hi:
		return fmt.Sprintf("n = %d to %d %ss", lo, hi, what)
	case hi == 1:
		return fmt.Sprintf("n = 1 %s", what)
	}
	return fmt.Sprintf("n = %d %ss", hi, what)
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

func sayFailures(t *Table, g *gathered, s *sentences) {
	failed := 0
	for _, f := range g.trials {
		if f {
			failed++
		}
	}
	if failed > 0 {
		s.say("%d of %d trials failed and are left out of every number", failed, len(g.trials))
	}
	missing := false
	for _, c := range t.Cells {
		missing = missing || c.Missing > 0
	}
	if missing {
		s.say("\"without\": trials that succeeded and lack this metric")
	}
	for _, a := range g.absent {
		s.name("%s", a)
	}
}

// sayPackages says whose numbers were made with several sets of packages: a difference
// between two cells may be one of those.
func sayPackages(t *Table, g *gathered, s *sentences) {
	var names []string
	for _, method := range slices.Sorted(maps.Keys(g.packages)) {
		if n := len(g.packages[method]); n > 1 {
			names = append(names, fmt.Sprintf("%s (%d environments)", t.display(method), n))
		}
	}
	if len(names) > 0 {
		s.say("not all trials of one method ran with the same packages: %s", strings.Join(names, ", "))
	}
}

// saySees says what embeddings may look at, where the methods differ in that.
func saySees(t *Table, g *gathered, s *sentences) {
	words := map[string][]string{}
	var order []string
	for _, row := range g.rows {
		for _, col := range g.cols {
			for _, m := range g.metrics {
				h := g.heaps[place{row, col, m}]
				if h == nil || h.first.Sees == nil || h.first.Chance {
					continue
				}
				w := h.first.Sees.String()
				name := t.display(h.first.Method)
				if words[w] == nil {
					order = append(order, w)
				}
				if !slices.Contains(words[w], name) {
					words[w] = append(words[w], name)
				}
			}
		}
	}
	if len(order) < 2 {
		return
	}
	var parts []string
	for _, w := range order {
		parts = append(parts, strings.Join(words[w], ", ")+" "+verb(len(words[w]), "sees", "see")+" "+w)
	}
	s.say("methods see different things: %s", strings.Join(parts, "; "))
}

func ahead(n int) string {
	if n > 0 {
		return fmt.Sprintf("+%d", n)
	}
	return ""
}

func behind(n int) string {
	if n > 0 {
		return fmt.Sprintf("−%d", n)
	}
	return ""
}

// String says it; a negative number is all there are.
func (x Sees) String() string {
	w := "one sample"
	switch {
	case x.Before < 0 && x.After < 0:
		w = "all samples of the part"
	case x.Before < 0:
		w = "all samples up to t" + ahead(x.After)
	case x.After < 0:
		w = "all samples from t" + behind(x.Before)
	case x.Before > 0 && x.After > 0:
		w = fmt.Sprintf("t−%d … t+%d", x.Before, x.After)
	case x.Before > 0:
		w = fmt.Sprintf("t−%d … t", x.Before)
	case x.After > 0:
		w = fmt.Sprintf("t … t+%d", x.After)
	}
	if x.Labels {
		return w + " and the labels"
	}
	return w + " and no labels"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (t *Table) saySelection(s *sentences) {
	if len(t.Selection) == 0 {
		return
	}
	byWay := map[string][]string{}
	for _, x := range t.Selection {
		way := fmt.Sprintf("best of %d by %s on %s", x.Configurations, t.display(x.Metric), x.Split)
		way += x.lost()
		name := t.display(x.Method)
		if !slices.Contains(byWay[way], name) {
			byWay[way] = append(byWay[way], name)
		}
	}
	var parts []string
	for _, way := range slices.Sorted(maps.Keys(byWay)) {
		parts = append(parts, strings.Join(byWay[way], ", ")+": "+way)
	}
	s.say("tuned: %s; others: given settings; what was chosen stands in the table of selected settings", strings.Join(parts, "; "))
	for _, x := range t.Selection {
		if x.Biased {
			s.say("scores of tuned rows on %s are the maximum of %d, biased", x.Split, x.Configurations)
			return
		}
	}
	s.say("intervals are conditional on the selected settings")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// capital begins a sentence; names and symbols stay as they are.
func capital(s string) string {
	if s[0] >= 'a' && s[0] <= 'z' {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}
