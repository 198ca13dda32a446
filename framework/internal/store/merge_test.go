package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

var (
	knn   = probe.Spec{Name: "knn", Kind: "knn", Target: "direction", Settings: map[string]any{"k": 5.0}}
	ridge = probe.Spec{Name: "ridge", Kind: "ridge", Target: "velocity", Settings: map[string]any{"min_speed": 5.0}}
)

// scored is a toy whose embedding has the digest of a letter, with some probes.
func scored(letter string, probes ...probe.Spec) trial.Record {
	rec := toy(1)
	rec.Embeddings = map[string]trial.Embedding{"test": {Shape: []int{10, 2}, SHA256: strings.Repeat(letter, 64)}}
	rec.Spec.Probes = probes
	for i, p := range probes {
		for _, split := range []string{"train", "test"} {
			rec.Metrics = append(rec.Metrics, metric.Value{Name: trial.MetricOf(p.Name, map[string]string{"knn": "accuracy", "ridge": "r2"}[p.Kind]), Split: split, Goal: metric.Max, Value: float64(len(p.Kind)) / 8})
		}
		if i == 0 {
			rec.Cases = []trial.Cases{{Split: "test", Sizes: []int{5, 5}, Values: map[string][]float64{rec.Metrics[len(rec.Metrics)-1].Name: {0.25, 0.5}}}}
		}
	}
	rec.Fit = rec.Spec.Fit().Key()
	rec.Key = rec.Fit
	return rec
}

func add(t *testing.T, s *Store, rec trial.Record) Imported {
	t.Helper()
	out, err := s.Import(context.Background(), each([]trial.Record{rec}))
	if err != nil || len(out.Bad) > 0 {
		t.Fatal(out.Bad, err)
	}
	return out
}

// A probe that is added later joins what was measured before; under another name it
// is the same measure.
func TestScoresJoinTheirFit(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	if out := add(t, s, scored("a", knn)); out.New != 1 {
		t.Fatalf("%+v", out)
	}
	wants := []Want{{scored("a").Fit, NewProbes([]probe.Spec{ridge, knn}, nil)}}
	before, err := s.Known(ctx, wants)
	if err != nil || !before[0].Trained || !slices.Equal(before[0].Missing, []int{0}) {
		t.Fatalf("%+v, %v", before, err)
	}
	later := scored("a", ridge)
	later.Measured = map[string]trial.Measured{"ridge": {Host: "0.2.0"}}
	if out := add(t, s, later); out.New != 1 || len(out.Differ) > 0 {
		t.Fatalf("%+v", out)
	}
	if out := add(t, s, scored("a", knn, ridge)); out.New != 0 || out.Here != 1 || len(out.Differ) > 0 {
		t.Errorf("once more: %+v", out)
	}
	known, err := s.Known(ctx, wants)
	if err != nil || !known[0].Finished() || known[0].Stamp == before[0].Stamp {
		t.Errorf("%+v, %v", known, err)
	}

	mine := knn
	mine.Name = "mine"
	want := scored("a", ridge, knn, mine) // two names for one measure
	want.Measured = map[string]trial.Measured{"ridge": {Host: "0.2.0"}}
	want.Cases = []trial.Cases{{Split: "test", Sizes: []int{5, 5}, Values: map[string][]float64{"probe/knn/accuracy": {0.25, 0.5}, "probe/mine/accuracy": {0.25, 0.5}}}, {Split: "test", Sizes: []int{5, 5}, Values: map[string][]float64{"probe/ridge/r2": {0.25, 0.5}}}}
	for _, q := range []Query{{}, {AnyOrder: true}} {
		q.With, q.Wants = Everything, []Want{{want.Fit, NewProbes(want.Spec.Probes, nil)}}
		n := 0
		err := s.Read(ctx, q, func(i int, got trial.Record) error {
			n++
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			return nil
		})
		if err != nil || n != 1 {
			t.Errorf("%d records, %v", n, err)
		}
	}
	if n := count(t, s.Dir); n != 1 {
		t.Errorf("%d rows", n)
	}
	// Two names in one record are kept once.
	both := open(t, t.TempDir())
	add(t, both, scored("a", knn, mine))
	if l, _ := layoutOf(scored("a", knn, mine)); len(l.Measures) != 1 || len(l.Values) != 3 {
		t.Errorf("%+v", l)
	}
	all, ok, err := both.Record(ctx, want.Fit)
	if err != nil || !ok || len(all.Metrics) != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}

// A fit that came out with other bits is no place for scores: both stand, each with
// its own, and a want is served by the one that has what it wants.
func TestOtherBitsStandApart(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	add(t, s, scored("a", knn))
	if out := add(t, s, scored("b", knn)); out.New != 0 || len(out.Differ) != 1 {
		t.Errorf("the same measures with other bits: %+v", out)
	}
	other := scored("b", ridge)
	if out := add(t, s, other); out.New != 1 {
		t.Errorf("%+v", out)
	}
	odd := scored("a", knn, ridge) // the same embedding, another number: nothing of it can be believed
	odd.Metrics[1].Value = 0.75
	if out := add(t, s, odd); len(out.Differ) == 0 && out.New == 0 {
		t.Errorf("%+v", out)
	}
	fit := other.Fit
	many := make([]Want, 3*chunk) // so many that they are read in the order of the store
	for i := range many {
		many[i] = Want{fit, NewProbes([]probe.Spec{ridge}, nil)}
	}
	for _, q := range []Query{{Wants: many[:1]}, {Wants: many, AnyOrder: true}} {
		q.With = Everything
		n := 0
		err := s.Read(ctx, q, func(i int, got trial.Record) error {
			n++
			if sha := got.Embeddings["test"].SHA256; sha[0] != 'b' || len(got.Metrics) != 3 {
				t.Errorf("ridge is read of %s: %v", sha, got.Metrics)
			}
			return nil
		})
		if err != nil || n != len(q.Wants) {
			t.Errorf("%d records of %d, %v", n, len(q.Wants), err)
		}
	}
	for _, w := range [][]Want{{{fit, NewProbes([]probe.Spec{knn}, nil)}}, many} {
		known, err := s.Known(ctx, w)
		if err != nil || !known[0].Finished() {
			t.Errorf("%+v, %v", known[0], err)
		}
	}
}

// An id of the first edition keeps standing for the probes that it stood for.
func TestOldIDsStandForTheirProbes(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	old := func(probes ...probe.Spec) trial.Record {
		rec := scored("a", probes...)
		rec.Key = rec.Spec.Key()
		rec.Cases = nil
		return rec
	}
	a, b := old(knn), old(ridge, knn)
	add(t, s, a)
	add(t, s, b)
	add(t, s, scored("a", probe.Spec{Name: "far", Kind: "knn", Target: "direction", Settings: map[string]any{"k": 50.0}}))
	for _, want := range []trial.Record{a, b} {
		got, ok, err := s.Record(ctx, want.Key)
		if d := cmp.Diff(want, got); d != "" || !ok || err != nil {
			t.Error(d, err)
		}
	}
	all, ok, err := s.Record(ctx, a.Fit)
	if err != nil || !ok || len(all.Spec.Probes) != 3 || len(all.Metrics) != 7 {
		t.Errorf("by the fit: %+v, %v", all, err)
	}
	records, err := s.Records(ctx)
	if err != nil || len(records) != 3 || len(records[a.Fit].Metrics) != 7 {
		t.Errorf("%d records, %v", len(records), err)
	}
	// A code that is adopted makes another fit; whatever the trial was called finds it.
	if n, err := s.Adopt(ctx, []string{a.Fit}, "sha256:c0de"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	spec := a.Spec
	spec.Code = "sha256:c0de"
	for _, id := range []string{a.Key, b.Key, a.Fit, spec.Fit().Key()} {
		if got, ok, err := s.Record(ctx, id); !ok || err != nil || got.Spec.Code != "sha256:c0de" {
			t.Errorf("%s: %+v, %v", id, got.Spec, err)
		}
	}
	if _, err := s.Adopt(ctx, []string{spec.Fit().Key()}, "sha256:0"); err == nil {
		t.Error("a trial of known code was adopted")
	}
	if n, err := s.Remove(ctx, []string{b.Key}); n != 1 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	if records, err := s.Records(ctx); len(records) != 0 || err != nil {
		t.Errorf("%v, %v", records, err)
	}
	if n, err := s.Remove(ctx, []string{b.Key}); n != 0 || err != nil {
		t.Errorf("%d removed again, %v", n, err)
	}
}
