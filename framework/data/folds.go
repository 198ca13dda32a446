package data

import (
	"fmt"
	"slices"
)

// maxFolds bounds folds x repeats: each of them is a training.
const maxFolds = 10_000

// A Fold is one of the divisions of a cross-validation; both counts begin at 0.
type Fold struct{ Repeat, Index int }

// EachFold lists the divisions that d stands for, in the order of Division.Fold;
// nil where it is a single one.
func (d Division) EachFold() []Fold {
	var out []Fold
	for repeat := range max(1, d.Repeats) {
		for i := range d.Folds {
			out = append(out, Fold{repeat, i})
		}
	}
	return out
}

func (d Division) checkFolds(add func(path, fact, hint string)) {
	total := d.Folds * max(1, d.Repeats)
	switch {
	case d.Folds < 2:
		add("folds", fmt.Sprintf("must be at least 2, got %d", d.Folds), "folds: 5")
	case d.Repeats < 0:
		add("repeats", fmt.Sprintf("must be at least 1, got %d", d.Repeats), "")
	case d.Folds > maxFolds || d.Repeats > maxFolds || total > maxFolds:
		add("folds", fmt.Sprintf("folds and repeats make more than %d trainings", maxFolds), "")
	case d.Fold < 0 || d.Fold > total:
		add("fold", fmt.Sprintf("must be between 1 and %d, got %d", total, d.Fold), "")
	}
	if d.By == ByGiven || d.File != "" {
		add("folds", "a division that is given leaves nothing to folds", "divide by trial or by sample")
	}
	if d.Train != 0 || d.Test != 0 {
		add("folds", "each fold tests once and the others train: beside folds only val takes a share", "remove train and test")
	}
	if d.Folds >= 2 && d.Val >= 1-1/float64(d.Folds) {
		add("val", "leaves nothing to train on", "")
	}
	if d.Repeats > 1 && d.Order == "recorded" {
		add("repeats", "in recorded order every repeat is the same", "remove order, or repeats")
	}
	if d.Repeats > 1 && d.PerTrial {
		add("repeats", "seed: trial deals the folds anew with every trial already", "remove either")
	}
}

// drawn reports whether chance has a part in the division. Folds of trials are dealt
// at random where nothing is said; those of samples lie as recorded, since samples
// that are neighbours are no two cases.
func (d Division) drawn() bool {
	if d.Folds > 0 && d.Order == "" {
		return d.By != BySample
	}
	return d.Order == "random"
}

func (d Division) checkDraw(add func(path, fact, hint string)) {
	switch {
	case d.Seed != 0 && d.PerTrial:
		add("seed", "a fixed seed contradicts drawing anew with every trial", "remove either")
	case (d.Seed != 0 || d.PerTrial) && !d.drawn() && d.Part == 0:
		add("seed", "has no effect without order: random", "add order: random, or remove the seed")
	case d.Stratify != "" && (d.By == ByGiven || d.File != ""):
		add("stratify", "a division that is given leaves nothing to stratify", "")
	case d.Stratify != "" && !d.drawn() && d.Part == 0:
		add("stratify", "needs order: random: as recorded the labels lie where they lie", "add order: random, or remove stratify")
	}
	switch {
	case d.Gap < 0:
		add("gap", fmt.Sprintf("must be a number of samples, got %d", d.Gap), "")
	case d.Gap > 0 && (d.By != BySample || d.drawn()):
		add("gap", "is for samples in recorded order (by: sample)", "whole trials need none: a behavioural trial is never in two parts")
	}
	if !(d.Part >= 0 && d.Part <= 1) {
		add("part", fmt.Sprintf("must be a share between 0 and 1, got %v", d.Part), "0.1 trains on a tenth of the train part")
	}
}

// fold makes division d.Fold. Each class is dealt by itself, the next one going on
// where the last one stopped: folds differ by one unit at most, in all and in every
// class. The validation part is the same share of every class of what does not test.
func (d Division) fold(r *Recording, units []unit, word string) error {
	if d.Fold == 0 {
		return fmt.Errorf("none of the %d folds is chosen: give fold", len(d.EachFold()))
	}
	if len(units) < d.Folds {
		return fmt.Errorf("%d %s cannot make %d folds", len(units), word, d.Folds)
	}
	f := d.EachFold()[d.Fold-1]
	at := make([]int, len(units)) // fold of each unit
	if !d.drawn() {
		for k := range units {
			at[k] = k * d.Folds / len(units)
		}
	} else {
		classes, err := d.classes(r, units)
		if err != nil {
			return err
		}
		rng, n := Rand(d.Seed, fmt.Sprint("folds ", f.Repeat)), 0
		for _, class := range classes {
			rng.Shuffle(len(class), func(i, j int) { class[i], class[j] = class[j], class[i] })
			for _, k := range class {
				at[k] = n % d.Folds
				n++
			}
		}
	}
	var rest []unit
	var places []int
	parts := make([]Split, len(units))
	for k := range units {
		if parts[k] = Test; at[k] != f.Index {
			parts[k] = Train
			rest, places = append(rest, units[k]), append(places, k)
		}
	}
	if d.Val > 0 {
		inner := d
		inner.Seed += uint64(d.Fold) << 32 // of this fold alone
		order, err := inner.order(r, rest)
		if err != nil {
			return err
		}
		val, _ := Division{Train: d.Val, Test: 1 - d.Val}.bounds(len(units))
		if val == 0 || val >= len(rest) {
			return fmt.Errorf("%d %s and %d folds give val %d of %d: change its share", len(units), word, d.Folds, val, len(rest))
		}
		for _, k := range order[len(order)-val:] {
			parts[places[k]] = Val
		}
	}
	r.assign(units, parts)
	r.leaveGaps(d.Gap)
	return d.thin(r)
}

// order is the order in which units are given to train, val and test. Stratified, unit
// i of n in a class stands at (i + u)/n with one u per class, so that every stretch
// of the order has each class in its share.
func (d Division) order(r *Recording, units []unit) ([]int, error) {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	if !d.drawn() {
		return order, nil
	}
	rng := Rand(d.Seed, "division")
	if d.Stratify == "" {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return order, nil
	}
	classes, err := d.classes(r, units)
	if err != nil {
		return nil, err
	}
	place := make([]float64, len(units))
	for _, class := range classes {
		rng.Shuffle(len(class), func(i, j int) { class[i], class[j] = class[j], class[i] })
		u := rng.Float64()
		for i, k := range class {
			place[k] = (float64(i) + u) / float64(len(class))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case place[a] < place[b]:
			return -1
		case place[a] > place[b]:
			return 1
		}
		return 0
	})
	return order, nil
}

// classes sorts units by the label that stratifies them; without one there is one
// class. A unit of several labels counts for the one that most of its samples have.
func (d Division) classes(r *Recording, units []unit) ([][]int, error) {
	if d.Stratify == "" {
		all := make([]int, len(units))
		for k := range all {
			all[k] = k
		}
		return [][]int{all}, nil
	}
	t, err := r.ClassTarget(d.Stratify)
	if err != nil {
		return nil, fmt.Errorf("stratify: %w", err)
	}
	out := make([][]int, t.Classes)
	counts := make([]int, t.Classes)
	for k, u := range units {
		clear(counts)
		most := t.Labels[u.from]
		for _, label := range t.Labels[u.from:u.to] {
			counts[label]++
			if counts[label] > counts[most] || counts[label] == counts[most] && label < most {
				most = label
			}
		}
		out[most] = append(out[most], k)
	}
	return slices.DeleteFunc(out, func(class []int) bool { return len(class) == 0 }), nil
}

// leaveGaps takes the n samples before or behind every border between two parts out
// of the part that is tested less: train before val before test.
func (r *Recording) leaveGaps(n int) {
	if n == 0 {
		return
	}
	rank := map[Split]int{Train: 1, Val: 2, Test: 3}
	was := slices.Clone(r.Split)
	for i := 1; i < len(was); i++ {
		a, b := was[i-1], was[i]
		switch {
		case rank[a] < rank[b]:
			clear(r.Split[max(0, i-n):i])
		case rank[a] > rank[b]:
			clear(r.Split[i:min(len(was), i+n)])
		}
	}
}

// thin leaves the first share d.Part of the train part, in an order that does not
// depend on it: what a smaller share trains on, a larger one trains on, too.
func (d Division) thin(r *Recording) error {
	if d.Part == 0 || d.Part == 1 {
		return nil
	}
	all, word := r.units(d.By)
	units := slices.DeleteFunc(all, func(u unit) bool { return r.Split[u.from] != Train })
	d.Order = "random"
	if d.By == BySample {
		d.Order = "recorded"
	}
	order, err := d.order(r, units)
	if err != nil {
		return err
	}
	n, _ := Division{Train: d.Part, Test: 1 - d.Part}.bounds(len(units))
	if n == 0 {
		return fmt.Errorf("part %v of %d %s to train on is none", d.Part, len(units), word)
	}
	for _, k := range order[n:] {
		clear(r.Split[units[k].from:units[k].to])
	}
	return nil
}
