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
	boldTied = "tied"
	boldBest = "best"
	holm     = "holm"
	none     = "none"
)

var (
	axes        = []string{axisMethod, axisVariant, axisDataset, axisMetric, settingsPrefix + "NAME"}
	statistics  = []string{statCI95, statStd, statSEM, statMean, statMedian}
	bolds       = []string{boldTied, boldBest, none}
	corrections = []string{holm, none}
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
	fill(&s.Against, boldBest)
	fill(&s.Correct, holm)
	if s.Against == none {
		fill(&s.Bold, boldBest) // without tests nobody knows what is tied
	}
	fill(&s.Bold, boldTied)
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
	if s.Against == none && s.Bold == boldTied {
		wrong("bold", `write "bold: best", or leave out "against: none"`, `"tied" needs tests, and "against: none" makes none`)
	}
	if cell, fact := metricsOf(s.Cell); fact != "" {
		wrong("cell", `name a metric, such as "probe/direction/accuracy", or a list of them`, "%s", fact)
	} else if len(cell) > 1 {
		s.Cell = cell
	} else {
		s.Cell = cell[0]
	}
	return problems
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
