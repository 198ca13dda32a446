package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/google/go-cmp/cmp"
)

func small(n int) Dataset {
	return Dataset{Recording: Recording{Source: "generate/low-rank-gaussians", Params: map[string]any{"n": n}}}
}

func mustBuild(t *testing.T, b *Builder, d Dataset, trialSeed uint64) string {
	t.Helper()
	digest, err := b.Build(context.Background(), d, trialSeed)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestSeedsOfGeneratedDatasets(t *testing.T) {
	b := newBuilder(t)
	fixed := mustBuild(t, b, small(5), 1)
	if again := mustBuild(t, b, small(5), 2); again != fixed {
		t.Error("a fixed dataset changed with the trial's seed")
	}
	one := small(5)
	one.Seed = 1
	if again := mustBuild(t, b, one, 2); again != fixed {
		t.Error("the default seed is not 1")
	}
	one.Seed = 2
	if again := mustBuild(t, b, one, 1); again == fixed {
		t.Error("another seed gave the same dataset")
	}
	redrawn := small(5)
	redrawn.PerTrial = true
	if !redrawn.Redrawn() || small(5).Redrawn() {
		t.Error("Redrawn is wrong")
	}
	if again := mustBuild(t, b, redrawn, 1); again != fixed {
		t.Error("drawn anew with seed 1 is not the dataset of seed 1")
	}
	if again := mustBuild(t, b, redrawn, 7); again == fixed {
		t.Error("drawn anew with seed 7 is the dataset of seed 1")
	}
}

// The memo spares the second build its work and never lies.
func TestMemo(t *testing.T) {
	b := newBuilder(t)
	path := filepath.Join(t.TempDir(), "mine.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	recipe := Dataset{Recording: Recording{Source: path, Read: &Columns{Samples: []string{"a"}}}}
	write("a,trial\n1,0\n2,1\n")
	first := mustBuild(t, b, recipe, 1)

	_, key, err := recipe.fingerprint(1)
	if err != nil {
		t.Fatal(err)
	}
	if made, ok := b.recall(key); !ok || made.Digest != first {
		t.Fatalf("after a build the memo says %+v, %v", made, ok)
	}
	// That the memo is asked: point it at another dataset.
	other := mustBuild(t, b, small(5), 1)
	if err := b.remember(key, Made{Digest: other}); err != nil {
		t.Fatal(err)
	}
	if got := mustBuild(t, b, recipe, 1); got != other {
		t.Error("the second build did not ask the memo")
	}
	if err := b.remember(key, Made{Digest: "nonsense"}); err != nil {
		t.Fatal(err)
	}
	if got := mustBuild(t, b, recipe, 1); got != first {
		t.Error("a nonsense memo was believed")
	}

	if err := os.RemoveAll(b.Cache.Dir(first)); err != nil {
		t.Fatal(err)
	}
	if got := mustBuild(t, b, recipe, 1); got != first || !b.Cache.Has(first) {
		t.Error("a deleted dataset was not rebuilt")
	}
	write("a,trial\n1,0\n3,1\n")
	if got := mustBuild(t, b, recipe, 1); got == first {
		t.Error("a changed file gave the old digest")
	}
	// The name of the file is not part of the contents.
	moved := filepath.Join(t.TempDir(), "yours.csv")
	write("a,trial\n1,0\n2,1\n")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	recipe.Source = moved
	if got := mustBuild(t, b, recipe, 1); got != first {
		t.Error("a renamed file gave another digest")
	}
	recipe.SHA256 = strings.Repeat("0", 64)
	if _, err := b.Build(context.Background(), recipe, 1); err == nil || !strings.Contains(err.Error(), "expected SHA-256 000") {
		t.Errorf("a wrong sha256 gave error %v", err)
	}
}

func TestMemoSeesTheSplitFile(t *testing.T) {
	b := newBuilder(t)
	split := filepath.Join(t.TempDir(), "split.json")
	recipe := small(5)
	recipe.Split = &data.Division{File: split}
	seen := map[string]bool{}
	for _, text := range []string{`{"train": [0, 1], "test": [2]}`, `{"train": [0], "test": [2]}`} {
		if err := os.WriteFile(split, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		seen[mustBuild(t, b, recipe, 1)] = true
	}
	if len(seen) != 2 {
		t.Error("a changed split file gave the old dataset")
	}
}

func TestBuildChoosesAndDivides(t *testing.T) {
	recipe := small(10)
	recipe.Keep = map[string]Labels{"cluster": {"1", "3"}}
	recipe.Split = &data.Division{Train: 0.5, Test: 0.5}
	d := build(t, newBuilder(t), recipe)
	if diff := cmp.Diff([]string{"source", "target"}, d.Roles()); diff != "" {
		t.Fatal(diff)
	}
	for role, r := range d.Recordings {
		s := r.Summarize()
		if diff := cmp.Diff([]int{0, 10, 0, 10, 0}, s.Targets[0].Counts); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
		if diff := cmp.Diff([]data.PartSummary{{Split: data.Train, Samples: 10, Trials: 10}, {Split: data.Test, Samples: 10, Trials: 10}}, s.Parts); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
	recipe.Keep = map[string]Labels{"cluster": {"0"}}
	recipe.Split = &data.Division{Train: 0.99, Test: 0.01}
	if _, err := newBuilder(t).Build(context.Background(), recipe, 1); err != nil {
		t.Errorf("⌊10·0.99⌋ = 9 leaves one for the test, got %v", err)
	}
	recipe.Split = &data.Division{Train: 0.05, Test: 0.95}
	if _, err := newBuilder(t).Build(context.Background(), recipe, 1); err == nil || !strings.Contains(err.Error(), "train part is empty") {
		t.Errorf("an empty part gave error %v", err)
	}
}

func TestBuildOfRoles(t *testing.T) {
	mirror(t)
	directions := map[string]Labels{"direction": {"3", "4", "5", "7"}}
	d := build(t, newBuilder(t), Dataset{Roles: map[string]Recording{
		"source": {Source: "catalogue/mihi-1-moving", Keep: directions, Split: &data.Division{Train: 0.8, Test: 0.2}},
		"target": {Source: "catalogue/chewie-1-moving", Keep: directions},
	}})
	for role, units := range map[string]int{"source": 187, "target": 174} {
		r := d.Recordings[role]
		counts := r.Summarize().Targets[0].Counts
		if r.Samples.Cols() != units || counts[0]+counts[1]+counts[2]+counts[6] != 0 || counts[3] == 0 {
			t.Errorf("%s: %d units, directions %v", role, r.Samples.Cols(), counts)
		}
	}
}

func TestGetAndDescribe(t *testing.T) {
	built, err := newBuilder(t).Get(context.Background(), small(5))
	if err != nil {
		t.Fatal(err)
	}
	if s := built.Recordings["source"]; s.Samples != 25 || s.Channels != 6 || s.Parts[0].Split != data.All {
		t.Errorf("%+v", s)
	}
	if n := len(List()); n != len(catalogue)+len(generators) {
		t.Errorf("the list has %d lines", n)
	}
	for _, name := range []string{"chewie-1", "catalogue/chewie-1"} {
		if d, err := Describe(name); err != nil || d.Entry == nil || d.Source != "catalogue/chewie-1" {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	if d, err := Describe("low-rank-gaussians"); err != nil || d.Generator == nil {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := Describe("chewie-11"); err == nil || !strings.Contains(err.(*Error).Hint, "chewie-1") {
		t.Errorf("error %#v", err)
	}
}

// What is known of a file once it has been read is all that a sweep is checked by.
func TestShapesOfWhatIsInTheCache(t *testing.T) {
	b := newBuilder(t)
	path := writeText(t, "mine.csv", "a,b,trial,cue,x\n1,2,0,left,.5\n3,4,0,left,.5\n5,6,1,right,1\n7,8,2,right,1\n")
	digest := mustBuild(t, b, Dataset{Recording: Recording{Source: path, Split: &data.Division{Train: 0.7, Test: 0.3},
		Read: &Columns{Samples: []string{"a", "b"}, Classes: []Class{{Target: "side", Column: "cue"}}, Continuous: map[string][]string{"x": {"x"}}}}}, 1)
	got, err := b.Shapes(digest)
	want := map[string]Shape{"main": {Samples: 4, Channels: 2, Trials: 3, Divided: true, Targets: []TargetInfo{{Name: "side", Class: true, Classes: 2}, {Name: "x", Dims: 1}},
		Parts: []data.PartSummary{{Split: data.Train, Samples: 3, Trials: 2}, {Split: data.Test, Samples: 1, Trials: 1}}}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(TargetInfo{})); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
}

func TestBuildStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newBuilder(t).Build(ctx, small(5), 1); err == nil {
		t.Error("a cancelled build went on")
	}
}
