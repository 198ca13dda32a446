package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
)

// Change is what became of one metric of one method on one dataset, as a comparison of
// two sweeps tells it.
type Change struct {
	Method, Variant, Dataset string
	Metric, Split            string
	Before, After            *float64 // means; nil without a successful trial
	NBefore, NAfter          int
	Failed                   [2]int
	Diff, Lo, Hi             *float64 // after − before, and its 95 % interval
	Adjusted                 *float64 // p
	Settings                 []string // names of those that differ
	Verdict, Note            string
	Tested, Beyond           bool // whether there is a test; whether it is more than noise
}

// Same is the verdict on values that are the same, bit by bit.
const Same = "no change"

// Comparison is a page of what is different between two sweeps. It needs no script.
type Comparison struct {
	First, Second string // names
	Where         string // what tells two states of one sweep apart, if anything
	Version       string // of assay
	Changes       []Change
}

//go:embed page/comparison.html
var comparisonHTML string

//go:embed page/comparison.css
var comparisonCSS string

var comparisonLayout = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("comparison").Funcs(template.FuncMap{
		"digits": digits, "interval": interval, "class": classOf, "mark": markOf,
		"join": func(s []string) string { return strings.Join(s, ", ") },
	}).Parse(comparisonHTML))
})

// part is one metric on one split.
type part struct {
	Metric, Split, Anchor, Sum string
	Changes                    []Change
	Forest                     *forest
}

// Write writes the page.
func (c *Comparison) Write(w io.Writer) error {
	var parts []part
	for _, x := range c.Changes {
		i := slices.IndexFunc(parts, func(p part) bool { return p.Metric == x.Metric && p.Split == x.Split })
		if i < 0 {
			i = len(parts)
			parts = append(parts, part{Metric: x.Metric, Split: x.Split, Anchor: fmt.Sprint("metric-", i)})
		}
		parts[i].Changes = append(parts[i].Changes, x)
	}
	for i := range parts {
		parts[i].Sum = Sum(parts[i].Changes)
		parts[i].Forest = drawForest(parts[i].Changes)
		slices.SortStableFunc(parts[i].Changes, func(a, b Change) int { return rank(a) - rank(b) })
	}
	style := "\n" + pageCSS + comparisonCSS
	return comparisonLayout().Execute(w, struct {
		*Comparison
		Policy string
		Style  template.CSS
		Sum    string
		Parts  []part
		Left   int
	}{c, fmt.Sprintf("default-src 'none'; style-src %s; img-src data:; base-uri 'none'; form-action 'none'", source(style)),
		template.CSS(style), Sum(c.Changes), parts, left})
}

// Sum counts changes in a sentence.
func Sum(changes []Change) string {
	same, beyond, within, untested, alone := 0, 0, 0, 0, 0
	for _, c := range changes {
		switch {
		case c.Verdict == Same:
			same++
		case c.Beyond:
			beyond++
		case c.Tested:
			within++
		case c.Before == nil || c.After == nil:
			alone++
		default:
			untested++
		}
	}
	if same == len(changes) {
		return fmt.Sprintf("No change: %d numbers are the same.", same)
	}
	return fmt.Sprintf("%d compared: %d the same, %d moved more than noise, %d within noise, %d not tested, %d only in one.", len(changes), same, beyond, within, untested, alone)
}

// rank puts first what a reader looks for.
func rank(c Change) int {
	switch {
	case c.Beyond:
		return 0
	case c.Verdict == Same:
		return 3
	case c.Tested:
		return 2
	}
	return 1
}

func classOf(verdict string) string {
	switch verdict {
	case "more than noise":
		return "beyond"
	case Same:
		return "same"
	}
	return "other"
}

// markOf is a sign beside the words: weight and colour alone would not print.
func markOf(verdict string) string {
	switch verdict {
	case "more than noise":
		return "●"
	case Same:
		return "="
	}
	return "○"
}

func digits(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.4g", *x)
}

func interval(c Change) string {
	if c.Lo == nil || c.Hi == nil {
		return ""
	}
	return fmt.Sprintf("[%s, %s]", digits(c.Lo), digits(c.Hi))
}
