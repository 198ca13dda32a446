package study

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
)

// leakNotes name what lets a method of the sweep learn from what it is tested on: what
// recipes show, windows that reach across a border, and behavioural trials of which some
// samples train and others test.
func (l *Ledger) leakNotes(ctx context.Context) (out []string, err error) {
	said := map[string]bool{}
	note := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !said[text] {
			said[text] = true
			out = append(out, text)
		}
	}
	looked := map[string]bool{} // method and dataset: the seeds of a configuration share what was looked at
	for _, p := range l.Points() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := l.study.plugins[p.Method].Description
		gap, bySample := gapOf(*p.recipe)
		if before, after, ok, err := d.ContextFor(p.Settings); bySample && ok && err == nil && gap > 0 && (before < 0 || after < 0 || before+after > int64(gap)) {
			note("leak: %s: the embedding of %s sees samples across the gap of %d", p.Dataset, p.Method, gap)
		}
		id := p.Method + " " + p.Fit.Dataset
		if looked[id] {
			continue
		}
		looked[id] = true
		for _, leak := range p.recipe.Leaks(d.EmbedRole()) {
			note("leak: %s: %s", p.Dataset, leak)
		}
		leak, err := l.study.cut(p.Fit.Dataset, *p.recipe, d.EmbedRole())
		if err != nil {
			return nil, err
		}
		if leak != "" {
			note("leak: %s: %s", p.Dataset, leak)
		}
	}
	return out, nil
}

// gapOf is the gap of a recording that is divided by sample.
func gapOf(d source.Dataset) (gap int, bySample bool) {
	for _, r := range d.Everything() {
		if r.Split != nil && r.Split.By == data.BySample {
			return r.Split.Gap, true
		}
	}
	return 0, false
}

// cut says what a division that is not by trial has cut: only one by sample, by a file or
// by the source can. Samples that are each a trial of their own are independent.
func (s *Study) cut(digest string, recipe source.Dataset, role string) (string, error) {
	var by *data.Division
	for _, r := range recipe.Everything() {
		if r.Split != nil && r.Split.By != "" && r.Split.By != data.ByTrial {
			by = r.Split
		}
	}
	if by == nil {
		return "", nil
	}
	d, err := data.Open(s.Builder.Cache.Dir(digest))
	if err != nil {
		return "", err
	}
	defer d.Close()
	r, err := d.Role(role)
	if err != nil {
		return "", err
	}
	trials, torn := r.Trials(), r.Torn()
	switch {
	case trials == r.Len() || torn == 0:
		return "", nil
	case trials > 1:
		return fmt.Sprintf("of %d behavioural trials some samples train and others test", torn), nil
	case by.By == data.BySample && by.Order == "random":
		return "it is divided by sample at random: neighbouring samples, which are alike, train and test", nil
	case by.By == data.BySample && by.Gap == 0:
		return "it is divided by sample without a gap: the samples on both sides of a border are neighbours", nil
	}
	return "", nil
}
