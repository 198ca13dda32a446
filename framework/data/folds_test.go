package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// labelled is a recording of n trials of one to three samples, with uneven classes.
func labelled(n, classes int, seed uint64) *Recording {
	r := trials(n)
	rng := Rand(seed, "labels")
	t := Target{Name: "direction", Classes: classes, Labels: []int32{}}
	var label int32
	for i := range r.Trial {
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			label = int32(min(rng.IntN(classes), rng.IntN(classes)))
		}
		t.Labels = append(t.Labels, label)
	}
	r.Targets = []Target{t}
	return r
}

// byTrial is the part and the label of every trial.
func byTrial(r *Recording) (parts []Split, labels []int32) {
	for i := range r.Trial {
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			parts, labels = append(parts, r.Split[i]), append(labels, r.Targets[0].Labels[i])
		}
	}
	return parts, labels
}

// Every trial tests once in each repeat and is whole; folds differ by one trial at most,
// in all and, stratified, in every class; the validation part is of its size.
func TestFoldLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, folds := rapid.IntRange(12, 90).Draw(t, "trials"), rapid.IntRange(2, 6).Draw(t, "folds")
		d := Division{Folds: folds, Repeats: rapid.IntRange(1, 3).Draw(t, "repeats"), Seed: rapid.Uint64Range(0, 9).Draw(t, "seed"),
			Stratify: rapid.SampledFrom([]string{"", "direction"}).Draw(t, "stratify"), Val: rapid.SampledFrom([]float64{0, 0.2}).Draw(t, "val")}
		if p := d.Check(); len(p) > 0 {
			t.Fatal(p)
		}
		const classes = 4
		base := labelled(n, classes, 1)
		tested := map[int]int{}           // repeat and trial to how often
		sizes := map[int]map[[2]int]int{} // repeat, to fold and class
		for k, f := range d.EachFold() {
			d.Fold = k + 1
			r := *base
			if err := d.Divide(&r); err != nil {
				t.Fatal(err)
			}
			for i := range r.Trial {
				if i > 0 && r.Trial[i] == r.Trial[i-1] && r.Split[i] != r.Split[i-1] {
					t.Fatalf("trial %d is torn", r.Trial[i])
				}
			}
			parts, labels := byTrial(&r)
			val := 0
			for trial, part := range parts {
				switch part {
				case Test:
					tested[f.Repeat*1000+trial]++
					if sizes[f.Repeat] == nil {
						sizes[f.Repeat] = map[[2]int]int{}
					}
					sizes[f.Repeat][[2]int{f.Index, int(labels[trial])}]++
				case Val:
					val++
				case "":
					t.Fatalf("trial %d is in no part", trial)
				}
			}
			if want := int(float64(n)*d.Val + 1e-9); val != want {
				t.Fatalf("%d trials validate, want %d", val, want)
			}
		}
		if len(tested) != n*d.Repeats {
			t.Fatalf("%d trials test, want %d", len(tested), n*d.Repeats)
		}
		for k, times := range tested {
			if times != 1 {
				t.Fatalf("trial %d of repeat %d tests %d times", k%1000, k/1000, times)
			}
		}
		for _, count := range sizes {
			within(t, folds, func(fold int) (sum int) {
				for c := range classes {
					sum += count[[2]int{fold, c}]
				}
				return sum
			})
			for c := range classes {
				if d.Stratify != "" {
					within(t, folds, func(fold int) int { return count[[2]int{fold, c}] })
				}
			}
		}
	})
}

func within(t *rapid.T, folds int, count func(int) int) {
	least, most := count(0), count(0)
	for f := range folds {
		least, most = min(least, count(f)), max(most, count(f))
	}
	if most-least > 1 {
		t.Fatalf("folds have between %d and %d", least, most)
	}
}

// Repeats deal anew, a trial's own seed too; equal seeds deal alike.
func TestFoldsFollowTheSeed(t *testing.T) {
	split := func(d Division) string {
		r := labelled(40, 4, 1)
		if err := d.Divide(r); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Split)
	}
	first := split(Division{Folds: 5, Repeats: 2, Fold: 1})
	if first != split(Division{Folds: 5, Fold: 1}) {
		t.Error("the first repeat depends on how many there are")
	}
	for name, other := range map[string]Division{
		"repeat": {Folds: 5, Repeats: 2, Fold: 6}, "seed": {Folds: 5, Fold: 1, Seed: 1}, "fold": {Folds: 5, Fold: 2},
	} {
		if first == split(other) {
			t.Errorf("another %s gives the same division", name)
		}
	}
}

// Stratified shares: every part has each class in its share, within one trial.
func TestStratifiedShares(t *testing.T) {
	for seed := range uint64(20) {
		r := labelled(97, 5, seed)
		d := Division{Train: 0.6, Val: 0.2, Test: 0.2, Order: "random", Seed: seed, Stratify: "direction"}
		if err := d.Divide(r); err != nil {
			t.Fatal(err)
		}
		parts, labels := byTrial(r)
		var of [5]map[Split]int
		var total [5]int
		for i, part := range parts {
			if of[labels[i]] == nil {
				of[labels[i]] = map[Split]int{}
			}
			of[labels[i]][part]++
			total[labels[i]]++
		}
		for class, counts := range of {
			for part, share := range map[Split]float64{Train: d.Train, Val: d.Val, Test: d.Test} {
				if diff := float64(counts[part]) - share*float64(total[class]); diff <= -1.5 || diff >= 1.5 {
					t.Errorf("seed %d: %d of %d trials of class %d are in %s", seed, counts[part], total[class], class, part)
				}
			}
		}
	}
}

// No two samples of different parts are nearer than the gap.
func TestGap(t *testing.T) {
	for _, d := range []Division{
		{By: BySample, Train: 0.6, Val: 0.2, Test: 0.2, Gap: 7},
		{By: BySample, Folds: 4, Fold: 2, Gap: 7},
		{By: BySample, Folds: 4, Fold: 4, Val: 0.1, Gap: 7},
	} {
		r := &Recording{Samples: NewArray(200, 1), Trial: make([]int32, 200)}
		if err := d.Divide(r); err != nil {
			t.Fatal(err)
		}
		for i, a := range r.Split {
			for j := i + 1; j < min(len(r.Split), i+8); j++ {
				if b := r.Split[j]; a != "" && b != "" && a != b {
					t.Fatalf("%+v: sample %d is in %s, %d in %s", d, i, a, j, b)
				}
			}
		}
		if n := r.On(Test).Len(); n < 40 {
			t.Errorf("%+v: the gap left %d samples to test", d, n)
		}
	}
}

// A larger share trains on all that a smaller one trains on, and tests on the same.
func TestPartsAreNested(t *testing.T) {
	var before []Split
	for _, part := range []float64{0.1, 0.25, 0.5, 1} {
		r := labelled(80, 4, 1)
		d := Division{Train: 0.8, Test: 0.2, Part: part, Stratify: "direction", Order: "random"}
		if err := d.Divide(r); err != nil {
			t.Fatal(err)
		}
		if got, want := parts(r)[0], int(64*part); got != want {
			t.Errorf("part %v trains on %d trials, want %d", part, got, want)
		}
		for i := range before {
			if before[i] != "" && r.Split[i] != before[i] {
				t.Fatalf("part %v: sample %d was in %s, is in %q", part, i, before[i], r.Split[i])
			}
		}
		before = slices.Clone(r.Split)
	}
}

func TestFoldsCheck(t *testing.T) {
	for _, c := range []struct {
		d          Division
		path, fact string
	}{
		{Division{Folds: 1}, "folds", "at least 2"},
		{Division{Folds: 5, Train: 0.8}, "folds", "tests once"},
		{Division{Folds: 5, Val: 0.8}, "val", "nothing to train"},
		{Division{Folds: 5, Fold: 6}, "fold", "between 1 and 5"},
		{Division{Repeats: 2, Train: 1}, "folds", "at least 2"},
		{Division{Folds: 5, Repeats: 2, Order: "recorded"}, "repeats", "the same"},
		{Division{Folds: 5, File: "x"}, "folds", "given"},
		{Division{Folds: 5000, Repeats: 5000}, "folds", "more than"},
		{Division{Folds: 5, Seed: 1, PerTrial: true}, "seed", "contradicts"},
		{Division{Train: 0.5, Test: 0.5, PerTrial: true}, "seed", "no effect"},
		{Division{Train: 0.5, Test: 0.5, Stratify: "x"}, "stratify", "order: random"},
		{Division{Train: 0.5, Test: 0.5, Gap: 3}, "gap", "by: sample"},
		{Division{Train: 0.5, Test: 0.5, Part: 1.5}, "part", "between 0 and 1"},
	} {
		p := c.d.Check()
		if len(p) == 0 || p[0].Path != c.path || !strings.Contains(p[0].Fact, c.fact) {
			t.Errorf("%+v: got %+v, want %s: %s", c.d, p, c.path, c.fact)
		}
	}
	r := trials(3)
	if err := (Division{Folds: 5, Fold: 1}).Divide(r); err == nil || !strings.Contains(err.Error(), "3 trials cannot make 5 folds") {
		t.Errorf("got %v", err)
	}
	if err := (Division{Folds: 2}).Divide(r); err == nil || !strings.Contains(err.Error(), "none of the 2 folds is chosen") {
		t.Errorf("got %v", err)
	}
}
