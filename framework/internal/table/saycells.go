package table

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// sayCells says what a cell shows: over what the mean is, over what the interval,
// and what limits it.
func (t *Table) sayCells(s *sentences, g *gathered, of map[*Cell]evidence) {
	lo, hi := spread(t)
	if hi == 0 {
		return
	}
	k := t.kinds(of)
	seeds := count(lo, hi, "seed")
	folds := ""
	if k.trainings > 0 {
		folds = fmt.Sprintf(" and %s on other parts of the data", plural(k.trainings, "training", "trainings"))
	}
	switch stat := t.Spec.Stat; {
	case stat == statMedian:
		s.say("median [first quartile, third quartile] over %s%s", seeds, folds)
	case stat == statMean:
		s.say("mean over %s%s", seeds, folds)
	case stat == statStd:
		s.say("mean ± sample standard deviation (not an interval) over %s%s", seeds, folds)
	case stat == statSEM:
		s.say("mean ± standard error over seeds (not a 95 %% interval), %s%s", seeds, folds)
	default:
		s.say("mean over %s%s%s", seeds, folds, k.words())
	}
	if t.Spec.Stat == statCI95 {
		k.say(s)
	}
	if k.deterministic && strings.Contains(t.Spec.Stat, "±") && k.bare > 0 {
		s.say("cells without an interval gave the same value on every seed: one measurement, repeated")
	} else if lo == 1 && hi > 1 && k.bare > 0 && strings.Contains(t.Spec.Stat, "±") {
		s.say("cells without ± have one seed")
	}
	if k.seedless && hi > 1 {
		s.say("a method that draws nothing has one trial, which stands for every seed")
	}
	varied := slices.Sorted(maps.Keys(g.varied))
	if k.trainings > 0 {
		varied = append(varied, "the split")
	}
	s.say("within a cell %s", variedWords(hi, varied))
	for _, c := range t.Cells {
		if !modest(c.Values) {
			s.say("values beyond %g have neither interval nor test", largest)
			break
		}
	}
}

// kinds are what the cells of a table have behind them.
type kinds struct {
	over          map[string]bool // of intervals: overSeeds, ...
	methods       map[string]bool // wilson, ...
	units         map[string]bool
	least, most   int // cases of cells with numbers per case
	trainings     int
	problems      []string // why cells have training seeds only
	narrow        bool
	deterministic bool
	seedless      bool
	bare          int // cells with a value and without an interval
	fewR2         bool
	lags          []string
	one           bool // all on one split
}

func (t *Table) kinds(of map[*Cell]evidence) kinds {
	k := kinds{over: map[string]bool{}, methods: map[string]bool{}, units: map[string]bool{}, one: true}
	seen := map[string]bool{}
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.N == 0 {
			continue
		}
		e := of[c]
		k.seedless = k.seedless || c.Seedless && !c.Chance
		k.trainings = max(k.trainings, c.Trainings)
		k.one = k.one && c.Trainings == 0
		if c.Retrained { // sayLevels says what its interval is over
		} else if c.Interval == nil {
			k.bare++
			k.deterministic = k.deterministic || c.N > 1 && c.Trainings == 0 && c.Std != nil && *c.Std == 0
		} else {
			k.over[c.Interval.Over], k.methods[c.Interval.Method] = true, true
			k.narrow = k.narrow || c.Interval.Narrow
			k.fewR2 = k.fewR2 || e.kind == metric.R2 && c.Cases < 32 && c.Interval.Over != overSeeds
		}
		if len(e.z) > 0 && c.Cases > 0 {
			k.units[or(c.Unit, CaseTrial)] = true
			if k.least == 0 || c.Cases < k.least {
				k.least = c.Cases
			}
			k.most = max(k.most, c.Cases)
			if l := e.lag(); l > 2/math.Sqrt(float64(c.Cases)) {
				k.lags = append(k.lags, fmt.Sprintf("%s %.2f", t.display(c.Row), l))
			}
		} else if c.Trainings == 0 && e.problem != "" && !seen[e.problem] {
			seen[e.problem] = true
			k.problems = append(k.problems, e.problem)
		}
	}
	return k
}

// lag is the lag-1 autocorrelation of the numbers per case, averaged over seeds.
func (e evidence) lag() float64 {
	if e.draws || len(e.folds) > 0 || len(e.z) == 0 {
		return 0
	}
	return stats.Autocorrelation(meanRows(e.z))
}

var unitWords = map[string][2]string{
	CaseTrial: {"test trial", "test trials"}, CaseBlock: {"block of the test part", "blocks of the test part"},
	CaseSample: {"test sample", "test samples"},
}

func (k kinds) cases() string {
	var words []string
	for _, u := range slices.Sorted(maps.Keys(k.units)) {
		words = append(words, or(unitWords[u][1], u+"s"))
	}
	n := fmt.Sprint(k.most)
	if k.least != k.most {
		n = fmt.Sprintf("%d to %d", k.least, k.most)
	}
	return n + " " + strings.Join(words, " or ")
}

// words continue "mean over n = 5 seeds".
func (k kinds) words() string {
	switch {
	case len(k.over) == 0:
		return ": no interval"
	case k.over[overSeeds] && len(k.over) == 1:
		return " ± half-width of its 95 % t interval"
	}
	var over []string
	if k.over[overBoth] {
		over = append(over, "training seeds and "+k.cases())
	} else if k.over[overCases] {
		over = append(over, k.cases())
	}
	if k.over[overTrainings] {
		over = append(over, "trainings that share data (Nadeau and Bengio 2003)")
	}
	if k.over[overSeeds] {
		over = append(over, "training seeds only where test cases are not recorded")
	}
	return "; ± or [ ]: 95 % interval over " + strings.Join(over, ", ") + k.scales()
}

// scales names how intervals of bounded metrics are made.
func (k kinds) scales() string {
	var out []string
	for _, m := range [][2]string{{"wilson", "Wilson's for shares"}, {"logit", "logit scale"}, {"log(1-r2)", "log(1 − R²)"}, {"log", "log scale"}} {
		if k.methods[m[0]] {
			out = append(out, m[1])
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}

// say adds what limits the intervals.
func (k kinds) say(s *sentences) {
	if k.one && k.most > 0 {
		s.say("one split: how trials were divided into training and test did not vary")
	}
	if k.over[overCases] && k.over[overBoth] {
		s.say("methods without randomness, and those whose seeds all agree: over test cases alone")
	}
	if len(k.problems) > 0 {
		s.say("training seeds only: %s, so that the chance of the test cases is in no interval, and nothing is tested or marked there", strings.Join(k.problems, "; "))
	}
	if k.narrow {
		s.say("intervals in brackets are too narrow: fewer than 10 independent stretches")
	}
	if k.fewR2 {
		s.say("intervals of R² with fewer than 32 test cases cover about 90 %%")
	}
	if len(k.lags) > 0 {
		s.say("neighbouring test cases are alike (lag-1 correlation of their numbers: %s), which no interval here allows for", strings.Join(slices.Compact(k.lags), ", "))
	}
}

// sayDifferences says what a table of differences shows.
func (t *Table) sayDifferences(s *sentences) {
	ref := t.display(t.Spec.Against)
	if t.Spec.Against == best {
		ref = "the best mean of its column"
	}
	s.say("cells are differences to %s with their 95 %% interval, not adjusted; the reference shows its mean", ref)
}
