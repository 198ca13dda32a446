package data

import (
	"fmt"
	"math"
	"slices"
)

// Division says how a recording is divided into train, val and test.
type Division struct {
	By    string  `json:"by"`              // "trial" (default), "sample", or "given": the recording brings its own
	Train float64 `json:"train,omitempty"` // shares; train + val + test = 1
	Val   float64 `json:"val,omitempty"`
	Test  float64 `json:"test,omitempty"`
	Order string  `json:"order,omitempty"` // "recorded" (default): first trials train, last test; or "random"
	Seed  uint64  `json:"seed,omitempty"`  // of a random order
	File  string  `json:"file,omitempty"`  // JSON {"train": [trials], "val": [...], "test": [...]} instead of shares

	PerTrial bool    `json:"per_trial,omitempty"` // Seed is that of the trial that trains: every one draws its own division
	Stratify string  `json:"stratify,omitempty"`  // class target whose labels every part has in equal shares, as far as they go
	Gap      int     `json:"gap,omitempty"`       // samples left out at every border between parts (by sample, as recorded)
	Part     float64 `json:"part,omitempty"`      // share of the train part that is trained on, the rest is in no part; 0: all

	// Cross-validation: instead of train and test, the units are dealt into Folds
	// parts of equal size, each of which tests once; Repeats deals them anew. Of
	// the Folds x Repeats divisions, Fold is the one that Divide makes, from 1.
	Folds   int `json:"folds,omitempty"`
	Repeats int `json:"repeats,omitempty"` // 0 is 1
	Fold    int `json:"fold,omitempty"`
}

// What Division.By may say.
const (
	ByTrial  = "trial"
	BySample = "sample"
	ByGiven  = "given"
)

// Check returns what is wrong with the division, as far as that can be seen
// without a recording and without opening its file. Paths are relative to it.
func (d Division) Check() []Problem {
	var out []Problem
	add := func(path, fact, hint string) { out = append(out, Problem{Path: path, Fact: fact, Hint: hint}) }
	if d.By != "" && d.By != ByTrial && d.By != BySample && d.By != ByGiven {
		add("by", fmt.Sprintf("must be trial, sample or given, got %q", d.By), "")
	}
	if d.Order != "" && d.Order != "recorded" && d.Order != "random" {
		add("order", fmt.Sprintf("must be recorded or random, got %q", d.Order), "")
	}
	shares := []struct {
		name  string
		value float64
	}{{"train", d.Train}, {"val", d.Val}, {"test", d.Test}}
	sum, bad := 0.0, false
	for _, s := range shares {
		if !(s.value >= 0 && s.value <= 1) { // NaN is caught too
			add(s.name, fmt.Sprintf("must be a share between 0 and 1, got %v", s.value), "0.8 is 80 %")
			bad = true
		}
		sum += s.value
	}
	switch {
	case bad:
	case d.Folds != 0 || d.Repeats != 0 || d.Fold != 0:
		d.checkFolds(add)
	case d.By == ByGiven && (sum != 0 || d.Order != "" || d.File != ""):
		add("by", "given leaves nothing to shares, order or file", "remove them, or divide by trial")
	case d.By == ByGiven:
	case d.File != "" && (sum != 0 || d.Order != ""):
		add("file", "a file leaves nothing to shares or order", "remove either")
	case d.File != "":
	case math.Abs(sum-1) > 1e-9:
		add("", fmt.Sprintf("shares must sum to 1, they sum to %.6g", sum), "for example train: 0.8, test: 0.2")
	case d.Train == 0:
		add("train", "must be above 0: there would be nothing to learn from", "")
	}
	d.checkDraw(add)
	return out
}

// Divide fills r.Split. Parts are counted in units (trials, or samples): of T
// units the first ⌊T·train⌋ train, those up to ⌊T·(train+val)⌋ validate, the
// rest tests. A part with a share but without a unit is an error.
func (d Division) Divide(r *Recording) error {
	if p := d.Check(); len(p) > 0 {
		return p[0]
	}
	if d.By == ByGiven {
		if r.Split == nil {
			return fmt.Errorf("the recording brings no split of its own: divide by trial or by sample")
		}
		r.Split = slices.Clone(r.Split)
		return d.thin(r)
	}
	units, word := r.units(d.By)
	switch {
	case d.File != "":
		if err := d.fromFile(r, units, word); err != nil {
			return err
		}
		return d.thin(r)
	case d.Folds > 0:
		return d.fold(r, units, word)
	}
	order, err := d.order(r, units)
	if err != nil {
		return err
	}
	train, val := d.bounds(len(units))
	counts := map[Split]int{Train: train, Val: val - train, Test: len(units) - val}
	for split, share := range map[Split]float64{Train: d.Train, Val: d.Val, Test: d.Test} {
		if share > 0 && counts[split] == 0 {
			hint := ""
			if word == "trials" && r.Len() > len(units) {
				hint = ", or divide by sample"
			}
			return fmt.Errorf("%d %s give train %d, val %d, test %d: the %s part is empty; change the shares%s",
				len(units), word, counts[Train], counts[Val], counts[Test], split, hint)
		}
	}
	parts := make([]Split, len(units))
	for k, u := range order {
		switch {
		case k < train:
			parts[u] = Train
		case k < val:
			parts[u] = Val
		default:
			parts[u] = Test
		}
	}
	r.assign(units, parts)
	r.leaveGaps(d.Gap)
	return d.thin(r)
}

// assign puts the samples of every unit into its part.
func (r *Recording) assign(units []unit, parts []Split) {
	r.Split = make([]Split, r.Len())
	for k, u := range units {
		for i := u.from; i < u.to; i++ {
			r.Split[i] = parts[k]
		}
	}
}

// bounds returns ⌊T·train⌋ and ⌊T·(train+val)⌋. The sum 0.7 + 0.1 is
// 0.7999... in binary, and 10 times it must still be 8: products within 1e-9 of
// a whole number are taken for it.
func (d Division) bounds(T int) (train, val int) {
	floor := func(share float64) int { return min(T, int(math.Floor(float64(T)*share+1e-9))) }
	train, val = floor(d.Train), floor(d.Train+d.Val)
	if d.Test == 0 {
		val = T
	}
	if d.Val == 0 {
		val = train
		if d.Test == 0 {
			train, val = T, T
		}
	}
	return train, val
}

// unit is what is never torn apart: samples from .. to-1.
type unit struct {
	id       int32
	from, to int
}

func (r *Recording) units(by string) (units []unit, word string) {
	for i, trial := range r.Trial {
		switch {
		case by == BySample:
			units = append(units, unit{int32(i), i, i + 1})
		case i > 0 && trial == r.Trial[i-1]:
			units[len(units)-1].to = i + 1
		default:
			units = append(units, unit{trial, i, i + 1})
		}
	}
	if by == BySample {
		return units, "samples"
	}
	return units, "trials"
}
