package store

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

func toy(seed uint64) trial.Record {
	s := trial.Spec{Method: "toy", Version: "1", Settings: map[string]any{"rate": 0.5}, Dataset: "sha256:0", Seed: seed}
	return trial.Record{Key: s.Key(), Fit: s.Fit().Key(), Status: trial.Succeeded, Spec: s, Metrics: []metric.Value{{Name: "loss", Split: "test", Goal: metric.Min, Value: 0.1 + float64(seed)}}}
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func run(t *testing.T, s *Store, rec trial.Record, log string) {
	t.Helper()
	id, err := s.Begin(context.Background(), rec.Key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.End(context.Background(), id, rec, log); err != nil {
		t.Fatal(err)
	}
}

func TestStoreKeepsWhatEnded(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := open(t, dir)
	var size int
	if err := s.writer.QueryRow("PRAGMA page_size").Scan(&size); err != nil || size != pageSize {
		t.Errorf("pages of %d bytes, %v", size, err)
	}
	good, bad := toy(1), toy(2)
	bad.Status, bad.Metrics, bad.Failure = trial.Failed, nil, &failure.Failure{Kind: failure.Crash, Reason: "it died"}
	run(t, s, good, "hello")
	run(t, s, bad, "aargh")
	// An attempt in flight when the host dies is lost, and nothing else is.
	if _, err := s.Begin(ctx, toy(3).Key, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.Close()

	s = open(t, dir)
	records, err := s.Records(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]trial.Record{good.Key: good}, records); d != "" {
		t.Error(d)
	}
	failures, err := s.Failures(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]trial.Record{bad.Key: bad}, failures); d != "" {
		t.Error(d)
	}
	lost, err := s.Attempts(ctx, toy(3).Key)
	if err != nil || len(lost) != 1 || lost[0].Status != trial.Lost {
		t.Errorf("attempts of the trial in flight: %+v, %v", lost, err)
	}
	// Success after failure: the failure is history.
	bad2 := toy(2)
	run(t, s, bad2, "")
	if f, _ := s.Failures(ctx); len(f) != 0 {
		t.Errorf("a trial that succeeded still counts as failed: %v", f)
	}
	if a, _ := s.Attempts(ctx, bad.Key); len(a) != 2 || a[0].Log != "aargh" || a[0].Failure.Failure.Reason != "it died" {
		t.Errorf("attempts: %+v", a)
	}
}

func TestOneAttemptCounts(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	first, second := toy(1), toy(1)
	second.Metrics[0].Value = 99
	run(t, s, first, "")
	run(t, s, second, "")
	got, ok, err := s.Record(ctx, first.Key)
	if err != nil || !ok || got.Metrics[0].Value != first.Metrics[0].Value {
		t.Fatalf("got %+v, %v, %v", got, ok, err)
	}
	id, err := s.Begin(ctx, first.Key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, id, first, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, id, first, ""); err == nil {
		t.Error("an attempt ended twice")
	}
}

func TestSecondHostIsToldWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	_, err := Open(context.Background(), dir)
	var held *HeldError
	if !errors.As(err, &held) || held.Holder == "" {
		t.Fatalf("got %v", err)
	}
	v, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if _, err := v.Records(context.Background()); err != nil {
		t.Errorf("reading beside the holder: %v", err)
	}
	if _, err := View(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without store: %v", err)
	}
}

func TestKeyIsTheIdentity(t *testing.T) {
	a, b := toy(1).Spec, toy(1).Spec
	if a.Key() != b.Key() {
		t.Error("equal specs have different keys")
	}
	for name, change := range map[string]func(*trial.Spec){
		"version": func(s *trial.Spec) { s.Version = "2" },
		"setting": func(s *trial.Spec) { s.Settings = map[string]any{"rate": 0.25} },
		"dataset": func(s *trial.Spec) { s.Dataset = "sha256:1" },
		"seed":    func(s *trial.Spec) { s.Seed = 2 },
	} {
		b := toy(1).Spec
		change(&b)
		if a.Key() == b.Key() {
			t.Errorf("%s does not change the key", name)
		}
	}
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	rec := toy(1)
	run(t, s, rec, "")
	if k, err := s.Resolve(ctx, trial.Short(rec.Key)); err != nil || k != rec.Key {
		t.Errorf("got %q, %v", k, err)
	}
	for _, bad := range []string{"", "xyz", "ffffffffffff", "*"} {
		if _, err := s.Resolve(ctx, bad); err == nil {
			t.Errorf("%q was resolved", bad)
		}
	}
}

func TestTimings(t *testing.T) {
	s := open(t, t.TempDir())
	for seed := range uint64(4) {
		rec := toy(seed)
		rec.Provenance.WallSec = float64(seed)
		if seed == 3 {
			rec.Spec.Settings = trial.Settings{"rate": 0.25}
		}
		run(t, s, rec, "")
	}
	got := map[float64]Timing{}
	if err := s.Timings(context.Background(), func(x Timing) error { got[x.Settings["rate"].(float64)] = x; return nil }); err != nil {
		t.Fatal(err)
	}
	want := map[float64]Timing{
		0.5:  {Method: "toy", Dataset: "sha256:0", Settings: trial.Settings{"rate": 0.5}, Wall: 1, Spread: math.Sqrt(5./3 - 1), Trials: 3},
		0.25: {Method: "toy", Dataset: "sha256:0", Settings: trial.Settings{"rate": 0.25}, Wall: 3, Trials: 1},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A failed trial is known as such until it succeeds; whatever is asked for is found
// in few wants as in many.
func TestKnown(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	good, bad, both := toy(1), toy(2), toy(3)
	for _, rec := range []*trial.Record{&bad, &both} {
		rec.Status, rec.Metrics, rec.Failure = trial.Failed, nil, &failure.Failure{Kind: failure.Crash}
		run(t, s, *rec, "")
	}
	run(t, s, good, "")
	run(t, s, toy(3), "")
	wants := []Want{{Fit: good.Fit}, {Fit: bad.Fit}, {Fit: both.Fit}, {Fit: toy(9).Fit}, {Fit: "no key"}, {Fit: good.Fit}}
	for _, more := range []int{0, 3 * chunk} {
		list := append([]Want(nil), wants...)
		for range more {
			list = append(list, Want{Fit: toy(10).Fit})
		}
		known, err := s.Known(ctx, list)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range known[:len(wants)] {
			got = append(got, map[[2]bool]string{{true, false}: "finished", {false, true}: "failed", {false, false}: "new", {true, true}: "finished and failed"}[[2]bool{k.Finished(), k.Failed}])
		}
		if d := cmp.Diff([]string{"finished", "failed", "finished", "new", "new", "finished"}, got); d != "" {
			t.Error(d)
		}
		if len(known) > len(wants) && known[len(wants)].Trained {
			t.Error("a trial that never ran is known")
		}
	}
}

// Attempts elsewhere outlive the host, and end once.
func TestAttemptsElsewhere(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := open(t, dir)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ids, err := s.BeginAll(ctx, []Start{{Key: toy(1).Fit, At: at, Executor: "slurm", Node: "n1"}, {Key: toy(2).Fit, At: at, Executor: "slurm"}, {Key: toy(3).Fit, At: at}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Beat(ctx, ids[:1], at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir)
	running, err := s.Running(ctx)
	if err != nil || len(running) != 2 || running[0].Node != "n1" || running[0].Executor != "slurm" || !running[0].Heartbeat.Equal(at.Add(time.Minute)) || running[1].Key != toy(2).Fit {
		t.Fatalf("%+v, %v", running, err)
	}
	if err := s.Lose(ctx, ids[1:2]); err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, ids[1], toy(2), ""); err == nil {
		t.Error("an attempt that was given up counts")
	}
	if err := s.EndAll(ctx, []Ended{{ids[0], toy(1), ""}, {ids[0], toy(1), ""}}); err == nil {
		t.Error("an attempt ends twice")
	}
	if got, err := s.Records(ctx); err != nil || len(got) != 0 {
		t.Errorf("half of what was to end: %v, %v", got, err)
	}
	if err := s.End(ctx, ids[0], toy(1), ""); err != nil {
		t.Error(err)
	}
}

// A trial that was removed and ran again is not the one that it was.
func TestStampsOfTrialsThatRanAgain(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	stamp := func(started int64) Stamp {
		t.Helper()
		rec := toy(1)
		rec.Provenance.Started = time.Unix(started, 0)
		run(t, s, rec, "")
		known, err := s.Known(ctx, []Want{{Fit: rec.Fit}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Remove(ctx, []string{rec.Fit}); err != nil {
			t.Fatal(err)
		}
		return known[0].Stamp
	}
	a, b, c := stamp(1000), stamp(2000), stamp(2000)
	if a == b || b != c || string(a.Append(nil)) == string(b.Append(nil)) {
		t.Errorf("%+v, %+v, %+v", a, b, c)
	}
}
