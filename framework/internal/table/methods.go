package table

import (
	"fmt"
	"slices"
	"strings"
)

// MethodsText is a paragraph for an author's Methods section: how the numbers of
// these tables were made, in sentences that hold of every one of them that they
// speak of. It works on tables read back from their JSON form, too.
func MethodsText(tables []*Table) string {
	var u uses
	for _, t := range tables {
		u.see(t)
	}
	var s sentences
	u.sayCells(&s)
	u.sayTests(&s)
	u.sayAcross(&s)
	u.sayRest(&s)
	return strings.Join(s, " ")
}

// uses are the procedures that tables used.
type uses struct {
	seedsLo, seedsHi   int
	casesLo, casesHi   int
	units              []string
	over, methods      []string
	trainings          int
	tests              int
	corrections, marks []string
	all, row, table    bool
	groups             []string // "8 subjects"
	flips, few, drawn  bool
	friedman           bool
	also               []string
	configurations     []int
	criteria           []string
	failed             bool
	seedless, chance   bool
	letters, medians   bool
}

func add(list *[]string, s string) {
	if s != "" && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

func (u *uses) see(t *Table) {
	lo, hi := spread(t)
	if hi > 0 {
		if u.seedsLo == 0 || lo < u.seedsLo {
			u.seedsLo = lo
		}
		u.seedsHi = max(u.seedsHi, hi)
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		u.failed = u.failed || c.Failed > 0
		u.seedless, u.chance = u.seedless || c.Seedless && !c.Chance, u.chance || c.Chance
		u.trainings = max(u.trainings, c.Trainings)
		u.letters, u.medians = u.letters || c.Letters != "", u.medians || c.Median != nil
		if c.Interval == nil {
			continue
		}
		add(&u.over, c.Interval.Over)
		add(&u.methods, c.Interval.Method)
		if c.Interval.Over != overSeeds && c.Cases > 0 {
			if u.casesLo == 0 || c.Cases < u.casesLo {
				u.casesLo = c.Cases
			}
			u.casesHi = max(u.casesHi, c.Cases)
			add(&u.units, or(unitWords[or(c.Unit, CaseTrial)][1], c.Unit+"s"))
		}
	}
	for i := range t.Pairs {
		if p := &t.Pairs[i]; p.P != nil && p.Family != "" {
			u.tests++
			add(&u.corrections, t.Spec.Correct)
			add(&u.marks, t.Spec.Marks)
			u.table = u.table || p.Family == familyTable
			if t.Spec.allPairs() {
				u.all = true
			} else {
				u.row = true
			}
		}
	}
	for i := range t.Across {
		a := &t.Across[i]
		add(&u.groups, fmt.Sprintf("%d %ss", len(a.Groups), a.Unit))
		u.flips, u.few, u.drawn = u.flips || a.Test != "", u.few || a.Test == "", u.drawn || a.Test != "" && !a.Exact
		u.friedman = u.friedman || a.Friedman != nil
		for _, x := range t.Spec.Also {
			add(&u.also, x)
		}
	}
	for _, x := range t.Selection {
		add(&u.criteria, x.Metric+" on "+x.Split)
		if !slices.Contains(u.configurations, x.Configurations) {
			u.configurations = append(u.configurations, x.Configurations)
		}
	}
}

func (u *uses) sayCells(s *sentences) {
	if u.seedsHi == 0 {
		return
	}
	what := "Values are means over "
	if u.medians {
		what = "Values are means or medians over "
	}
	s.name("%s%s", what, count(u.seedsLo, u.seedsHi, "training seed"))
	has := func(o string) bool { return slices.Contains(u.over, o) }
	cases := fmt.Sprint(u.casesHi)
	if u.casesLo != u.casesHi {
		cases = fmt.Sprintf("%d to %d", u.casesLo, u.casesHi)
	}
	if has(overBoth) || has(overCases) {
		s.say("95 %% intervals treat training seeds and test cases (%s %s) as crossed random factors (Dorfman, Berbaum and Metz, 1992; Hillis, 2007)%s", cases,
			strings.Join(u.units, ", "), u.scales())
		if u.trainings == 0 {
			s.say("the division into training and test data did not vary")
		}
	}
	if u.seedless && has(overCases) {
		s.say("methods without randomness have intervals over test cases alone")
	}
	if has(overTrainings) {
		s.say("intervals over %d trainings on overlapping data use the corrected variance of Nadeau and Bengio (2003), and never less than that over test cases", u.trainings)
	}
	if has(overSeeds) {
		s.say("where test cases were not recorded, intervals are t intervals over training seeds only and leave out the chance of the test cases; such values were not compared by tests")
	}
}

func (u *uses) scales() string {
	var out []string
	for _, m := range [][2]string{
		{"wilson", "proportions have Wilson intervals with the effective sample size g(1 − g)/V"}, {"logit", "scores in [0, 1] that are no proportions are treated on the logit scale"},
		{"log(1-r2)", "R² on the scale log(1 − R²)"}, {"log", "errors on the log scale"},
	} {
		if slices.Contains(u.methods, m[0]) {
			out = append(out, m[1])
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "; " + strings.Join(out, ", ")
}

func (u *uses) sayTests(s *sentences) {
	if u.tests == 0 {
		return
	}
	var what []string
	if u.all {
		what = append(what, "all pairs of methods")
	}
	if u.row {
		what = append(what, "each method with a reference named beforehand")
	}
	how := map[string]string{shaffer: "Shaffer's (1986) static step-down procedure", holm: "Holm's (1979) step-down procedure", none: "no correction"}
	var corrections []string
	for _, c := range u.corrections {
		corrections = append(corrections, how[c])
	}
	per := "for each metric on each dataset"
	if u.table {
		per = "for a whole table"
	}
	s.say("we compared %s by two-sided t tests with Satterthwaite degrees of freedom, test cases paired and seeds not, with seed variances moderated upwards where four or more methods are stochastic; p-values were adjusted by %s, at a level of %v %s",
		strings.Join(what, " and "), strings.Join(corrections, " and "), alpha, per)
	if slices.Contains(u.marks, marksBestSet) {
		s.say("best sets are from one-sided Dunnett tests of each candidate (Hsu, 1984)")
	}
	if u.letters {
		s.say("compact letters are by insert-and-absorb (Piepho, 2004)")
	}
}

func (u *uses) sayAcross(s *sentences) {
	if len(u.groups) == 0 {
		return
	}
	if u.flips {
		how := "all sign patterns"
		if u.drawn {
			how = "100,000 drawn sign patterns where there are too many to count"
		}
		s.say("over recordings (%s), where each group counts once, pairs were compared by joint sign-flip max-t tests, step-down, with %s", strings.Join(u.groups, ", "), how)
	}
	if u.friedman {
		s.say("the Friedman test is by permutation within groups")
	}
	if u.few {
		s.say("where there are fewer than 6 groups, differences have t intervals over groups and were not tested")
	}
	names := map[string]string{
		alsoWilcoxon: "Wilcoxon signed-rank tests are exact and not corrected", alsoIQM: "interquartile means and performance profiles follow Agarwal et al. (2021)",
		alsoImprovement: "probabilities of improvement follow Agarwal et al. (2021)", alsoBootstrap: "hierarchical bootstraps draw subjects, sessions and runs 10,000 times (Saravanan et al., 2020), with no interval below 20 subjects",
		alsoEquivalence: "practical equivalence is by the Bayesian signed-rank test (Benavoli et al., 2017)",
	}
	for _, x := range u.also {
		s.say("%s", names[x])
	}
}

func (u *uses) sayRest(s *sentences) {
	if len(u.configurations) > 0 {
		slices.Sort(u.configurations)
		tried := fmt.Sprint(u.configurations[0])
		if last := u.configurations[len(u.configurations)-1]; last != u.configurations[0] {
			tried = fmt.Sprintf("%d to %d", u.configurations[0], last)
		}
		s.say("settings were selected among %s configurations by %s; intervals are conditional on the selected settings", tried, strings.Join(u.criteria, ", "))
	}
	if u.chance {
		s.say("chance levels are outside all comparisons")
	}
	if u.failed {
		s.say("failed trials are counted and left out of every number")
	}
}
