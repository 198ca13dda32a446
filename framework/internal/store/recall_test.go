package store

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Whoever asks about a few trials again and again is told the same as at first, and
// what is written in between.
func TestManySmallQuestions(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	benchStore(t, dir, 120, false)
	s := open(t, dir)
	bad := toy(3)
	bad.Status, bad.Metrics, bad.Failure = trial.Failed, nil, &failure.Failure{Kind: failure.Crash}
	run(t, s, bad, "")
	add(t, s, scored("a", knn))
	add(t, s, scored("b", ridge)) // a twin
	probes := NewProbes(benchProbes, nil)
	twin := NewProbes(append(benchProbes[:0:0], ridge), nil)
	wants := []Want{{benchRecord(0).Fit, probes}, {benchRecord(7).Fit, probes}, {bad.Fit, nil}, {toy(5).Fit, nil}, {scored("b").Fit, twin}, {"no key", nil}, {benchRecord(7).Fit, twin}}
	view, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	type answer struct {
		Known   []Known
		Records map[int]trial.Record
	}
	ask := func(s *Store) (a answer) {
		t.Helper()
		var err error
		if a.Known, err = s.Known(ctx, wants); err != nil {
			t.Fatal(err)
		}
		a.Records = map[int]trial.Record{}
		for _, q := range []Query{{With: Metrics}, {With: Metrics | Embeddings}, {With: Metrics, Metrics: func(_, split string) bool { return split == "test" }}} {
			q.Wants = wants
			if err := s.Read(ctx, q, func(i int, rec trial.Record) error {
				a.Records[len(a.Records)*10+i] = rec
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return a
	}
	compare := func(what string, s *Store, want answer) {
		t.Helper()
		if d := cmp.Diff(want, ask(s), cmp.AllowUnexported(Stamp{})); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	first := ask(s)
	if !first.Known[4].Finished() || !first.Known[2].Failed || len(first.Records) != 12 {
		t.Errorf("%d records, %+v", len(first.Records), first.Known)
	}
	for range recallAfter / len(wants) {
		if _, err := s.Known(ctx, wants); err != nil {
			t.Fatal(err)
		}
		if _, err := view.Known(ctx, wants); err != nil {
			t.Fatal(err)
		}
	}
	compare("later", s, first)
	compare("a looker, later", view, first)
	if s.recall == nil || view.recall == nil {
		t.Fatal("nothing is remembered")
	}
	// What is written is seen at once, by the host and by others.
	run(t, s, toy(3), "")
	add(t, s, scored("a", ridge))
	second := ask(s)
	if !second.Known[2].Trained || cmp.Equal(first.Known, second.Known, cmp.AllowUnexported(Stamp{})) {
		t.Errorf("%+v", second.Known)
	}
	time.Sleep(momentHolds)
	compare("a looker, after a change", view, second)
	for range recallAfter / len(wants) {
		if _, err := s.Known(ctx, wants); err != nil {
			t.Fatal(err)
		}
	}
	compare("much later", s, second)
	many := make([]Want, 3*chunk)
	if _, err := s.Known(ctx, many); err != nil || s.recall != nil {
		t.Errorf("after a large question it still remembers: %v", err)
	}
}
