package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// benchStore is a folder with n trials that have cases and curves, with their files
// beside them if files is set.
func benchStore(t testing.TB, dir string, n int, files bool) []trial.Record {
	t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Import(ctx, benchRecords(n, nil)); err != nil {
		t.Fatal(err)
	}
	var records []trial.Record
	for rec := range benchRecords(n, nil) {
		records = append(records, rec)
	}
	if files {
		if err := writeFiles(ctx, s, n); err != nil {
			t.Fatal(err)
		}
	}
	return records
}

// writeFiles writes the files of a sweep that means the first n trials.
func writeFiles(ctx context.Context, s *Store, n int) error {
	folder := filepath.Join(s.Dir, "sweep")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	wants := make([]Want, n)
	for i := range wants {
		wants[i] = Want{Fit: benchRecord(i).Fit}
	}
	var lines []Line
	var records []trial.Record
	err := s.Read(ctx, Query{Wants: wants, With: Everything}, func(i int, rec trial.Record) error {
		lines = append(lines, Line{MethodID: "swapvae", Dataset: "chewie-1", Record: rec})
		records = append(records, rec)
		return nil
	})
	if err != nil {
		return err
	}
	print := []byte{byte(n), byte(n >> 8)}
	if _, err := s.Output(ctx, filepath.Join(folder, RecordsFile), print, func(w io.Writer) error { return WriteLines(w, each(lines)) }); err != nil {
		return err
	}
	_, err = s.Output(ctx, filepath.Join(folder, CasesFile), print, func(w io.Writer) error { return WriteCases(w, each(records)) })
	return err
}

// checkAll holds a store against records: all of them are there, whole.
func checkAll(t testing.TB, dir string, records []trial.Record, with With) {
	t.Helper()
	v, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	got, err := v.Records(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(records) {
		t.Errorf("%d records of %d", len(got), len(records))
	}
	for _, want := range records {
		is := got[want.Key]
		if with&Curves == 0 {
			is.Curves, want.Curves = nil, nil
		}
		is.Provenance.Node, want.Provenance.Node = "", ""
		if d := cmp.Diff(want, is); d != "" {
			t.Fatalf("%s: %s", want.Key, d)
		}
	}
}

func TestRepair(t *testing.T) {
	ctx := context.Background()
	const n = 120
	breakPages := func(which string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			pages := pagesOf(t, path, which)
			if len(pages) < 2 {
				t.Fatalf("%s has pages %v", which, pages)
			}
			edit(t, path, func(b []byte) []byte {
				for _, p := range pages[1:2] { // not its root
					copy(b[(p-1)*pageSize:], bytes.Repeat([]byte{0xff}, pageSize))
				}
				return b
			})
		}
	}
	for name, c := range map[string]struct {
		harm  func(t *testing.T, path string)
		files bool // there are records.jsonl and cases beside the store
		least int  // trials that are found
		with  With
	}{
		"sound":                        {func(*testing.T, string) {}, false, n, Everything},
		"sound, less than its records": {func(t *testing.T, path string) { takeOut(t, path) }, true, n, Everything &^ Curves},
		"gone, with records":           {func(t *testing.T, path string) { os.Remove(path) }, true, n, Everything &^ Curves},
		"empty, with records":          {func(t *testing.T, path string) { edit(t, path, func([]byte) []byte { return nil }) }, true, n, Everything &^ Curves},
		"text, with records":           {func(t *testing.T, path string) { edit(t, path, func([]byte) []byte { return []byte("text") }) }, true, n, Everything &^ Curves},
		"a page of trials":             {breakPages("trials"), false, n * 8 / 10, 0},
		"a page of trials, records":    {breakPages("trials"), true, n, Everything &^ Curves},
		"a page of cases":              {breakPages("cases"), false, n, 0},
		"a page of cases, records":     {breakPages("cases"), true, n, Everything &^ Curves},
		"a page of the key index":      {breakPages("sqlite_autoindex_trials_1"), false, n, Everything},
		"a page of curves":             {breakPages("curves"), true, n, Everything &^ Curves},
		"the log":                      {func(t *testing.T, path string) { killed(t, filepath.Dir(path)); os.Remove(path + "-wal") }, false, n, Everything},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			records := benchStore(t, dir, n, c.files)
			c.harm(t, filepath.Join(dir, database))
			out, err := Repair(ctx, dir)
			if err != nil {
				t.Fatal(err)
			}
			if out.Trials < c.least || out.Trials > n || len(out.Skipped) > 0 && !c.files {
				t.Errorf("%+v", out)
			}
			if strings.HasPrefix(name, "sound") != (out.Sound && out.Kept == "") && name != "the log" {
				t.Errorf("%+v", out)
			}
			if c.with != 0 {
				checkAll(t, dir, records, c.with)
			}
			s := open(t, dir)
			run(t, s, toy(1), "")
			s.Close()
			again, err := Repair(ctx, dir)
			if err != nil || !again.Sound || again.Trials != out.Trials+1 {
				t.Errorf("repaired again: %+v, %v", again, err)
			}
		})
	}
}

// pagesOf lists the pages of a table or index, its root first.
func pagesOf(t *testing.T, path, name string) (pages []int) {
	t.Helper()
	db, err := connectFile(path, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT pageno FROM dbstat WHERE name = ? AND pagetype <> 'overflow' ORDER BY path", name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p int
		if err := rows.Scan(&p); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	return pages
}

// takeOut removes a trial from a store behind its back.
func takeOut(t *testing.T, path string) {
	t.Helper()
	db, err := connectFile(path, writing)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DELETE FROM trials WHERE id = 7"); err != nil {
		t.Fatal(err)
	}
}

// What history there is survives a broken page, too: attempts with their logs,
// tags, and the ids of the first edition.
func TestRepairKeepsHistory(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := open(t, dir)
	bad := toy(2)
	bad.Status, bad.Metrics, bad.Failure = trial.Failed, nil, &failure.Failure{Kind: failure.Crash, Reason: "it died"}
	run(t, s, toy(1), "hello\n")
	run(t, s, bad, "aargh\n")
	if err := s.Tag(ctx, toy(1).Fit, "paper"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(ctx, benchRecords(40, nil)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	path := filepath.Join(dir, database)
	page := pagesOf(t, path, "curves")[0]
	edit(t, path, func(b []byte) []byte { clear(b[(page-1)*pageSize : page*pageSize]); return b })
	out, err := Repair(ctx, dir)
	if err != nil || out.Sound || out.Trials != 41 || out.Kept == "" {
		t.Fatalf("%+v, %v", out, err)
	}
	s = open(t, dir)
	if a, err := s.Attempts(ctx, toy(1).Key); err != nil || len(a) != 1 || a[0].Log != "hello\n" {
		t.Errorf("%+v, %v", a, err)
	}
	if f, err := s.Failures(ctx); err != nil || f[bad.Key].Failure == nil {
		t.Errorf("%+v, %v", f, err)
	}
	if tags, err := s.Tags(ctx); err != nil || !slices.Equal(tags[toy(1).Fit], []string{"paper"}) {
		t.Errorf("%+v, %v", tags, err)
	}
	if key, err := s.Resolve(ctx, trial.Short(toy(1).Key)); err != nil || key != toy(1).Key {
		t.Errorf("%s, %v", key, err)
	}
}

func TestRepairOfTheFirstEdition(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	records := frozenRecords(t)[:400]
	db := firstEdition(t, dir, records)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, database)
	page := pagesOf(t, path, "trials")[3]
	edit(t, path, func(b []byte) []byte { clear(b[(page-1)*4096 : page*4096]); return b })
	var damaged *DamagedError
	if _, err := Open(ctx, dir); !errors.As(err, &damaged) {
		t.Errorf("opening it: %v", err)
	}
	out, err := Repair(ctx, dir)
	if err != nil || out.Trials < 380 || out.Lost == 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	s := open(t, dir)
	if got, err := s.Records(ctx); err != nil || len(got) < 380 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

// Attempts that workers left are taken in; what no worker would have written is
// named and left out.
func TestRepairTakesAttempts(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	put := func(name string, text []byte) {
		t.Helper()
		path := filepath.Join(dir, AttemptsDir, name, AttemptFile)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		text, err := json.Marshal(trial.Result{Attempt: "1", Record: benchRecord(i)})
		if err != nil {
			t.Fatal(err)
		}
		put(benchRecord(i).Key+"/1", text)
	}
	put("x/1", []byte("{"))
	odd := benchRecord(5)
	odd.Metrics = append(odd.Metrics, odd.Metrics[0])
	text, err := json.Marshal(trial.Result{Attempt: "1", Record: odd})
	if err != nil {
		t.Fatal(err)
	}
	put(odd.Key+"/1", text)
	out, err := Repair(ctx, dir)
	if err != nil || out.Trials != 3 || out.Found[AttemptsDir] != 3 || len(out.Skipped) != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	if !strings.Contains(strings.Join(out.Skipped, "\n"), "twice") {
		t.Errorf("skipped: %v", out.Skipped)
	}
	v, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	got, ok, err := v.Record(ctx, benchRecord(0).Key)
	if err != nil || !ok || len(got.Curves) != 200 || len(got.Cases) != 2 {
		t.Errorf("%d points, %d cases, %v", len(got.Curves), len(got.Cases), err)
	}
}

// Wherever a stretch of the store is cleared, repair comes to its end with every
// trial: what the pages say is not trusted, and the rest is in the sweep's files.
func TestRepairOfAnyStretch(t *testing.T) {
	whole := t.TempDir()
	records := benchStore(t, whole, 60, true)
	info, err := os.Stat(filepath.Join(whole, database))
	if err != nil {
		t.Fatal(err)
	}
	const stretch = 3000 // ends within pages
	for at := int64(0); at < info.Size(); at += stretch {
		dir := filepath.Join(t.TempDir(), "results")
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(dir, database), func(b []byte) []byte { clear(b[at:min(at+stretch, info.Size())]); return b })
		if _, err := Repair(context.Background(), dir); err != nil {
			t.Errorf("cleared at %d: %v", at, err)
			continue
		}
		checkAll(t, dir, records, Spec|Metrics|Embeddings)
		if t.Failed() {
			t.Fatalf("cleared at %d of %d", at, info.Size())
		}
	}
}
