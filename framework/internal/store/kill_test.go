package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// The kill drill: a process that changes the folder is killed at random moments, and
// whoever comes next must find nothing lost and no state that it cannot handle.
// ASSAY_KILLS is in how many folders each change is killed, up to three times in a
// row (default 1):
//
//	ASSAY_KILLS=20 go test ./framework/internal/store -run KillDrill -v -timeout 1h

func kills() int {
	if n, err := strconv.Atoi(os.Getenv("ASSAY_KILLS")); err == nil {
		return n
	}
	return 1
}

// started tells the parent that from here on a kill is of interest.
func started() { fmt.Println("started") }

// ended is what a task comes to.
func ended(err error) int {
	if err != nil {
		return fail(err)
	}
	return 0
}

const drillTrials = 150

func init() {
	ctx := context.Background()
	withStore := func(f func(s *Store) error) func(string) int {
		return func(dir string) int {
			s, err := Open(ctx, dir)
			if err != nil {
				return fail(err)
			}
			started()
			if err := f(s); err != nil {
				return fail(err)
			}
			return ended(s.Close())
		}
	}
	tasks["migrate"] = func(dir string) int {
		started()
		return withStore(func(*Store) error { return nil })(dir)
	}
	tasks["create"] = tasks["migrate"]
	tasks["import"] = withStore(func(s *Store) error {
		_, err := s.Import(ctx, benchRecords(2*drillTrials, nil))
		return err
	})
	tasks["record"] = withStore(func(s *Store) error {
		for i := range drillTrials {
			rec := benchRecord(drillTrials + i)
			id, err := s.Begin(ctx, rec.Key, time.Now())
			if err != nil {
				return err
			}
			if err := s.End(ctx, id, rec, "a line\n"); err != nil {
				return err
			}
			fmt.Println(rec.Key)
		}
		return nil
	})
	tasks["collect"] = withStore(func(s *Store) error {
		if _, err := s.Remove(ctx, []string{benchRecord(0).Key, benchRecord(1).Key}); err != nil {
			return err
		}
		g, err := s.Garbage(ctx)
		if err != nil {
			return err
		}
		if err := s.Collect(ctx, g); err != nil {
			return err
		}
		_, err = s.Trim(3000, nil)
		return err
	})
	tasks["repair"] = func(dir string) int {
		started()
		_, err := Repair(ctx, dir)
		return ended(err)
	}
	tasks["write"] = withStore(func(s *Store) error {
		for _, n := range []int{drillTrials, drillTrials / 2, drillTrials} {
			if err := writeFiles(ctx, s, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// drill runs a task in a folder and kills it after a random part of the time that it
// takes when it is left alone. It returns what the task had said.
func drill(t *testing.T, task, dir string, r *rand.Rand, takes time.Duration) (said []string, whole bool) {
	t.Helper()
	cmd := helper(t, task, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "started" {
		t.Fatalf("%s did not start: %v", task, cmd.Wait())
	}
	timer := time.AfterFunc(time.Duration(r.Float64()*float64(takes)), func() { cmd.Process.Kill() })
	defer timer.Stop()
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	return said, cmd.Wait() == nil
}

// duration is how long a task takes that is left alone.
func duration(t *testing.T, task, dir string) time.Duration {
	t.Helper()
	from := time.Now()
	if said, whole := drill(t, task, dir, rand.New(rand.NewPCG(1, 1)), 1e6*time.Hour); !whole {
		t.Fatalf("%s fails when it is left alone: %v", task, said)
	}
	return time.Since(from)
}

func TestKillDrill(t *testing.T) {
	ctx := context.Background()
	var base, more []trial.Record
	for rec := range benchRecords(2*drillTrials, nil) {
		more = append(more, rec)
	}
	base = more[:drillTrials]
	keep := func(t *testing.T, dir string) {
		for i := range 10 {
			folder := filepath.Join(dir, KeptDir, benchRecord(i).Key)
			for _, name := range []string{"embedding-train.npy", "embedding-test.npy"} {
				if err := os.MkdirAll(folder, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, name), make([]byte, 500), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	first := func(t *testing.T, dir string) {
		records := slices.Clone(base)
		for i := range records {
			firstForm(&records[i])
		}
		db := firstEdition(t, dir, records)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		task    string
		prepare func(t *testing.T, dir string)
		check   func(t *testing.T, dir string, said []string) // what was left
		final   func(t *testing.T, dir string)                // what there is once the task came to its end
	}{
		{"create", func(*testing.T, string) {}, func(t *testing.T, dir string, _ []string) {
			if Exists(dir) {
				checkAll(t, dir, nil, Everything)
			}
		}, func(t *testing.T, dir string) { checkAll(t, dir, nil, Everything) }},
		{"migrate", first, func(t *testing.T, dir string, _ []string) { checkFirst(t, dir, base) }, func(t *testing.T, dir string) {
			checkFirst(t, dir, base)
			s := open(t, dir)
			if yes, err := s.pending(ctx, packDatabase); yes || err != nil {
				t.Errorf("the database is not packed: %v", err)
			}
			if a, err := s.Attempts(ctx, base[3].Fit); err != nil || len(a) != 1 || a[0].Log != "log of 3\n" {
				t.Errorf("%+v, %v", a, err)
			}
		}},
		{"import", func(t *testing.T, dir string) { benchStore(t, dir, drillTrials, false) }, func(t *testing.T, dir string, _ []string) {
			if n := count(t, dir); n != len(base) && n != len(more) {
				t.Errorf("a part was taken: %d of %d or %d", n, len(base), len(more))
			} else {
				checkAll(t, dir, more[:n], Everything)
			}
		}, func(t *testing.T, dir string) { checkAll(t, dir, more, Everything) }},
		{"record", func(t *testing.T, dir string) { benchStore(t, dir, drillTrials, false) }, func(t *testing.T, dir string, said []string) {
			// What was reported is there; one more may be that was not reported yet.
			n := count(t, dir) - len(base)
			if n != len(said) && n != len(said)+1 {
				t.Errorf("%d trials were reported, %d are there", len(said), n)
			}
			checkAll(t, dir, more[:len(base)+n], Everything)
		}, nil},
		{"collect", func(t *testing.T, dir string) { benchStore(t, dir, drillTrials, false); keep(t, dir) }, func(t *testing.T, dir string, _ []string) {
			if n := count(t, dir); n != len(base) && n != len(base)-2 {
				t.Errorf("%d trials of %d", n, len(base))
			} else {
				checkAll(t, dir, base[len(base)-n:], Everything)
			}
		}, func(t *testing.T, dir string) {
			checkAll(t, dir, base[2:], Everything)
			s := open(t, dir)
			kept, err := s.Kept()
			if err != nil || len(kept) != 3 {
				t.Errorf("%+v, %v", kept, err)
			}
			if g, err := s.Garbage(ctx); err != nil || len(g.Files) > 0 || g.Texts > 0 {
				t.Errorf("%+v, %v", g, err)
			}
		}},
		{"repair", func(t *testing.T, dir string) {
			benchStore(t, dir, drillTrials, false)
			path := filepath.Join(dir, database)
			page := pagesOf(t, path, "sqlite_autoindex_trials_1")[1]
			edit(t, path, func(b []byte) []byte { clear(b[(page-1)*pageSize : page*pageSize]); return b })
		}, func(t *testing.T, dir string, _ []string) {
			v, err := View(dir) // the next command says so, or finds it repaired
			if err == nil {
				_, err = v.Resolve(ctx, "00")
				v.Close()
			}
			if _, damaged := errors.AsType[*DamagedError](err); !damaged {
				checkAll(t, dir, base, Everything)
			}
		}, func(t *testing.T, dir string) { checkAll(t, dir, base, Everything) }},
		{"write", func(t *testing.T, dir string) { benchStore(t, dir, drillTrials, true) }, func(t *testing.T, dir string, _ []string) {
			checkAll(t, dir, base, Everything)
			checkFiles(t, dir, base, false)
		}, func(t *testing.T, dir string) {
			checkAll(t, dir, base, Everything)
			checkFiles(t, dir, base, true)
		}},
	} {
		t.Run(c.task, func(t *testing.T) {
			trialRun := t.TempDir()
			c.prepare(t, trialRun)
			takes := duration(t, c.task, trialRun)
			if c.final != nil {
				c.final(t, trialRun)
			}
			r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // another moment every time: that is the point
			killed := 0
			for range kills() {
				dir := t.TempDir()
				c.prepare(t, dir)
				for i := 0; ; i++ {
					said, whole := drill(t, c.task, dir, r, takes)
					if !whole {
						killed++
					}
					if c.task == "record" || !whole {
						c.check(t, dir, said)
					}
					if whole || c.final == nil {
						break
					}
					if i == 2 { // three times in a row: then it may come to its end
						duration(t, c.task, dir)
						break
					}
				}
				if c.final != nil {
					c.final(t, dir)
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("killed %d times within %v", killed, takes)
		})
	}
}

func count(t *testing.T, dir string) int {
	t.Helper()
	v, err := View(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var n int
	if err := v.reader.QueryRow("SELECT count(*) FROM trials").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// checkFirst holds a store against records of the first edition: under their old ids
// all of them are there, whatever form the store has.
func checkFirst(t *testing.T, dir string, records []trial.Record) {
	t.Helper()
	list := slices.Clone(records)
	for i := range list {
		firstForm(&list[i])
		list[i].Fit = list[i].Spec.Fit().Key()
	}
	checkAll(t, dir, list, Everything)
}

// checkFiles holds the files of a sweep against records: each file is one that was
// written, whole.
func checkFiles(t *testing.T, dir string, records []trial.Record, all bool) {
	t.Helper()
	n := 0
	for line, err := range ReadLines(filepath.Join(dir, "sweep", RecordsFile)) {
		if err != nil {
			t.Fatal(err)
		}
		if line.Key != records[n].Key {
			t.Fatalf("line %d is of %s", n, line.Key)
		}
		n++
	}
	cases, err := ReadCases(filepath.Join(dir, "sweep", CasesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{n, len(cases)} {
		if n != len(records) && (all || n != len(records)/2) {
			t.Errorf("a file of %d trials of %d", n, len(records))
		}
	}
}
