//go:build linux

package cli

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

var drillKills = flag.Int("drill-kills", 5, "how many commands TestDrill kills")

const drillTrials = 200

// drillSite is a machine with a sweep whose trials have all run.
type drillSite struct {
	t          *testing.T
	assay, dir string
	sweep      string
	records    []trial.Record
	whole      string // results of the run, undisturbed
}

// TestDrill kills commands that change a folder of results, with SIGKILL at random
// moments: bringing it to this edition, taking trials over, tidying up, repairing,
// writing tables. Whatever a kill leaves, the same command handles; in the end every
// trial is there once, and a run finds nothing to do and writes the tables that it
// writes where nobody disturbs it. The long form:
//
//	go test ./framework/cli -run TestDrill -drill-kills 50 -v -timeout 30m
func TestDrill(t *testing.T) {
	s := newDrillSite(t)
	tasks := []struct {
		name    string
		prepare func(dir string)
		args    []string
	}{
		{"migrate", s.firstEdition, []string{"results", "gc"}},
		{"import", s.copyOf, []string{"trial", "import", filepath.Join(s.dir, "more.jsonl")}},
		{"gc", func(dir string) { s.copyOf(dir); s.litter(dir) }, []string{"results", "gc", "--embeddings", "3KiB"}},
		{"repair", func(dir string) { s.copyOf(dir); s.damage(dir) }, []string{"results", "repair"}},
		{"tables", func(dir string) { s.copyOf(dir); s.remove(filepath.Join(dir, "scale")) }, []string{"run", s.sweep, "--json"}},
	}
	takes := make([]time.Duration, len(tasks))
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // other moments every time: that is the point
	killed := make([]int, len(tasks))
	for n := 0; n < *drillKills; n++ {
		i := n % len(tasks)
		task := tasks[i]
		args := append(slices.Clone(task.args), "--results", filepath.Join(s.dir, fmt.Sprint("results", n)))
		dir := args[len(args)-1]
		if takes[i] == 0 { // undisturbed, to know how long it takes
			task.prepare(dir)
			began := time.Now()
			s.run(args...)
			takes[i] = time.Since(began)
			s.check(task.name+", undisturbed", dir)
			s.remove(dir)
		}
		task.prepare(dir)
		for try := 0; try < 10; try++ { // until a kill comes before its end
			cmd := s.command(args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(r.Float64()*float64(takes[i])), func() { cmd.Process.Kill() })
			err := cmd.Wait()
			timer.Stop()
			if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() < 0 {
				killed[i]++
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", task.name, err, cmd.Stderr)
			}
			s.remove(dir)
			task.prepare(dir)
		}
		if task.name == "repair" { // a damaged store says so, or is whole again
			cmd := s.command("status", s.sweep, "--json", "--results", dir)
			if err := cmd.Run(); err != nil && !strings.Contains(cmd.Stderr.(*bytes.Buffer).String(), "assay results repair") {
				t.Errorf("after a kill of %s: %s", task.name, cmd.Stderr)
			}
		}
		s.run(args...)
		s.check(fmt.Sprintf("kill %d, of %s", n, task.name), dir)
		s.remove(dir)
		if t.Failed() {
			return
		}
	}
	for i, task := range tasks {
		t.Logf("%s: killed %d times within %v", task.name, killed[i], takes[i].Round(time.Millisecond))
	}
}

func newDrillSite(t *testing.T) *drillSite {
	dir := t.TempDir()
	s := &drillSite{t: t, dir: dir, assay: filepath.Join(dir, "assay"), sweep: filepath.Join(dir, "scale.yaml"), whole: filepath.Join(dir, "whole")}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Assay by that name; the guard is assay called again, and looks for itself.
	text, err := os.ReadFile(self)
	if err == nil {
		err = os.WriteFile(s.assay, text, 0o755)
	}
	if err == nil {
		err = os.WriteFile(s.sweep, []byte(scaleSweep(drillTrials)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	spec, err := scaleSpec(s.sweep, filepath.Join(dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	for rec := range scaleRecords(spec, drillTrials) {
		s.records = append(s.records, rec)
	}
	if err := fillScale(s.whole, spec, drillTrials); err != nil {
		t.Fatal(err)
	}
	// The same once more and others, as the first edition wrote them.
	if err := writeFirst(filepath.Join(dir, "more.jsonl"), spec, 2*drillTrials); err != nil {
		t.Fatal(err)
	}
	s.run("run", s.sweep, "--json", "--results", s.whole)
	return s
}

// in is the site as a subtest uses it.
func (s *drillSite) in(t *testing.T) *drillSite {
	out := *s
	out.t = t
	return &out
}

func (s *drillSite) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.assay, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "ASSAY_CACHE="+filepath.Join(s.dir, "cache"), "HOME="+s.dir)
	cmd.Stdout, cmd.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	return cmd
}

func (s *drillSite) run(args ...string) string {
	s.t.Helper()
	cmd := s.command(args...)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, cmd.Stderr)
	}
	return cmd.Stdout.(*bytes.Buffer).String()
}

func (s *drillSite) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *drillSite) remove(dir string) { s.t.Helper(); s.must(os.RemoveAll(dir)) }

func (s *drillSite) copyOf(dir string) { s.t.Helper(); s.must(os.CopyFS(dir, os.DirFS(s.whole))) }

// litter puts what gc removes beside the trials: kept embeddings of two that are
// there, and of one that is not.
func (s *drillSite) litter(dir string) {
	s.t.Helper()
	for _, key := range []string{s.records[0].Key, s.records[1].Key, strings.Repeat("ab", 32)} {
		folder := filepath.Join(dir, store.KeptDir, key)
		s.must(os.MkdirAll(folder, 0o755))
		s.must(os.WriteFile(filepath.Join(folder, "embedding-test.npy"), make([]byte, 2000), 0o644))
	}
}

// damage clears a stretch in the middle of the store.
func (s *drillSite) damage(dir string) {
	s.t.Helper()
	path := filepath.Join(dir, "assay.db")
	text, err := os.ReadFile(path)
	s.must(err)
	clear(text[len(text)/2 : len(text)/2+8192])
	s.must(os.WriteFile(path, text, 0o644))
}

// firstEdition makes a store as the first edition had it, with the trials of the sweep.
func (s *drillSite) firstEdition(dir string) {
	s.t.Helper()
	s.must(os.MkdirAll(dir, 0o755))
	script, err := os.ReadFile("../internal/store/migrations/00001_trials.sql")
	s.must(err)
	up, _, _ := strings.Cut(string(script), "-- +goose Down")
	db, err := sql.Open("sqlite", filepath.Join(dir, "assay.db"))
	s.must(err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(up + `; CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);`)
	s.must(err)
	tx, err := db.BeginTx(context.Background(), nil)
	s.must(err)
	defer tx.Rollback()
	for _, rec := range s.records {
		rec.Fit, rec.Cases = "", nil
		rec.Key = rec.Spec.Key()
		text, err := json.Marshal(rec)
		s.must(err)
		_, err = tx.Exec("INSERT INTO trials (key, record) VALUES (?, ?)", rec.Key, string(text))
		s.must(err)
		_, err = tx.Exec("INSERT INTO attempts (key, status, started, log) VALUES (?, 'succeeded', '2026-01-02T03:04:05Z', 'a line')", rec.Key)
		s.must(err)
	}
	s.must(tx.Commit())
}

// check runs the sweep: there is nothing to do, and what it writes is what it writes
// where nobody disturbs it. (Numbers per case are no part of the first edition.)
func (s *drillSite) check(when, dir string) {
	s.t.Helper()
	out := s.run("run", s.sweep, "--json", "--results", dir)
	if want := fmt.Sprintf(`"ran":0,"cached":%d,`, drillTrials); !strings.Contains(out, want) {
		s.t.Errorf("%s: %s", when, out)
	}
	rows := func(dir string) map[string]float64 {
		values := map[string]float64{}
		n := 0
		for row, err := range store.ReadLines(study.RecordsFile(dir, "scale")) {
			s.must(err)
			n++
			for _, m := range row.Metrics {
				values[fmt.Sprint(row.Spec.Fit().Key(), m.Name, m.Split)] = m.Value
			}
		}
		if n != drillTrials {
			s.t.Errorf("%s: %d rows", when, n)
		}
		return values
	}
	want, got := rows(s.whole), rows(dir)
	same := len(want) == len(got)
	for k, v := range want {
		same = same && got[k] == v
	}
	if !same {
		s.t.Errorf("%s: other values: %d of %d", when, len(got), len(want))
	}
	for _, name := range []string{"decoding.json", "decoding.md", "decoding.svg"} {
		if _, err := os.Stat(filepath.Join(dir, "scale", "tables", name)); err != nil {
			s.t.Errorf("%s: %v", when, err)
		}
	}
	// Nothing half written lies about once tidied up.
	s.run("results", "gc", "--results", dir)
	s.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), ".new") {
			s.t.Errorf("%s: %s was left", when, path)
		}
		return err
	}))
}
