package source

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
)

// EachFold lists the divisions that the recipe stands for, where its split has folds;
// nil where there is one division or none.
func (d Dataset) EachFold() []data.Fold {
	for _, r := range d.recordings() {
		if r.Split != nil && r.Split.Folds > 0 {
			return r.Split.EachFold()
		}
	}
	return nil
}

// Fold is the recipe of one of them, from 0: a dataset of its own, which shares its
// arrays with the others.
func (d Dataset) Fold(i int) Dataset {
	return d.each(func(r Recording) Recording {
		if r.Split != nil && r.Split.Folds > 0 {
			split := *r.Split
			split.Fold = i + 1
			r.Split = &split
		}
		return r
	})
}

// Divisions are the recipes of all folds, or the recipe itself where it has none.
func (d Dataset) Divisions() []Dataset {
	folds := d.EachFold()
	if folds == nil {
		return []Dataset{d}
	}
	out := make([]Dataset, len(folds))
	for i := range folds {
		out[i] = d.Fold(i)
	}
	return out
}

// Folded is the fold that the recipe chooses.
func (d Dataset) Folded() (f data.Fold, ok bool) {
	for _, r := range d.recordings() {
		if r.Split != nil && r.Split.Fold > 0 {
			return r.Split.EachFold()[r.Split.Fold-1], true
		}
	}
	return f, false
}

// Redivided reports whether every trial draws a division of its own.
func (d Dataset) Redivided() bool {
	for _, r := range d.recordings() {
		if r.Split != nil && r.Split.PerTrial {
			return true
		}
	}
	return false
}

// recordings are those of the recipe, with those that are joined.
func (d Dataset) recordings() (out []Recording) {
	if len(d.Roles) == 0 {
		return append(out, d.Recording.all()...)
	}
	for _, role := range sortedKeys(d.Roles) {
		out = append(out, d.Roles[role].all()...)
	}
	return out
}

// Everything lists the recordings of the recipe, with those that are joined.
func (d Dataset) Everything() []Recording { return d.recordings() }

func (r Recording) all() []Recording {
	out := []Recording{r}
	for _, part := range r.Join {
		out = append(out, part.all()...)
	}
	return out
}

// each changes every recording.
func (d Dataset) each(change func(Recording) Recording) Dataset {
	if len(d.Roles) == 0 {
		d.Recording = d.Recording.each(change)
		return d
	}
	roles := make(map[string]Recording, len(d.Roles))
	for role, r := range d.Roles {
		roles[role] = r.each(change)
	}
	d.Roles = roles
	return d
}

func (r Recording) each(change func(Recording) Recording) Recording {
	r = change(r)
	if len(r.Join) > 0 {
		parts := make([]Recording, len(r.Join))
		for i, part := range r.Join {
			parts[i] = part.each(change)
		}
		r.Join = parts
	}
	return r
}

// checkFolds refuses recordings in different numbers of folds: there is one fold of
// all of them at a time.
func (d Dataset) checkFolds() (out []Problem) {
	first, n := "", 0
	for _, role := range sortedKeys(d.Roles) {
		split := d.Roles[role].Split
		switch {
		case split == nil || split.Folds == 0:
		case n == 0:
			first, n = role, len(split.EachFold())
		case n != len(split.EachFold()):
			out = append(out, Problem{Path: "roles." + role + ".split.folds", Fact: fmt.Sprintf("makes %d trainings, that of role %s %d", len(split.EachFold()), first, n), Hint: "give both the same folds and repeats"})
		}
	}
	return out
}

// division is how the recording is divided for a trial of that seed.
func (r Recording) division(trialSeed uint64) *data.Division {
	if r.Split == nil || !r.Split.PerTrial {
		return r.Split
	}
	split := *r.Split
	split.PerTrial, split.Seed = false, trialSeed
	return &split
}

// many reports whether the recording stands for several divisions of the same arrays.
func (r Recording) many() bool {
	return r.Split != nil && r.Split.By != data.ByGiven && (r.Split.Folds > 0 || r.Split.PerTrial || r.Split.Part > 0) && r.Only == "" && r.As == "" && !r.Bare
}
