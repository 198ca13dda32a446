package source

import (
	"math"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/google/go-cmp/cmp"
)

func TestCheckFindsEveryMistake(t *testing.T) {
	one := func(r Recording) Dataset { return Dataset{Recording: r} }
	half := &data.Division{Train: 0.5, Test: 0.5}
	for _, c := range []struct {
		d                Dataset
		path, fact, hint string
	}{
		{Dataset{}, "source", "is missing", "catalogue/NAME"},
		{one(Recording{Source: "catalogue/chewie-one"}), "source", `no dataset "chewie-one"`, `did you mean "chewie-1"?`},
		{one(Recording{Source: "generate/lowrank-gaussian"}), "source", "no generator", `did you mean "low-rank-gaussians"?`},
		{one(Recording{Source: "chewie-1"}), "source", "is no .npz", `did you mean "catalogue/chewie-1"?`},
		{one(Recording{Source: "catalogue/golub-bci", Keep: map[string]Labels{"period": {"2"}}}), "keep.period", "2 is no label", "before, after"},
		{one(Recording{Source: "x.csv", Read: &Columns{Samples: []string{"a"}, Axes: []string{"units", "time"}}}), "read.axes", "rows of a .csv file", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Axes: []string{"units"}}}), "read.axes", "must name time and units", "[trials, time, units]"},
		{one(Recording{Source: "x.npz", Read: &Columns{Axes: []string{"time", "neurons"}}}), "read.axes", `"neurons" is none of`, ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Scale: "hertz"}}), "read.scale", "must be counts or rates", ""},
		{one(Recording{Source: "x.mat", Read: &Columns{NaN: "zero"}}), "read.nan", "must be refuse or drop or fill", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Classes: []Class{{Target: "a", Column: "b"}}, Angles: map[string]Angles{"b": {Unit: "degrees"}}}}), "read.angles.b", "no class target", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Angles: map[string]Angles{"b": {}}}}), "read.angles.b", "says nothing", "degrees"},
		{one(Recording{Source: "x.npz", Read: &Columns{Angles: map[string]Angles{"b": {Unit: "turns"}}}}), "read.angles.b", "must be degrees or radians", ""},
		{one(Recording{Source: "generate/low-rank-gaussians", Params: map[string]any{"nn": 3}}), "params.nn", `no setting "nn"`, `did you mean "n"?`},
		{one(Recording{Source: "generate/low-rank-gaussians", Params: map[string]any{"n": 0.5}}), "params.n", "whole number", "n takes a whole number of at least 2"},
		{one(Recording{Source: "generate/low-rank-gaussians", Params: map[string]any{"spacing": "equal", "dim": 3}}), "params.ambient", "= 7", ""},
		{one(Recording{Source: "generate/low-rank-gaussians", Seed: 2, PerTrial: true}), "seed", "contradicts", "remove either"},
		{one(Recording{Source: "generate/low-rank-gaussians", SHA256: strings.Repeat("a", 64)}), "sha256", "only files", ""},
		{one(Recording{Source: "generate/low-rank-gaussians", Keep: map[string]Labels{"direction": {"1"}}}), "keep.direction", `no class target "direction"`, "cluster"},
		{one(Recording{Source: "generate/low-rank-gaussians", MinSpeed: 5}), "min_speed", "no target velocity", ""},
		{one(Recording{Source: "generate/low-rank-gaussians", Split: &data.Division{By: "given"}}), "split.by", "no split of its own", ""},
		{one(Recording{Source: "catalogue/chewie-1", Params: map[string]any{"n": 3}}), "params", "only generators", ""},
		{one(Recording{Source: "catalogue/chewie-1", Seed: 2}), "seed", "only generators", "split.seed"},
		{one(Recording{Source: "catalogue/chewie-1", PerTrial: true}), "per_trial", "only a generator", ""},
		{one(Recording{Source: "catalogue/chewie-1", Read: &Columns{}}), "read", "only files", ""},
		{one(Recording{Source: "catalogue/chewie-1", Keep: map[string]Labels{"direction": {"8"}}}), "keep.direction", "8 is no label", ""},
		{one(Recording{Source: "catalogue/chewie-1", Keep: map[string]Labels{"direction": {}}}), "keep.direction", "keeps nothing", ""},
		{one(Recording{Source: "catalogue/chewie-1", Keep: map[string]Labels{"velocity": {"1"}}}), "keep.velocity", "no class target", "direction"},
		{one(Recording{Source: "catalogue/chewie-1", MinSpeed: math.NaN()}), "min_speed", "at least 0", ""},
		{one(Recording{Source: "catalogue/chewie-1", Split: &data.Division{Train: 0.8, Test: 0.1}}), "split", "sum to 0.9", "train: 0.8"},
		{one(Recording{Source: "catalogue/chewie-1", Split: &data.Division{Train: 2}}), "split.train", "between 0 and 1", ""},
		{one(Recording{Source: "x.csv"}), "read.samples", "is missing", "unit*"},
		{one(Recording{Source: "x.csv", Read: &Columns{Samples: []string{"["}}}), "read.samples", "no pattern", ""},
		{one(Recording{Source: "x.npz", SHA256: "abc"}), "sha256", "64 hexadecimal", "sha256sum"},
		{one(Recording{Source: "x.npz", Read: &Columns{Samples: []string{"a", "b"}}}), "read.samples", "one array", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Classes: []Class{{Target: "a", Column: "a"}}, Continuous: map[string][]string{"a": {"b"}}}}), "read.classes", "twice", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{Continuous: map[string][]string{"a": {}}}}), "read.continuous.a", "names 0", ""},
		{one(Recording{Source: "x.npy", Read: &Columns{Trial: "t"}}), "read.samples", "nothing else", ""},
		{one(Recording{Source: "x.npz", Read: &Columns{BinSeconds: -1}}), "read.bin_seconds", "duration", ""},
		{Dataset{Recording: Recording{Source: "x.npz"}, Roles: map[string]Recording{"main": {Source: "x.npz"}}}, "source", "not both", ""},
		{Dataset{Recording: Recording{Split: half}, Roles: map[string]Recording{"main": {Source: "x.npz"}}}, "roles", "nothing else", "each role"},
		{Dataset{Roles: map[string]Recording{"a/b": {Source: "x.npz"}}}, "roles.a/b", "letters", ""},
		{Dataset{Roles: map[string]Recording{"source": {Source: "generate/low-rank-gaussians"}}}, "roles.source.source", "source and target itself", "whole dataset"},
		{Dataset{Roles: map[string]Recording{"source": {Source: "catalogue/chewie-1", Split: &data.Division{Train: -1, Test: 1}}}}, "roles.source.split.train", "between 0 and 1", ""},
	} {
		problems := c.d.Check()
		if len(problems) != 1 {
			t.Errorf("%s %s: %d problems, want 1: %v", c.path, c.fact, len(problems), problems)
			continue
		}
		p := problems[0]
		if p.Path != c.path || !strings.Contains(p.Fact, c.fact) || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("got  %q: %q (%q)\nwant %q: %q (%q)", p.Path, p.Fact, p.Hint, c.path, c.fact, c.hint)
		}
	}
}

func TestCheckReportsAllAtOnce(t *testing.T) {
	d := Dataset{Roles: map[string]Recording{
		"a": {Source: "catalogue/nothing", Seed: 3},
		"b": {Source: "generate/low-rank-gaussians", Params: map[string]any{"x": 1, "n": -1}},
	}}
	var paths []string
	for _, p := range d.Check() {
		paths = append(paths, p.Path)
	}
	if diff := cmp.Diff([]string{"roles.a.source", "roles.a.seed", "roles.b.params.n", "roles.b.params.x", "roles.b.source"}, paths); diff != "" {
		t.Error(diff)
	}
}

func TestGoodRecipesPass(t *testing.T) {
	for _, d := range []Dataset{
		{Recording: Recording{Source: "catalogue/mnist", Split: &data.Division{By: "given"}}},
		{Recording: Recording{Source: "catalogue/chewie-1", MinSpeed: 5, Keep: map[string]Labels{"direction": {"0", "7"}}}},
		{Recording: Recording{Source: "generate/low-rank-gaussians", PerTrial: true}},
		{Recording: Recording{Source: "dir/MINE.NPZ", Keep: map[string]Labels{"anything": {"99"}}, MinSpeed: 1}},
		{Roles: map[string]Recording{"pretrain": {Source: "a.npy"}, "main": {Source: "b.csv", Read: &Columns{Samples: []string{"u*"}}}}},
	} {
		if p := d.Check(); len(p) > 0 {
			t.Errorf("%+v: %v", d, p)
		}
	}
}

func TestRolesAndTargetsAreKnownWithoutReading(t *testing.T) {
	gaussians := Dataset{Recording: Recording{Source: "generate/low-rank-gaussians"}}
	if d := cmp.Diff([]string{"source", "target"}, gaussians.RoleNames()); d != "" {
		t.Error(d)
	}
	if targets, known := gaussians.Targets("source"); !known || targets[1].Name != "truth" {
		t.Errorf("%v, %v", targets, known)
	}
	if _, known := gaussians.Targets("main"); known {
		t.Error("targets of a role that is not there are known")
	}
	two := Dataset{Roles: map[string]Recording{"target": {Source: "x.npz"}, "source": {Source: "catalogue/chewie-1"}}}
	if d := cmp.Diff([]string{"source", "target"}, two.RoleNames()); d != "" {
		t.Error(d)
	}
	if targets, known := two.Targets("source"); !known || targets[0].Name != "direction" {
		t.Errorf("%v, %v", targets, known)
	}
	if _, known := two.Targets("target"); known {
		t.Error("targets of a file are known before it is read")
	}
	if d := cmp.Diff([]string{"main"}, (Dataset{Recording: Recording{Source: "x.csv"}}).RoleNames()); d != "" {
		t.Error(d)
	}
}
