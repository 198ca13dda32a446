package file

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
)

// gaps does what the user said about missing values: NaN, an empty cell of a
// table, a label that is not there.
func (r *reader) gaps() error {
	switch r.columns.NaN {
	case Drop:
		return r.dropGaps()
	case Fill:
		return r.fillGaps()
	}
	for i, v := range r.rec.Samples.Values {
		if v != v {
			dims := r.rec.Samples.Cols()
			return fmt.Errorf("sample %d, channel %d is missing (NaN): say read: {nan: drop} to leave such samples out, or {nan: fill}", i/dims, i%dims)
		}
	}
	for _, t := range r.rec.Targets {
		if i := firstGap(&t); i >= 0 {
			return fmt.Errorf("target %q is missing (NaN) in sample %d: say read: {nan: drop} to leave such samples out, or {nan: fill}", t.Name, i)
		}
	}
	return nil
}

// firstGap is the first sample without a value, or -1.
func firstGap(t *data.Target) int {
	for i, l := range t.Labels {
		if l == missingCode {
			return i
		}
	}
	for i, v := range t.Values.Values {
		if v != v {
			return i / t.Values.Cols()
		}
	}
	return -1
}

// dropGaps leaves out the samples that lack a value anywhere.
func (r *reader) dropGaps() error {
	n := r.rec.Len()
	keep := make([]bool, n)
	for i := range keep {
		keep[i] = !anyNaN(r.rec.Samples.Row(i))
		for _, t := range r.rec.Targets {
			keep[i] = keep[i] && (!t.IsClass() && !anyNaN(t.Values.Row(i)) || t.IsClass() && t.Labels[i] != missingCode)
		}
	}
	before := r.rec.Trials()
	r.rec.Compact(keep)
	left := r.rec.Len()
	switch {
	case left == 0 && n > 0:
		return fmt.Errorf("nan: drop leaves none of %d samples: each lacks a value", n)
	case left < n:
		r.note("%d of %d samples were left out for missing values, and with them %d of %d trials", n-left, n, before-r.rec.Trials(), before)
	}
	return nil
}

func anyNaN(row []float32) bool {
	for _, v := range row {
		if v != v {
			return true
		}
	}
	return false
}

// fillGaps draws a straight line between the values on both sides of a gap, within
// a trial; at the ends of a trial the nearest value is held.
func (r *reader) fillGaps() error {
	filled, err := r.fill("samples", r.rec.Samples)
	if err != nil {
		return err
	}
	if filled > 0 {
		r.note("%d missing values of the samples were filled in between their neighbours in time", filled)
	}
	for _, t := range r.rec.Targets {
		if t.IsClass() {
			if i := firstGap(&t); i >= 0 {
				return fmt.Errorf("target %q has no label in sample %d, and nothing lies between labels: say read: {nan: drop}", t.Name, i)
			}
			continue
		}
		filled, err := r.fill("target "+t.Name, t.Values)
		if err != nil {
			return err
		}
		if filled > 0 {
			r.note("%d missing values of %s were filled in between their neighbours in time", filled, t.Name)
		}
	}
	return nil
}

func (r *reader) fill(what string, a data.Array) (filled int, err error) {
	dims := a.Cols()
	for from := 0; from < len(r.rec.Trial); {
		to := from + 1
		for to < len(r.rec.Trial) && r.rec.Trial[to] == r.rec.Trial[from] {
			to++
		}
		for c := range dims {
			n, ok := fillColumn(a.Values[from*dims+c:], dims, to-from)
			if !ok {
				return 0, fmt.Errorf("%s: column %d has no value in all of trial %d, so that nothing can be filled in: say read: {nan: drop}", what, c, r.rec.Trial[from])
			}
			filled += n
		}
		from = to
	}
	return filled, nil
}

// fillColumn fills n values that lie step apart; ok is false if none is there.
func fillColumn(v []float32, step, n int) (filled int, ok bool) {
	last := -1 // the value before
	for i := range n {
		x := v[i*step]
		if x != x {
			continue
		}
		for k := last + 1; k < i; k++ {
			v[k*step] = x
			if last >= 0 {
				from := float64(v[last*step])
				v[k*step] = float32(from + (float64(x)-from)*float64(k-last)/float64(i-last))
			}
			filled++
		}
		last = i
	}
	for k := last + 1; k < n && last >= 0; k++ {
		v[k*step] = v[last*step]
		filled++
	}
	return filled, last >= 0
}
