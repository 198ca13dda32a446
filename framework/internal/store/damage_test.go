package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/trial"
)

// filled is a folder with a store that holds a few trials and was closed.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 30 {
		run(t, s, toy(uint64(i)), "")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func edit(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What is no whole store is refused by name, with the way out, and is still there
// afterwards as it was: nothing starts anew over it.
func TestDamageIsSaid(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		harm func(t *testing.T, dir, path string)
		want string
	}{
		"empty": {func(t *testing.T, _, path string) { edit(t, path, func([]byte) []byte { return nil }) }, "it is empty (0 bytes)"},
		"text": {func(t *testing.T, _, path string) {
			edit(t, path, func([]byte) []byte { return []byte("not a database\n") })
		}, "the file is not a database"},
		"short header": {func(t *testing.T, _, path string) { edit(t, path, func(b []byte) []byte { return b[:50] }) }, "the file is not a database"},
		"cut":          {func(t *testing.T, _, path string) { edit(t, path, func(b []byte) []byte { return b[:3*pageSize] }) }, "is damaged"},
		"pages of zeros": {func(t *testing.T, _, path string) {
			edit(t, path, func(b []byte) []byte { clear(b[pageSize:]); return b })
		}, "is damaged"},
		"other database": {func(t *testing.T, dir, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			db, err := connect(dir, "")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("CREATE TABLE mine (a)"); err != nil {
				t.Fatal(err)
			}
		}, "it is no store of trials"},
		"log without database": {func(t *testing.T, _, path string) {
			if err := os.Rename(path, path+"-wal"); err != nil {
				t.Fatal(err)
			}
		}, "there is assay.db-wal and no assay.db"},
		"log removed after a kill": {func(t *testing.T, dir, path string) {
			killed(t, dir)
			if err := os.Remove(path + "-wal"); err != nil {
				t.Fatal(err)
			}
			os.Remove(path + "-shm")
		}, "assay.db-wal, which held what was recorded last, was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			path := filepath.Join(dir, database)
			c.harm(t, dir, path)
			before := contents(t, dir)
			for range 2 { // nor at the second try
				_, err := View(dir)
				if err == nil {
					t.Error("it can be looked at")
				} else {
					said(t, err, c.want)
				}
				_, err = Open(ctx, dir)
				if err == nil {
					t.Fatal("it can be opened")
				}
				said(t, err, c.want)
			}
			for name, text := range before {
				if after := contents(t, dir); after[name] != text {
					t.Errorf("%s was changed", name)
				}
			}
		})
	}
}

func said(t *testing.T, err error, want string) {
	t.Helper()
	var damaged *DamagedError
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if p, ok := problem.Find(err); !ok || !strings.Contains(p.Hint, "assay results repair") {
		t.Errorf("the way out is not named: %+v", p)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), database) || strings.HasSuffix(e.Name(), "-shm") || e.Name() == LockFile || e.Name() == signFile {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 0 || e.Name() == database {
			out[e.Name()] = string(text)
		}
	}
	return out
}

// A page that is broken is found when it is read, not before.
func TestBrokenPageIsSaid(t *testing.T) {
	dir := filled(t)
	edit(t, filepath.Join(dir, database), func(b []byte) []byte {
		for at := pageSize; at+pageSize <= len(b); at += pageSize {
			if b[at] == 13 && strings.Contains(string(b[at:at+pageSize]), "\"loss\"") { // a leaf of texts
				copy(b[at:], "\x0d\xff\xff\xff\xff\xff\xff\xff")
			}
		}
		return b
	})
	v, err := View(dir)
	if err == nil {
		defer v.Close()
		_, err = v.Records(context.Background())
	}
	if err == nil {
		t.Fatal("everything can be read")
	}
	said(t, err, "its pages contradict each other")
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := filled(t)
	db, err := connect(dir, writing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var newer *NewerError
	if _, err := Open(context.Background(), dir); !errors.As(err, &newer) || newer.Version != 99 {
		t.Errorf("opening it: %v", err)
	}
	if _, err := View(dir); !errors.As(err, &newer) {
		t.Errorf("looking at it: %v", err)
	}
}

// helper makes this test's binary do something else in a process of its own, which
// can be killed; see TestMain.
func helper(t testing.TB, task, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "STORE_TEST_TASK="+task, "STORE_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestMain(m *testing.M) {
	if task := os.Getenv("STORE_TEST_TASK"); task != "" {
		os.Exit(tasks[task](os.Getenv("STORE_TEST_DIR")))
	}
	os.Exit(m.Run())
}

var tasks = map[string]func(dir string) int{
	"hold": func(dir string) int {
		s, err := Open(context.Background(), dir)
		if err == nil {
			_, err = s.Add(context.Background(), []trial.Record{toy(1000)})
		}
		if trap := os.Getenv("STORE_TEST_SQL"); err == nil && trap != "" {
			if _, err = s.Begin(context.Background(), toy(1001).Key, time.Now()); err == nil {
				_, err = s.writer.Exec(trap)
			}
		}
		if err != nil {
			return fail(err)
		}
		os.Stdout.WriteString("ready\n")
		time.Sleep(time.Minute)
		return 0
	},
}

func fail(err error) int {
	os.Stderr.WriteString(err.Error() + "\n")
	return 1
}

// killed leaves the folder as a host does that was killed with a trial in its log.
func killed(t *testing.T, dir string) {
	t.Helper()
	holding(t, dir, "")()
}

// holding starts a host in another process, and returns what kills it. It executes
// a statement of SQL, if there is one.
func holding(t *testing.T, dir, statement string) (kill func()) {
	t.Helper()
	cmd := helper(t, "hold", dir)
	cmd.Env = append(cmd.Env, "STORE_TEST_SQL="+statement)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Cleanup(kill)
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal("the other host did not start:", err)
	}
	return kill
}

// After a kill the log has the last trial, and whoever looks first, for reading or
// for writing, on a folder that can be written or not, sees it.
func TestKilledHostLosesNothing(t *testing.T) {
	ctx := context.Background()
	dir := filled(t)
	killed(t, dir)
	key := toy(1000).Key
	for range 2 { // looking leaves the log where it is
		v, err := View(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, err := v.Record(ctx, key); !ok {
			t.Errorf("the last trial is not seen: %v", err)
		}
		v.Close()
	}
	s := open(t, dir)
	if _, ok, err := s.Record(ctx, key); !ok {
		t.Errorf("the last trial is gone: %v", err)
	}
	s.Close()
	s = open(t, dir)
	s.Close()
}

// A start that fails, wherever it does, leaves a store that the next one opens: the
// log that it settles on its way out is not taken for one that was removed.
func TestFailedStartDoesNoHarm(t *testing.T) {
	ctx := context.Background()
	for name, trigger := range map[string]string{
		"taking it over": "CREATE TRIGGER no BEFORE UPDATE OF token ON owner BEGIN SELECT raise(FAIL, 'no'); END",
		"marking lost":   "CREATE TRIGGER no BEFORE UPDATE ON attempts BEGIN SELECT raise(FAIL, 'no'); END",
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			holding(t, dir, trigger)()
			if _, err := Open(ctx, dir); err == nil {
				t.Fatal("it starts")
			}
			db, err := connect(dir, writing)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("DROP TRIGGER no"); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			open(t, dir)
		})
	}
}

func readOnlyFolder(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() == 0 {
		// Permissions do not bind root: a read-only mount does.
		if out, err := exec.Command("mount", "--bind", dir, dir).CombinedOutput(); err != nil {
			t.Skipf("no read-only folder can be made here: %s", out)
		}
		t.Cleanup(func() { exec.Command("umount", dir).Run() })
		if out, err := exec.Command("mount", "-o", "remount,ro,bind", dir).CombinedOutput(); err != nil {
			t.Skipf("no read-only folder can be made here: %s", out)
		}
		return
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
}

func TestReadOnlyFolderCanBeLookedAt(t *testing.T) {
	ctx := context.Background()
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"closed": func(*testing.T, string) {},
		"killed": killed,
		"killed, without the log's index": func(t *testing.T, dir string) {
			killed(t, dir)
			if err := os.Remove(filepath.Join(dir, database+"-shm")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			prepare(t, dir)
			readOnlyFolder(t, dir)
			v, err := View(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			got, err := v.Records(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := got[toy(1000).Key]; ok == (name == "closed") || len(got) < 30 {
				t.Errorf("%d records, the last one: %v", len(got), ok)
			}
			if who := Holder(dir); who != "" {
				t.Errorf("held by %q", who)
			}
		})
	}
	t.Run("first edition", func(t *testing.T) {
		dir := t.TempDir()
		db := firstEdition(t, dir, []trial.Record{toy(1), toy(2)})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		readOnlyFolder(t, dir)
		v, err := View(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		if got, err := v.Records(ctx); err != nil || len(got) != 2 {
			t.Errorf("%d records, %v", len(got), err)
		}
	})
}

// Whatever is removed by hand while a host lives: two hosts never both write.
func TestFilesRemovedUnderALivingHost(t *testing.T) {
	ctx := context.Background()
	defer func(d time.Duration) { signPatience = d }(signPatience)
	signPatience = 20 * time.Millisecond
	remove := func(t *testing.T, dir string, names ...string) {
		for _, n := range names {
			if err := os.Remove(filepath.Join(dir, n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("locks", func(t *testing.T) {
		dir := filled(t)
		first := open(t, dir)
		remove(t, dir, LockFile, signFile)
		second := open(t, dir) // nothing is left that could keep it out
		var lost *LostError
		if _, err := first.Begin(ctx, toy(100).Key, time.Now()); !errors.As(err, &lost) || !strings.Contains(err.Error(), "has taken it over") {
			t.Errorf("the first host: %v", err)
		}
		if _, err := first.Add(ctx, []trial.Record{toy(101)}); !errors.As(err, &lost) {
			t.Errorf("the first host: %v", err)
		}
		run(t, second, toy(102), "")
		first.Close()
		run(t, second, toy(103), "") // closing the first one gives nothing up
		second.Close()
		s := open(t, dir)
		got, err := s.Records(ctx)
		if err != nil || len(got) != 32 {
			t.Errorf("%d records, %v", len(got), err)
		}
	})
	for name, files := range map[string][]string{"database": {database}, "log": {database + "-wal"}, "all": {database, database + "-wal", database + "-shm"}} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			s := open(t, dir)
			run(t, s, toy(100), "")
			remove(t, dir, files...)
			var lost *LostError
			if _, err := s.Begin(ctx, toy(101).Key, time.Now()); !errors.As(err, &lost) {
				t.Errorf("a write into a file that nobody sees: %v", err)
			}
		})
	}
	t.Run("replaced", func(t *testing.T) {
		dir, other := filled(t), filled(t)
		s := open(t, dir)
		if err := os.Rename(filepath.Join(other, database), filepath.Join(dir, database)); err != nil {
			t.Fatal(err)
		}
		var lost *LostError
		if _, err := s.Begin(ctx, toy(101).Key, time.Now()); !errors.As(err, &lost) {
			t.Errorf("a write into a file that nobody sees: %v", err)
		}
	})
	if _, err := View(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without store: %v", err)
	}
}
