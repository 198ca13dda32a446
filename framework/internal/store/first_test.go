package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// frozen are the lines that the first edition had committed in results/ when it was
// finished, 1,683 of them: whatever is committed since, a store of that edition may
// hold any of them.
func frozen(t testing.TB) (text []byte) {
	t.Helper()
	packed, err := os.ReadFile("testdata/first-edition.jsonl.zst")
	if err != nil {
		t.Fatal(err)
	}
	if text, err = decompress(packed); err != nil {
		t.Fatal(err)
	}
	return text
}

func frozenRecords(t testing.TB) (out []trial.Record) {
	t.Helper()
	for line := range bytes.Lines(frozen(t)) {
		var rec trial.Record
		if err := json.Unmarshal(line, &rec); err != nil {
			t.Fatal(err)
		}
		out = append(out, rec)
	}
	if len(out) != 1683 {
		t.Fatalf("%d records", len(out))
	}
	return out
}

// firstEdition makes a store as the first edition left it.
func firstEdition(t testing.TB, dir string, records []trial.Record) *sql.DB {
	t.Helper()
	db, err := makeFirst(dir, each(records))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func makeFirst(dir string, records iter.Seq2[trial.Record, error]) (*sql.DB, error) {
	db, err := connect(dir, "_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	scripts, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, scripts)
	if err != nil {
		return nil, err
	}
	if _, err := provider.UpTo(context.Background(), 1); err != nil {
		return nil, err
	}
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	i := 0
	for rec := range records {
		text, err := json.Marshal(rec)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec("INSERT INTO trials (key, record) VALUES (?, ?) ON CONFLICT DO NOTHING", rec.Key, string(text)); err != nil {
			return nil, err
		}
		if _, err := tx.Exec("INSERT INTO attempts (key, status, started, log) VALUES (?, ?, ?, ?)", rec.Key, trial.Succeeded, rec.Provenance.Started.Format(time.RFC3339Nano), fmt.Sprintf("log of %d\n", i)); err != nil {
			return nil, err
		}
		i++
	}
	return db, tx.Commit()
}

func TestCommittedRecordsAreTakenOverWhole(t *testing.T) {
	ctx := context.Background()
	records := frozenRecords(t)
	s := open(t, t.TempDir())
	all, err := s.Import(ctx, func(yield func(trial.Record, error) bool) {
		for _, rec := range records {
			if !yield(rec, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all.Bad {
		t.Errorf("%s was left out: %v", trial.Short(b.Key), b.Err)
	}
	checkCommitted(t, s, records)
	// Known by what a sweep wants, each is finished, and has its id of the first edition.
	var wants []Want
	for _, rec := range records {
		wants = append(wants, Want{rec.Spec.Fit().Key(), NewProbes(rec.Spec.Probes, nil)})
	}
	known, err := s.Known(ctx, wants)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range known {
		if !k.Finished() || k.Wall == 0 || k.Origin.Platform == "" {
			t.Errorf("%s: %+v", records[i].Key, k)
		}
	}
	for _, q := range []Query{{Wants: wants, With: Everything}, {Wants: wants, With: Everything, AnyOrder: true}} {
		n := 0
		err = s.Read(ctx, q, func(i int, rec trial.Record) error {
			n++
			if rec.Key != records[i].Key {
				t.Errorf("%s is read as %s", records[i].Key, rec.Key)
			}
			return nil
		})
		if err != nil || n != len(records) {
			t.Errorf("%d of %d records, %v", n, len(records), err)
		}
	}
}

// checkCommitted holds a store against committed records: under every old key there
// is the very record, and records of one fit share a row.
func checkCommitted(t *testing.T, s *Store, records []trial.Record) {
	t.Helper()
	want, fits := map[string]trial.Record{}, map[string]trial.Record{}
	for _, rec := range records {
		if _, ok := want[rec.Key]; ok {
			continue
		}
		fit := rec.Spec.Fit().Key()
		// Of two records of one fit the provenance is that of one of them.
		rec.Fit = fit
		want[rec.Key] = rec
		fits[fit] = rec
	}
	got, err := s.Records(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	merged := 0
	for key, rec := range want {
		is, ok := got[key]
		if !ok {
			t.Errorf("%s is not there", key)
			continue
		}
		if is.Provenance.Started != rec.Provenance.Started {
			merged++
			is.Provenance = rec.Provenance
		}
		a, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(is)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Fatalf("%s\n%s", key, cmp.Diff(string(a), string(b)))
		}
	}
	if len(got) != len(want) || merged != len(want)-len(fits) {
		t.Errorf("%d records of %d, %d merged of %d", len(got), len(want), merged, len(want)-len(fits))
	}
	var rows, twins int
	if err := s.reader.QueryRow("SELECT count(*), coalesce(sum(twin > 0), 0) FROM trials").Scan(&rows, &twins); err != nil {
		t.Fatal(err)
	}
	if rows != len(fits) || twins != 0 {
		t.Errorf("%d rows for %d fits, %d twins", rows, len(fits), twins)
	}
}

func TestFirstEditionIsBroughtUpToDate(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	records := frozenRecords(t)
	failed := toy(7)
	failed.Fit, failed.Status, failed.Metrics, failed.Failure = "", trial.Failed, nil, &failure.Failure{Kind: failure.Crash, Reason: "it died"}
	curved := toy(8)
	curved.Fit, curved.Curves = "", []metric.Point{{Name: "a", Step: 1, Value: 2}, {Name: "b", Step: 1, Value: 0.25}, {Name: "a", Step: 3, Value: -1}}
	db := firstEdition(t, dir, append(records, curved))
	text, err := json.Marshal(failed)
	if err != nil {
		t.Fatal(err)
	}
	started := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for _, row := range [][]any{
		{failed.Key, "failed", started.Format(time.RFC3339Nano), string(text), "aargh\n"},
		{toy(9).Key, "running", started.Format(time.RFC3339Nano), nil, nil},
	} {
		if _, err := db.Exec("INSERT INTO attempts (key, status, started, record, log) VALUES (?, ?, ?, ?, ?)", row...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("INSERT INTO trials (key, record) VALUES ('00ff', 'no record')"); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, KeptDir, curved.Key)
	if err := os.MkdirAll(kept, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	check := func(s *Store) {
		t.Helper()
		got, err := s.Records(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]metric.Point{curved.Curves[0], curved.Curves[2], curved.Curves[1]}, got[curved.Key].Curves); d != "" {
			t.Error(d)
		}
		if len(got) != 1669 {
			t.Errorf("%d records", len(got))
		}
		failures, err := s.Failures(ctx)
		if err != nil || len(failures) != 1 || failures[failed.Key].Failure.Reason != "it died" {
			t.Errorf("failures: %v, %v", failures, err)
		}
		for _, id := range []string{failed.Key, failed.Spec.Fit().Key()} {
			attempts, err := s.Attempts(ctx, id)
			if err != nil || len(attempts) != 1 || attempts[0].Log != "aargh\n" || !attempts[0].Started.Equal(started) {
				t.Errorf("attempts: %+v, %v", attempts, err)
			}
			if key, err := s.Resolve(ctx, trial.Short(id)); err != nil || key != id {
				t.Errorf("%s resolves to %s, %v", id, key, err)
			}
		}
		for i, rec := range records[:20] {
			attempts, err := s.Attempts(ctx, rec.Key)
			if err != nil || len(attempts) == 0 || attempts[0].Log != fmt.Sprintf("log of %d\n", i) || attempts[0].Status != trial.Succeeded {
				t.Fatalf("attempts of %s: %+v, %v", rec.Key, attempts, err)
			}
		}
		if notes := strings.Join(s.Notes(), "\n"); !strings.Contains(notes, "1 record(s) of the first edition") {
			t.Errorf("notes: %s", notes)
		}
	}

	// To look at, nothing is changed.
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	check(v)
	v.Close()
	after, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	after = slices.DeleteFunc(after, func(e fs.DirEntry) bool { // which SQLite makes for readers
		return strings.HasSuffix(e.Name(), "-shm") || strings.HasSuffix(e.Name(), "-wal")
	})
	if len(before) != len(after) {
		t.Errorf("looking at it changed the folder: %v, was %v", after, before)
	}

	s := open(t, dir)
	check(s)
	lost, err := s.Attempts(ctx, toy(9).Key)
	if err != nil || len(lost) != 1 || lost[0].Status != trial.Lost {
		t.Errorf("what ran when the host ended: %+v, %v", lost, err)
	}
	if _, err := os.Stat(filepath.Join(dir, KeptDir, curved.Spec.Fit().Key())); err != nil {
		t.Errorf("kept models: %v", err)
	}
	var size, left int
	if err := s.writer.QueryRow("PRAGMA page_size").Scan(&size); err != nil || size != pageSize {
		t.Errorf("pages of %d bytes, %v", size, err)
	}
	if err := s.writer.QueryRow("SELECT count(*) FROM pending").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tasks are left, %v", left, err)
	}
	s.Close()
	old, err := connectFile(filepath.Join(dir, Backup), readOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	var n int
	if err := old.QueryRow("SELECT count(*) FROM trials WHERE record IS NOT NULL").Scan(&n); err != nil || n != 1670 {
		t.Errorf("the copy has %d records, %v", n, err)
	}
	s = open(t, dir)
	if len(s.Notes()) != 0 {
		t.Errorf("the second start notes %v", s.Notes())
	}
	checkSome(t, s, records)
}

func checkSome(t *testing.T, s *Store, records []trial.Record) {
	t.Helper()
	for _, rec := range records[:50] {
		got, ok, err := s.Record(context.Background(), rec.Key)
		if err != nil || !ok || got.Key != rec.Key {
			t.Fatalf("%s: %v, %v", rec.Key, ok, err)
		}
		if d := cmp.Diff(rec.Metrics, got.Metrics); d != "" {
			t.Errorf("%s: %s", rec.Key, d)
		}
		id, err := s.Resolve(context.Background(), trial.Short(rec.Key))
		if err != nil || id != rec.Key {
			t.Errorf("%s resolves to %s, %v", rec.Key, id, err)
		}
	}
}

// A host of the first edition knows nothing of this edition's lock. What it does
// first fails, before it could call attempts lost that a host of this edition runs.
func TestFirstEditionIsKeptOut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.Begin(context.Background(), toy(1).Fit, time.Now()); err != nil {
		t.Fatal(err)
	}
	db, err := connect(dir, "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE attempts SET status = ? WHERE status = ?", "lost", "running"); err == nil {
		t.Error("it starts, and calls what runs lost")
	}
	if running, err := s.Running(context.Background()); err != nil || len(running) != 1 {
		t.Errorf("%v, %v", running, err)
	}
}
