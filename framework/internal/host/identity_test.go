package host

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/regular"
)

// scripted is a plugin that is a file of its own, which can be changed.
func scripted(t *testing.T) Plugin {
	t.Helper()
	path := write(t, filepath.Join(t.TempDir(), "plug"), script(t, ""))
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return Plugin{Name: "scripted", Path: path}
}

func script(t *testing.T, comment string) string {
	return fmt.Sprintf("#!/bin/sh\n# %s\nexec %s toy good\n", comment, self(t))
}

// replace puts another file in the place of one, as mv does.
func replace(t *testing.T, path, text string) {
	t.Helper()
	write(t, path+".new", text)
	if err := os.Chmod(path+".new", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// What was looked at is what is started: another file in its place is not.
func TestChangedBetweenLaunches(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		l, p := newTestLauncher(t), scripted(t)
		l.Confine = ConfineOff // the script starts a program that is no part of it
		if hashed {
			if _, err := p.Digest(); err != nil {
				t.Fatal(err)
			}
		}
		launch(t, l, p, Options{}).Close()
		replace(t, p.Path, script(t, "another"))
		_, err := l.Launch(t.Context(), p, Options{})
		wantFailure(t, err, failure.Changed, "the plugin was changed", "the executable is another", "leave a plugin alone")
		if hashed {
			if d, err := p.Digest(); err != nil || d != "sha256:"+sum(script(t, "")) {
				t.Errorf("its digest is now %s, %v", d, err)
			}
		} else if d, err := p.Digest(); err == nil {
			t.Errorf("what was started first is said to have the digest %s", d)
		}
	}
}

// The answer of a plugin that was changed while it ran is none.
func TestChangedDuringACall(t *testing.T) {
	l, p := newTestLauncher(t), scripted(t)
	l.Confine = ConfineOff // the script starts a program that is no part of it
	if _, err := p.Digest(); err != nil {
		t.Fatal(err)
	}
	proc := launch(t, l, p, Options{})
	if err := describe(t.Context(), proc); err != nil {
		t.Fatal(text(err))
	}
	write(t, p.Path, script(t, "another")) // in place
	wantFailure(t, describe(t.Context(), proc), failure.Changed, "the executable is another")
	eventually(t, "it goes on", func() bool { return proc.hasEnded(false) })
}

// The same bytes are the same plugin, whenever they were written.
func TestWrittenAnewIsUnchanged(t *testing.T) {
	l, p := newTestLauncher(t), scripted(t)
	l.Confine = ConfineOff // the script starts a program that is no part of it
	if _, err := p.Digest(); err != nil {
		t.Fatal(err)
	}
	launch(t, l, p, Options{}).Close()
	replace(t, p.Path, script(t, ""))
	if err := os.Chtimes(p.Path, time.Now(), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	launch(t, l, p, Options{}).Close()
}

// Every file that counts into the digest of an interpreted plugin is held to it;
// what a run or its reader writes beside them is not.
func TestChangedFolder(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string // "": unchanged
	}{
		"edited":       {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "sub", "help.py"), "b") }, "sub/help.py is another"},
		"new":          {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "numpy.py"), "b") }, "numpy.py is new"},
		"gone":         {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "sub", "help.py")) }, "sub/help.py is gone"},
		"weights":      {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "weights.bin"), "c") }, "weights.bin is another"},
		"the manifest": {func(t *testing.T, dir string) { write(t, filepath.Join(dir, ManifestName), "version: 1\npython: x\n") }, "plugin.yaml is another"},
		"a cache":      {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "__pycache__", "x.pyc"), "b") }, ""},
		"notes":        {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "README.md"), "b") }, ""},
		"results": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "out", "assay.db"), "b")
			write(t, filepath.Join(dir, "out", "sweep", "records.jsonl"), "b")
		}, ""},
		"touched": {func(t *testing.T, dir string) {
			now := time.Now().Add(time.Hour)
			if err := os.Chtimes(filepath.Join(dir, "sub", "help.py"), now, now); err != nil {
				t.Fatal(err)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			m := write(t, filepath.Join(dir, ManifestName), "version: 1\npython: python3\n")
			write(t, filepath.Join(dir, "sub", "help.py"), "a")
			write(t, filepath.Join(dir, "weights.bin"), "b")
			p := Plugin{Path: "/python3", Manifest: &Manifest{File: m, Python: "python3"}}
			if _, err := p.Contents(); err != nil {
				t.Fatal(err)
			}
			if f := p.Unchanged(); f != nil {
				t.Fatal(f.Text())
			}
			c.change(t, dir)
			f := p.Unchanged()
			if c.want == "" {
				if f != nil {
					t.Error(f.Text())
				}
				return
			}
			if f == nil {
				t.Fatal("nothing is noticed")
			}
			wantFailure(t, f, failure.Changed, c.want)
		})
	}
}

// A pipe or a device in the place of a file holds up nobody.
func TestNoRegularFile(t *testing.T) {
	l := newTestLauncher(t)
	for _, path := range []string{"/dev/zero", fifo(t)} {
		if _, err := hashFile(path); err == nil {
			t.Errorf("%s is hashed", path)
		}
		_, err := l.Launch(t.Context(), Plugin{Path: path}, Options{})
		wantFailure(t, err, failure.Launch)
		if _, err := regular.ReadFile(path, 100); err == nil {
			t.Errorf("%s is read", path)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink(fifo(t), filepath.Join(dir, ManifestName)); err != nil {
		t.Fatal(err)
	}
	if p, err := at(dir, "p", "path"); err != nil || p.Broken == nil {
		t.Errorf("a manifest that is a pipe: %+v, %v", p, err)
	}
}
