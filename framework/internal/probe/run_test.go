package probe

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

func TestCompleteFillsAndChecks(t *testing.T) {
	s, err := Complete(Spec{Kind: "direction", Target: "direction", Settings: map[string]any{"inits": 5.0}})
	if err != nil {
		t.Fatal(err)
	}
	want := Spec{Name: "direction", Kind: "direction", Target: "direction",
		Settings: map[string]any{"profile": "swapvae", "inits": int64(5), "min_speed": 0.0}}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
	for _, c := range []struct {
		s    Spec
		want string
	}{
		{Spec{Kind: "rigde", Target: "v"}, `kind: there is no kind of probe "rigde"`},
		{Spec{Kind: "knn"}, "probe knn: no target is given"},
		{Spec{Kind: "knn", Target: "v", Settings: map[string]any{"kk": 3}}, `probe knn: there is no setting "kk"`},
		{Spec{Name: "a", Kind: "direction", Target: "v", Settings: map[string]any{"profile": "x"}}, "probe a: setting profile must be one of swapvae, myow1, myow2"},
	} {
		if _, err := Complete(c.s); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %s", c.s, err, c.want)
		}
	}
	_, err = Complete(Spec{Kind: "rigde"})
	if p, _ := errors.AsType[problem.Problem](err); p.Hint != `did you mean "ridge"?` {
		t.Errorf("hint %q", p.Hint)
	}
}

// What is reported has been declared, for every kind and either target.
func TestValuesAreDeclared(t *testing.T) {
	parts := Parts{data.All: ring(40, 1, data.Rand(1, "a"))}
	for _, k := range Kinds() {
		if _, ok := Schema(k, Newest(k)); !ok {
			t.Errorf("%s has no schema", k)
		}
		ran := 0
		for _, s := range []Spec{{Target: "direction"}, {Target: "velocity"}, {Target: "direction", Version: Newest(k)}, {Target: "velocity", Version: Newest(k)}} {
			s.Name, s.Kind = "x", k
			if s.Version != "" {
				s.Settings = map[string]any{"shuffled": 20}
				if k == "state" {
					s.Settings["passes"] = 1
				}
			}
			parts := parts
			if k == "ceiling" { // of trials that repeat
				s.Settings, parts = nil, Parts{data.All: tuned(1, 48, 6, 3, 1, 1)}
			}
			r, err := Run(context.Background(), s, parts, 1)
			if err != nil {
				continue
			}
			for _, v := range r.Values {
				ran++
				declared := false
				for _, m := range Metrics(s) {
					declared = declared || m.Name == v.Name && m.Goal == v.Goal
				}
				if !declared || v.Split != "all" || !strings.HasPrefix(v.Name, "probe/x/") {
					t.Errorf("%s reports %+v, and declares no such metric", k, v)
				}
			}
		}
		if ran == 0 {
			t.Errorf("%s runs on neither target", k)
		}
	}
}

// Speeds of a ring count up from 0: faster than 10 leaves out the first eleven.
func TestMinSpeedIsStrict(t *testing.T) {
	p, err := Parts{data.All: ring(40, 1, data.Rand(1, "a"))}.faster(10)
	if err != nil {
		t.Fatal(err)
	}
	part := p[data.All]
	v, _ := part.Recording.Target("velocity")
	if part.X.Rows() != 29 || part.Recording.Len() != 29 || v.Values.Row(0)[1] != 11 {
		t.Errorf("%d samples, first of speed %v, want 29 from 11", part.X.Rows(), v.Values.Row(0)[1])
	}
	// Run must use it: samples that cannot be told apart are all slow.
	whole := ring(40, 0, data.Rand(1, "a"))
	for i := range 8 {
		copy(whole.X.Row(i), []float32{0, 0, 50})
	}
	s := Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 1}}
	slow := mustRun(t, s, Parts{data.All: whole}, 1)
	s.Settings["min_speed"] = 7.5
	fast := mustRun(t, s, Parts{data.All: whole}, 1)
	if slow[0].Value == 1 || fast[0].Value != 1 {
		t.Errorf("accuracy %v of all samples and %v of the fast ones, want less than 1 and 1", slow[0].Value, fast[0].Value)
	}
}

// A probe of some columns is the probe of an embedding that has no others.
func TestColumns(t *testing.T) {
	narrow := ring(40, 1, data.Rand(1, "a"))
	d := narrow.X.Cols()
	wide := Part{X: data.NewArray(40, d+3), Recording: narrow.Recording}
	for i := range 40 {
		copy(wide.X.Row(i)[2:], narrow.X.Row(i))
		wide.X.Row(i)[0] = float32(i)
	}
	s := Spec{Kind: "ridge", Target: "velocity"}
	want := mustRun(t, s, Parts{data.All: narrow}, 1)
	s.Columns = []int{2, 2 + d}
	if got := mustRun(t, s, Parts{data.All: wide}, 1); got[0] != want[0] {
		t.Errorf("columns %v give %v, want %v", s.Columns, got, want)
	}
	for _, c := range [][]int{{0, d + 4}, {3, 3}, {-1, 2}, {1}, {0, 1, 2}} {
		s.Columns = c
		if _, err := Run(context.Background(), s, Parts{data.All: wide}, 1); err == nil {
			t.Errorf("columns %v of %d were read", c, d+3)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	good := func() Part { return ring(16, 1, data.Rand(1, "a")) }
	nan := good()
	nan.X.Row(2)[1] = float32(math.NaN())
	short := good()
	short.X = short.X.Take([]int{0, 1})
	narrow := good()
	narrow.X = data.NewArray(16, 2)
	still := good()
	clear(still.Recording.Targets[1].Values.Values)
	for _, c := range []struct {
		name  string
		s     Spec
		parts Parts
		want  string
	}{
		{"nothing to fit on", Spec{Kind: "ridge", Target: "velocity"}, Parts{data.Test: good()}, "neither a train part"},
		{"not finite", Spec{Kind: "ridge", Target: "velocity"}, Parts{data.All: nan}, "is NaN at sample 2, dimension 1"},
		{"rows", Spec{Kind: "ridge", Target: "velocity"}, Parts{data.All: short}, "2 rows for 16 samples"},
		{"dims", Spec{Kind: "ridge", Target: "velocity"}, Parts{data.Train: good(), data.Test: narrow}, "3 dimensions where the probe is fitted and 2 in the test part"},
		{"class for ridge", Spec{Kind: "ridge", Target: "direction"}, Parts{data.All: good()}, "is a class"},
		{"value for logistic", Spec{Kind: "logistic", Target: "velocity"}, Parts{data.All: good()}, "is continuous"},
		{"unknown target", Spec{Kind: "knn", Target: "colour"}, Parts{data.All: good()}, `no target "colour"`},
		{"k", Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 17}}, Parts{data.All: good()}, "k = 17 neighbours"},
		{"constant", Spec{Kind: "ridge", Target: "velocity"}, Parts{data.Train: good(), data.Test: still}, "r2 is undefined on the test part"},
		{"all slow", Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"min_speed": 15}}, Parts{data.All: good()}, "faster than min_speed 15"},
	} {
		if _, err := Run(context.Background(), c.s, c.parts, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, k := range Kinds() {
		for _, target := range []string{"direction", "velocity"} {
			parts := Parts{data.All: ring(16, 1, data.Rand(1, "a"))}
			if k == "ceiling" { // of trials that repeat
				parts = Parts{data.All: tuned(1, 48, 6, 3, 1, 1)}
			}
			_, err := Run(ctx, Spec{Kind: k, Target: target}, parts, 1)
			if right := k == "knn" || (k == "ridge" || k == "wiener") == (target == "velocity"); right && !errors.Is(err, context.Canceled) {
				t.Errorf("%s of %s: got %v, want context.Canceled", k, target, err)
			}
		}
	}
}

// A collapsed embedding is a result, not a failure: every read-out then says the
// same for all samples, and a single class is always right.
func TestCollapsedEmbedding(t *testing.T) {
	part := ring(40, 0, data.Rand(1, "a"))
	for i := range part.X.Values {
		part.X.Values[i] = 2.5
	}
	for _, c := range []struct {
		s    Spec
		want float64
	}{
		{Spec{Kind: "direction", Target: "direction"}, 1. / 8},
		{Spec{Kind: "logistic", Target: "direction"}, 1. / 8},
		{Spec{Kind: "knn", Target: "direction"}, 1. / 8},
		{Spec{Kind: "ridge", Target: "velocity"}, 0},
	} {
		if v := mustRun(t, c.s, Parts{data.All: part}, 1); !near(v[0].Value, c.want, 1e-12) {
			t.Errorf("%s: %v, want %v", c.s.Kind, v[0].Value, c.want)
		}
	}
	clear(part.Recording.Targets[0].Labels)
	if v := mustRun(t, Spec{Kind: "logistic", Target: "direction"}, Parts{data.All: part}, 1); v[0].Value != 1 {
		t.Errorf("logistic of one class: %v, want 1", v[0].Value)
	}
}

// Inputs of very unequal size, far from zero, must not keep the fit from converging.
func TestLogisticConvergesInAnyUnit(t *testing.T) {
	part := ring(400, 1, data.Rand(1, "a"))
	s := Spec{Kind: "logistic", Target: "direction", Settings: map[string]any{"l2": 1e-6}}
	want := mustRun(t, s, Parts{data.All: part}, 1)[0].Value
	for i := range 400 {
		row := part.X.Row(i)
		row[0], row[1], row[2] = row[0]*1024+65536, row[1]/1024, row[2]*32
	}
	if got := mustRun(t, s, Parts{data.All: part}, 1)[0].Value; !near(got, want, 0.005) {
		t.Errorf("accuracy %v, want %v as in other units", got, want)
	}
}
