package table

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// family is the comparisons of one contest: all pairs of its rivals, or those with
// a reference row, and each rival with chance.
type family struct {
	k        *contest
	rivals   []*entry
	pairs    []Pair
	at       map[[2]*entry]int
	p        []float64 // of the tests in the family
	of       []int     // pair of each
	adjusted []float64
	means    int // that all pairs are of
	tests    int // in the family
	steps    int // by what the smallest p is multiplied
	ref      int // among rivals; -1 without
	contrast map[int]stats.Contrast
}

func newFamily(s Spec, k *contest) (*family, error) {
	f := &family{k: k, rivals: k.rivals(), at: map[[2]*entry]int{}, contrast: map[int]stats.Contrast{}, ref: -1}
	if s.Against == none {
		return f, nil
	}
	f.ref = k.best()
	if s.Against != best {
		f.ref = k.index(s.Against)
	}
	var testable []*entry
	for _, e := range f.rivals {
		if e.untested == "" && e.folds == nil {
			testable = append(testable, e)
		}
	}
	parts := make([]stats.Parts, len(testable))
	for i, e := range testable {
		parts[i] = e.parts
	}
	for i, p := range stats.Moderate(parts) {
		testable[i].parts = p
	}
	f.means = 0
	for _, e := range f.rivals {
		if e.untested == "" {
			f.means++
		}
	}
	for _, p := range stats.Pairs(len(f.rivals)) {
		a, b := f.rivals[p[0]], f.rivals[p[1]]
		inFamily := s.allPairs()
		if !inFamily {
			if f.ref < 0 || p[0] != f.ref && p[1] != f.ref {
				continue
			}
			if p[0] == f.ref { // the row minus the reference
				a, b = b, a
			}
			inFamily = true
		}
		f.add(a, b, inFamily, s)
	}
	for _, c := range k.entries {
		for _, e := range f.rivals {
			if c.Chance {
				f.add(e, c, false, s)
			}
		}
	}
	return f, nil
}

// add makes the pair a − b.
func (f *family) add(a, b *entry, inFamily bool, s Spec) {
	p := Pair{A: a.name, B: b.name, Column: f.k.other, Metric: f.k.metric, Goal: f.k.goal, NA: a.N, NB: b.N, Diff: *a.Mean - *b.Mean}
	if math.IsInf(p.Diff, 0) {
		return // of values near the largest number: no difference to speak of
	}
	if s.Stat == statMedian {
		p.Diff = a.centre() - b.centre()
	}
	f.at[[2]*entry{a, b}] = len(f.pairs)
	switch {
	case a.untested != "":
		p.Note = a.name + ": " + a.untested
	case b.untested != "":
		p.Note = b.name + ": " + b.untested
	}
	c, ok := f.difference(a, b, &p)
	if s.Stat == statMedian {
		pseudo(a, b, &p)
		ok = false
	}
	if ok && c.SE > 0 {
		f.contrast[len(f.pairs)] = c
		t, raw := c.T()
		lo, hi := c.Interval()
		p.SE, p.DF, p.Lo, p.Hi = &c.SE, &c.Nu, &lo, &hi
		if p.Note == "" {
			p.T, p.P = &t, &raw
		}
	} else if ok {
		p.Note = "identical in every case: no test"
		if p.Diff != 0 && !stats.Tied(*a.Mean, *b.Mean) {
			p.Note = "the same difference in every case: no test"
		}
	}
	if inFamily && a.untested == "" && b.untested == "" {
		p.Family = s.Family
		raw := 1.0 // a pair without a p of its own keeps its place
		if p.P != nil {
			raw = *p.P
			f.tests++
		}
		f.p, f.of = append(f.p, raw), append(f.of, len(f.pairs))
	}
	f.pairs = append(f.pairs, p)
}

// difference estimates a − b where both have numbers per case on the same cases,
// or the same trainings.
func (f *family) difference(a, b *entry, p *Pair) (stats.Contrast, bool) {
	switch {
	case len(a.folds) > 0 && len(b.folds) > 0:
		c, fact := acrossTrainings(a, b)
		if fact != "" {
			p.note(fact)
			return c, false
		}
		p.Method, p.Cases = overTrainings, len(a.folds)
		return c, true
	case a.parts.M == 0 || b.parts.M == 0:
		return stats.Contrast{}, false
	case !slices.Equal(a.evidence.ids, b.evidence.ids):
		p.note("their test cases differ")
		return stats.Contrast{}, false
	}
	c, err := a.parts.Minus(b.parts)
	if err != nil {
		p.note("their test cases differ: " + err.Error())
		return c, false
	}
	c.Estimate = p.Diff
	p.Method, p.Cases = overBoth, a.parts.M
	return c, true
}

func (p *Pair) note(s string) {
	if p.Note == "" {
		p.Note = s
	}
}

// acrossTrainings pairs trainings on the same parts of the data.
func acrossTrainings(a, b *entry) (stats.Contrast, string) {
	if len(a.folds) != len(b.folds) {
		return stats.Contrast{}, "they have different trainings"
	}
	d := make([]stats.Fold, len(a.folds))
	for j, x := range a.folds {
		y := b.folds[j]
		d[j] = stats.Fold{Value: x.Value - y.Value, Test: x.Test, Train: x.Train, IDs: x.IDs, Samples: x.Samples}
		if len(x.Z) > 0 && len(x.Z) == len(y.Z) && slices.Equal(x.IDs, y.IDs) {
			d[j].Z = make([]float64, len(x.Z))
			for u := range x.Z {
				d[j].Z[u] = x.Z[u] - y.Z[u]
			}
		}
	}
	c, err := stats.OverFolds(d)
	if err != nil {
		return c, err.Error()
	}
	return c, ""
}

// pseudo sets the Hodges-Lehmann estimate of the case differences.
func pseudo(a, b *entry, p *Pair) {
	if a.parts.M == 0 || a.parts.M != b.parts.M || !slices.Equal(a.evidence.ids, b.evidence.ids) {
		return
	}
	h := stats.HodgesLehmann(a.parts.Differences(b.parts))
	p.Pseudo = &h
}

// adjust corrects the p-values of each family, or of all together.
func adjust(s Spec, families []*family) error {
	if s.Family == familyTable {
		var all []float64
		for _, f := range families {
			all = append(all, f.p...)
		}
		adjusted, err := stats.Holm(all)
		if s.Correct == none {
			adjusted = all
		}
		if err != nil {
			return err
		}
		for _, f := range families {
			f.adjusted, adjusted = adjusted[:len(f.p)], adjusted[len(f.p):]
			f.steps = max(1, len(all))
		}
		return nil
	}
	for _, f := range families {
		var err error
		f.steps = max(1, len(f.p))
		switch {
		case s.Correct == none:
			f.adjusted, f.steps = f.p, 1
		case s.Correct == shaffer && len(f.p) > 0:
			f.adjusted, err = stats.Shaffer(f.p, f.means)
		default:
			f.adjusted, err = stats.Holm(f.p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish writes the adjusted values into the pairs.
func (f *family) finish(s Spec) {
	for i, at := range f.of {
		p := &f.pairs[at]
		p.Size = f.steps
		if s.Family == familyColumn {
			p.Size = len(f.p)
		}
		if p.P != nil {
			p.Adj = &f.adjusted[i]
		}
	}
}

// pair returns a − b, whichever way round it was made.
func (f *family) pair(a, b *entry) (p Pair, sign float64, ok bool) {
	if i, ok := f.at[[2]*entry{a, b}]; ok {
		return f.pairs[i], 1, true
	}
	if i, ok := f.at[[2]*entry{b, a}]; ok {
		return f.pairs[i], -1, true
	}
	return Pair{}, 0, false
}

// significant reports whether a and b differ, and whether a is the better.
func (f *family) significant(a, b *entry) (differ, better bool) {
	p, sign, ok := f.pair(a, b)
	if !ok || p.Adj == nil || *p.Adj >= alpha {
		return false, false
	}
	d := sign * p.Diff
	return true, f.k.goal == metric.Max && d > 0 || f.k.goal == metric.Min && d < 0
}
