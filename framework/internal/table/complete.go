package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// The axes a table can have. Settings are reached as settingsPrefix + name.
const (
	axisMethod     = "method"
	axisVariant    = "variant"
	axisDataset    = "dataset"
	axisMetric     = "metric"
	settingsPrefix = "settings."
)

// What a cell shows. All but statMedian start with the mean.
const (
	statCI95   = "mean ± ci95"
	statStd    = "mean ± std"
	statSEM    = "mean ± sem"
	statMean   = "mean"
	statMedian = "median [iqr]"
)

const (
	boldTied = "tied" // of files of the first edition
	best     = "best" // bold, and what is compared with
	none     = "none"

	shaffer = "shaffer"
	holm    = "holm"

	familyColumn = "column"
	familyTable  = "table"

	marksWorse   = "worse"
	marksBestSet = "best-set"

	showValue      = "value"
	showDifference = "difference"

	failuresWorst   = "worst"
	failuresExclude = "exclude"

	alsoWilcoxon    = "wilcoxon"
	alsoIQM         = "iqm"
	alsoImprovement = "improvement"
	alsoBootstrap   = "bootstrap"
	alsoEquivalence = "equivalence"

	fitColumn = "column"
	fitPage   = "page"
	fitRotate = "rotate"
	fitSplit  = "split"
)

var (
	axes        = []string{axisMethod, axisVariant, axisDataset, axisMetric, settingsPrefix + "NAME"}
	statistics  = []string{statCI95, statStd, statSEM, statMean, statMedian}
	bolds       = []string{best, none, boldTied}
	corrections = []string{shaffer, holm, none}
	families    = []string{familyColumn, familyTable}
	marks       = []string{marksWorse, marksBestSet, none}
	shows       = []string{showValue, showDifference}
	losses      = []string{failuresWorst, failuresExclude}
	extras      = []string{alsoWilcoxon, alsoIQM, alsoImprovement, alsoBootstrap, alsoEquivalence}
	fits        = []string{fitColumn, fitPage, fitRotate, fitSplit}
)

// Complete fills what s leaves open with its defaults and returns everything
// that is wrong with it, each under the path of its field. Whether Against
// names a row is known to Build alone.
func (s *Spec) Complete() []data.Problem {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&s.Rows, axisMethod)
	fill(&s.Cols, axisDataset)
	fill(&s.Split, "test")
	fill(&s.Stat, statCI95)
	fill(&s.Against, best)
	fill(&s.Bold, best)
	if s.Bold == boldTied { // what is tied takes all pairs: letters say it, bold does not
		s.Letters = s.Letters || s.Against != none
	}
	if s.allPairs() {
		fill(&s.Correct, shaffer)
	}
	fill(&s.Correct, holm)
	fill(&s.Family, familyColumn)
	fill(&s.Marks, marksWorse)
	fill(&s.Show, showValue)
	fill(&s.Failures, failuresWorst)
	s.Stat = strings.Replace(s.Stat, "+-", "±", 1) // for keyboards without ±

	var problems []data.Problem
	wrong := func(path, hint, format string, args ...any) {
		problems = append(problems, data.Problem{Path: path, Fact: fmt.Sprintf(format, args...), Hint: hint})
	}
	oneOf := func(path, what, value string, known []string) {
		if !slices.Contains(known, value) {
			wrong(path, setting.Suggest(value, known), "there is no %s %q", what, value)
		}
	}
	for _, a := range [][2]string{{"rows", s.Rows}, {"cols", s.Cols}} {
		switch name, ok := strings.CutPrefix(a[1], settingsPrefix); {
		case !ok:
			oneOf(a[0], "axis", a[1], axes)
		case name == "":
			wrong(a[0], `write "settings." and the name of a setting, such as "settings.epsilon"`, "the axis %q names no setting", a[1])
		}
	}
	if s.Rows == s.Cols {
		wrong("cols", "choose another axis for one of them", "rows and cols are both %q", s.Cols)
	}
	oneOf("stat", "statistic", s.Stat, statistics)
	oneOf("bold", "way to choose bold cells", s.Bold, bolds)
	oneOf("correct", "correction", s.Correct, corrections)
	oneOf("family", "family", s.Family, families)
	oneOf("marks", "way to mark cells", s.Marks, marks)
	oneOf("show", "form of a cell", s.Show, shows)
	oneOf("failures", "way to count failures", s.Failures, losses)
	for _, name := range s.Also {
		oneOf("also", "figure over recordings", name, extras)
	}
	if s.Fit != "" {
		oneOf("fit", "way to fit a page", s.Fit, fits)
	}
	problems = append(problems, s.conflicts()...)
	if cell, fact := metricsOf(s.Cell); fact != "" {
		wrong("cell", `name a metric, such as "probe/direction/accuracy", or a list of them`, "%s", fact)
	} else if len(cell) > 1 {
		s.Cell = cell
	} else {
		s.Cell = cell[0]
	}
	return problems
}

// allPairs reports whether a family is all pairs of a column: wherever the data
// choose the reference, and for letters.
func (s *Spec) allPairs() bool { return s.Against == best || s.Letters }

// conflicts are keys that contradict each other.
func (s *Spec) conflicts() []data.Problem {
	var out []data.Problem
	add := func(path, fact, hint string) { out = append(out, data.Problem{Path: path, Fact: fact, Hint: hint}) }
	if s.Against == none {
		switch {
		case s.Letters:
			add("letters", `letters need comparisons, and "against: none" makes none`, `leave out "against: none", or "letters"`)
		case s.Show == showDifference:
			add("show", `a difference needs a reference, and "against: none" names none`, "name a row: compare: {against: ROW}")
		case s.Bold == boldTied:
			add("bold", `"tied" needs tests, and "against: none" makes none`, `write "bold: best", or leave out "against: none"`)
		}
	}
	if s.Correct == shaffer && !s.allPairs() {
		add("correct", fmt.Sprintf("Shaffer's steps are for all pairs, and this table compares with %s alone", s.Against), `write "correct: holm"`)
	}
	if s.Marks == marksBestSet && s.Against != best {
		add("marks", `"best-set" is about the best, and this table compares with `+s.Against, `leave out "against", or write "marks: worse"`)
	}
	if slices.Contains(s.Also, alsoEquivalence) && !(s.Rope > 0) {
		add("rope", "practical equivalence needs the author's word on what is practically equal", "write rope: 0.01, half the width of the region in units of the metric")
	}
	return out
}

// metricsOf reads the metric names of Spec.Cell, or says what is wrong with it.
func metricsOf(cell any) (names []string, fact string) {
	switch c := cell.(type) {
	case nil:
	case string:
		names = []string{c}
	case []string:
		names = slices.Clone(c)
	case []any:
		for i, v := range c {
			name, ok := v.(string)
			if !ok {
				return nil, fmt.Sprintf("entry %d is %v, not the name of a metric", i+1, v)
			}
			names = append(names, name)
		}
	default:
		return nil, fmt.Sprintf("%v is neither the name of a metric nor a list of names", cell)
	}
	if len(names) == 0 || slices.Contains(names, "") {
		return nil, "no metric is named"
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Sprintf("metric %q is named twice", name)
		}
	}
	return names, ""
}
