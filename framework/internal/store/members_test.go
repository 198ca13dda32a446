package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMembers(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	run(t, s, toy(1), "")
	run(t, s, toy(2), "")
	run(t, s, toy(3), "")
	member := func(seed uint64, variant string) Member {
		return Member{toy(seed).Fit, Label{Method: "toy", Variant: variant, Dataset: "clouds"}}
	}
	set := func(sweep string, members ...Member) bool {
		t.Helper()
		changed, err := s.SetMembers(ctx, sweep, members)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	if !set("a", member(1, ""), member(2, ""), member(9, "")) || set("a", member(1, ""), member(2, ""), member(9, "")) {
		t.Error("members are written once")
	}
	set("b", member(2, "x"), member(2, "y"))
	sweeps, err := s.Sweeps(ctx)
	if d := cmp.Diff([]Sweep{{"a", 3, 2}, {"b", 1, 1}}, sweeps); d != "" || err != nil {
		t.Error(d, err)
	}
	loose, err := s.Loose(ctx)
	if !slices.Equal(loose, []string{toy(3).Fit}) || err != nil {
		t.Error(loose, err)
	}
	var got []Member
	if err := s.Members(ctx, "b", func(m Member) error { got = append(got, m); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Fit != toy(2).Fit || got[0].Variant == got[1].Variant {
		t.Errorf("%+v", got)
	}
	if !set("a", member(3, "")) {
		t.Error("other members are not written")
	}
	if err := s.Forget(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	sweeps, err = s.Sweeps(ctx)
	if d := cmp.Diff([]Sweep{{"a", 1, 1}}, sweeps); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestKeptIsTrimmed(t *testing.T) {
	s := open(t, t.TempDir())
	keep := func(seed uint64, name string, age time.Duration) {
		t.Helper()
		dir := filepath.Join(s.Dir, KeptDir, toy(seed).Fit)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 1000), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(5) {
		keep(seed, "embedding-test.npy", time.Duration(seed)*time.Hour) // the last one is the oldest
	}
	keep(4, "model", 4*time.Hour)
	if err := s.Touch(toy(3).Fit); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.KeptEmbeddings(toy(4).Fit, []string{"test", "train"}); ok {
		t.Error("one of two embeddings is enough")
	}
	removed, err := s.Trim(2000, func(fit string) bool { return fit == toy(2).Fit })
	if err != nil || len(removed) != 3 || removed[0].Key != toy(4).Fit || removed[1].Key != toy(1).Fit || removed[2].Key != toy(0).Fit {
		t.Errorf("%+v, %v", removed, err)
	}
	left, err := s.Kept()
	if err != nil || len(left) != 3 || left[0].Key != toy(4).Fit || left[0].Embeddings != 0 || left[0].Other != 1000 {
		t.Errorf("%+v, %v", left, err)
	}
	if files, ok := s.KeptEmbeddings(toy(3).Fit, []string{"test"}); !ok || len(files) != 1 {
		t.Error(files)
	}
}

func TestGarbage(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	run(t, s, toy(1), "hello\n")
	run(t, s, toy(2), "")
	file := func(parts ...string) {
		t.Helper()
		path := filepath.Join(append([]string{s.Dir}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, 10), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file(KeptDir, toy(1).Fit, "model")
	file(KeptDir, toy(1).Key, "model") // by its id of the first edition
	file(KeptDir, toy(3).Fit, "model")
	file(CheckpointsDir, toy(1).Fit[:12]+"-0123", "x")
	file(CheckpointsDir, toy(3).Fit[:12]+"-0123", "x")
	file(LogsDir, "old.log")
	file("sweep", ".records.jsonl"+unfinished+"12")
	file(Backup)
	before := len(toy(1).Spec.Settings)
	if _, err := s.Remove(ctx, []string{toy(2).Key}); err != nil {
		t.Fatal(err)
	}
	g, err := s.Garbage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range g.Files {
		paths = append(paths, f.Path)
		if f.Bytes != 10 || f.Why == "" {
			t.Errorf("%+v", f)
		}
	}
	slices.Sort(paths)
	want := []string{Backup, CheckpointsDir + "/" + toy(1).Fit[:12] + "-0123", KeptDir + "/" + toy(3).Fit, LogsDir + "/old.log", "sweep/.records.jsonl" + unfinished + "12"}
	slices.Sort(want)
	if d := cmp.Diff(want, paths); d != "" {
		t.Error(d)
	}
	if err := s.Collect(ctx, g); err != nil {
		t.Fatal(err)
	}
	g, err = s.Garbage(ctx)
	if err != nil || len(g.Files) > 0 || g.Texts > 0 || g.Pages > 0 {
		t.Errorf("%+v, %v", g, err)
	}
	got, ok, err := s.Record(ctx, toy(1).Key)
	if err != nil || !ok || len(got.Spec.Settings) != before {
		t.Errorf("%+v, %v", got, err)
	}
	if a, err := s.Attempts(ctx, toy(1).Key); err != nil || len(a) != 1 || a[0].Log != "hello\n" {
		t.Errorf("%+v, %v", a, err)
	}
	run(t, s, toy(5), "more\n") // ids of texts that went are not given again
	if got, _, err := s.Record(ctx, toy(5).Key); err != nil || got.Spec.Method != "toy" {
		t.Errorf("%+v, %v", got, err)
	}
}
