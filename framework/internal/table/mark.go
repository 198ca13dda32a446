package table

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// Marks of a cell. Symbols stand in symbols.
const (
	markWorse  = "worse"  // significantly worse than the reference
	markBetter = "better" // significantly better than a reference row
	markOut    = "out"    // not among those of which one is the best, with 95 % confidence
)

// symbols of marks, as text and HTML print them.
var symbols = map[string]string{markWorse: "°", markBetter: "†", markOut: "°"}

// mark sets bold, marks, letters and Compare of a contest's cells.
func (v *verdict) mark(s Spec, k *contest, f *family) error {
	b := k.best()
	if b < 0 {
		return nil
	}
	top := f.rivals[b]
	for _, e := range f.rivals {
		v.lone = v.lone || e.lone() && !top.lone() && k.goal.Better(e.centre(), top.centre())
		if s.Bold != none && len(f.rivals) > 1 && k.shared(e, top) {
			e.Bold = true
			v.bold++
		}
	}
	if f.ref >= 0 {
		ref := f.rivals[f.ref]
		for _, e := range k.entries {
			if e != ref {
				e.compare(f, ref)
			}
		}
		if s.Marks == marksWorse {
			for _, e := range f.rivals {
				differ, better := f.significant(e, ref)
				switch {
				case e == ref || !differ:
				case better:
					v.put(e, markBetter)
				default:
					v.put(e, markWorse)
				}
			}
		}
	}
	if s.Marks == marksBestSet {
		if err := v.bestSet(k, f); err != nil {
			return err
		}
	}
	if s.Letters && f.tests > 0 {
		v.letters(k, f)
	}
	return nil
}

func (v *verdict) put(e *entry, mark string) {
	e.Mark = mark
	v.marked[mark]++
}

// compare says how a cell differs from the reference.
func (e *entry) compare(f *family, ref *entry) {
	p, sign, ok := f.pair(e, ref)
	if !ok {
		return
	}
	e.Compare = &Compared{Against: ref.name, Pairs: p.Cases, Diff: sign * p.Diff, P: p.P, PAdjusted: p.Adj}
	if p.Lo != nil {
		half := *p.Hi/2 - *p.Lo/2
		e.Compare.DiffCI95 = &half
	}
}

// bestSet marks the methods that are not the best, with 95 % confidence.
func (v *verdict) bestSet(k *contest, f *family) error {
	var in []*entry
	var parts []stats.Parts
	for _, e := range f.rivals {
		if e.untested == "" && len(e.folds) == 0 {
			p := e.parts
			if k.goal == metric.Min {
				p = p.Negative()
			}
			in, parts = append(in, e), append(parts, p)
		}
	}
	switch {
	case len(in) < 2:
		v.noBestSet = append(v.noBestSet, k.other+" (fewer than two methods can be tested)")
		return nil
	case parts[0].M < 2*len(in):
		v.noBestSet = append(v.noBestSet, fmt.Sprintf("%s (%d methods need %d test cases)", k.other, len(in), 2*len(in)))
		return nil
	}
	p, err := stats.BestSet(parts)
	if err != nil {
		v.noBestSet = append(v.noBestSet, k.other+" ("+err.Error()+")")
		return nil
	}
	for i, e := range in {
		if p[i] < alpha {
			v.put(e, markOut)
		}
	}
	return nil
}

// letters gives each rival that was tested its letters, the best method's first.
func (v *verdict) letters(k *contest, f *family) {
	in := slices.DeleteFunc(slices.Clone(f.rivals), func(e *entry) bool { return e.untested != "" })
	slices.SortStableFunc(in, func(a, b *entry) int {
		return order01(k.goal.Better(b.centre(), a.centre())) - order01(k.goal.Better(a.centre(), b.centre()))
	})
	letters := stats.Letters(len(in), func(i, j int) bool {
		differ, _ := f.significant(in[i], in[j])
		return differ
	})
	for i, e := range in {
		e.Letters = letters[i]
		v.lettered = true
	}
}
