package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
)

// sayTests adds what was compared, how, and what was not.
func (v *verdict) sayTests(t *Table, s *sentences) {
	group := t.group()
	if v.tests > 0 {
		what := "all pairs of a " + group
		if !t.Spec.allPairs() {
			what = "each with " + t.display(t.Spec.Against)
		}
		correction := map[string]string{
			shaffer: "p-values adjusted by Shaffer's static steps", holm: "p-values adjusted by Holm's steps", none: "p-values not corrected",
		}[t.Spec.Correct]
		level := fmt.Sprintf("level %v per %s, %s", alpha, group, plural(v.columns, group, group+"s"))
		if v.columns == 1 {
			level = fmt.Sprintf("level %v", alpha)
		}
		if t.Spec.Family == familyTable {
			level = fmt.Sprintf("level %v for the whole table", alpha)
			if t.Spec.Correct != none {
				correction = "p-values adjusted by Holm's steps over the whole table"
			}
		}
		s.say("compared: %s, by two-sided t tests on training seeds and test cases together%s, %s; %s", what, v.ways(), correction, level)
	}
	if v.identical > 0 {
		s.say("%s in nothing that varies: no test", plural(v.identical, "pair differs", "pairs differ"))
	}
	v.sayUntested(t, s)
	v.saySmallest(t, s)
}

// ways says where trainings stand for cases.
func (v *verdict) ways() string {
	for _, k := range v.contests {
		for _, e := range k.entries {
			if len(e.folds) > 0 {
				return " or, over folds, corrected for shared training data"
			}
		}
	}
	return ""
}

func (t *Table) group() string {
	if _, rows := t.Spec.rivals(t); !rows {
		return "row"
	}
	return "column"
}

// sayUntested says who is in no test and why, unless nobody is for want of cases,
// which the sentence on intervals says.
func (v *verdict) sayUntested(t *Table, s *sentences) {
	if v.tests == 0 && len(v.untested) == 0 {
		return
	}
	for _, why := range slices.Sorted(maps.Keys(v.untested)) {
		if v.tests == 0 && why == unrecorded {
			continue
		}
		var names []string
		for _, n := range v.untested[why] {
			if n = t.display(n); !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		s.say("not tested: %s (%s)", strings.Join(names, ", "), why)
	}
}

// saySmallest says what the table could have shown.
func (v *verdict) saySmallest(t *Table, s *sentences) {
	if t.Spec.Stat == statMedian || len(v.metrics) == 0 {
		return
	}
	var parts []string
	for _, m := range v.metrics {
		d := slices.Clone(v.smallest[m])
		slices.Sort(d)
		_, median, _ := stats.Quartiles(d)
		text := fmt.Sprintf("%.2g", median)
		if len(d) > 1 {
			text += fmt.Sprintf(" (%.2g to %.2g)", d[0], d[len(d)-1])
		}
		if len(v.metrics) > 1 {
			text = t.display(m) + " " + text
		}
		parts = append(parts, text)
	}
	ref := "the best"
	if t.Spec.Against != best {
		ref = t.display(t.Spec.Against)
	}
	s.say("with a power of 80 %% these tests show true differences from %s of %s", ref, strings.Join(parts, ", "))
}

// sayMarks is the legend: what bold, a mark and a letter mean in this table.
func (v *verdict) sayMarks(t *Table, s *sentences) {
	group, centre := t.group(), "mean"
	if t.Spec.Stat == statMedian {
		centre = "median"
	}
	if v.lone {
		s.say("a single value is never taken for the best %s while a %s has means of more", centre, group)
	}
	if v.bold > 0 {
		s.say("bold: best %s of its %s, and nothing else", centre, group)
	}
	switch {
	case t.Spec.Marks == marksBestSet:
		v.sayBestSet(s)
	case t.Spec.Marks == marksWorse && v.tests > 0 && t.Spec.Against == best:
		const follows = "a mark follows the evidence, not the distance: a noisy method can be lower and unmarked"
		if v.marked[markWorse] > 0 {
			s.say("%s: significantly worse than the best of its %s; no mark: not shown to differ; %s", symbols[markWorse], group, follows)
		} else {
			s.say("no cell is marked: none of those tested is shown to be worse than the best of its %s", group)
		}
	case t.Spec.Marks == marksWorse && v.tests > 0:
		ref := t.display(t.Spec.Against)
		if v.marked[markWorse]+v.marked[markBetter] == 0 {
			s.say("no cell is marked: none of those tested is shown to differ from %s", ref)
			break
		}
		var legend []string
		for _, m := range [][2]string{{markWorse, "worse"}, {markBetter, "better"}} {
			if v.marked[m[0]] > 0 {
				legend = append(legend, symbols[m[0]]+": significantly "+m[1]+" than "+ref)
			}
		}
		s.say("%s; no mark: not shown to differ from it; a mark follows the evidence, not the distance", strings.Join(legend, "; "))
	}
	if v.lettered {
		s.say("letters: methods of a %s that share a letter are not shown to differ; those that share none do", group)
		if t.Spec.Bold == boldTied {
			s.say("\"bold: tied\" of older files prints letters: bold is the best %s alone", centre)
		}
	} else if t.Spec.Bold == boldTied && v.bold > 0 {
		s.say("\"bold: tied\" of older files would print letters, and nothing was tested")
	}
}

func (v *verdict) sayBestSet(s *sentences) {
	if v.marked[markOut] > 0 {
		s.say("%s: with 95 %% confidence the best is among the unmarked (one-sided Dunnett tests of each candidate); a mark does not say that two methods differ", symbols[markOut])
	}
	if len(v.noBestSet) > 0 {
		s.say("no best set for %s", strings.Join(v.noBestSet, ", "))
	}
}
