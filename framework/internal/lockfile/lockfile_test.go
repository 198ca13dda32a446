package lockfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestChangesNameWhatChanged(t *testing.T) {
	was := Plugin{
		Digest: "sha256:1", Files: map[string]string{"a.py": "1", "b.py": "2", "c.py": "3"},
		Interpreter: "CPython 3.11.2", Packages: map[string]string{"numpy": "1.24.2", "torch": "2.0"},
	}
	is := Plugin{
		Digest: "sha256:2", Files: map[string]string{"a.py": "1", "b.py": "9", "d.py": "4"},
		Interpreter: "CPython 3.12.0", Packages: map[string]string{"numpy": "2.0.0", "jax": "0.4"},
	}
	want := []string{
		"file b.py has other contents", "file c.py is gone", "file d.py is new",
		"the interpreter is CPython 3.12.0, was CPython 3.11.2",
		"package numpy is version 2.0.0, was 1.24.2", "package torch is gone", "package jax is new",
	}
	if d := cmp.Diff(want, was.Changes(is)); d != "" {
		t.Error(d)
	}
	if same := was.Changes(was); len(same) != 0 {
		t.Errorf("an unchanged plugin: %v", same)
	}
	bare := Plugin{Digest: "sha256:0123456789abcdef"}
	if got := bare.Changes(Plugin{Digest: "sha256:fedcba9876543210"}); len(got) != 1 || got[0] != "the executable has other contents: sha256:fedcba987654, was sha256:0123456789ab" {
		t.Errorf("an executable: %v", got)
	}
}

func TestWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	f, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.Plugins = map[string]Plugin{"demo/plugin.yaml": {Method: "demo 1", Digest: "sha256:1", Files: map[string]string{"x: y.py": "0123"}, Interpreter: "CPython 3.11.2", Packages: map[string]string{"a": "1.0", "b": "1e3"}}}
	f.Datasets = map[string]map[string]string{"sweep.yaml": {"clouds, seed 1": "sha256:2"}}
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "sweeps", "mine")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := Find(below)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, got, cmpopts.IgnoreUnexported(File{})); d != "" || got.Path() != f.Path() {
		t.Errorf("%s\n%s", got.Path(), d)
	}
	if rel := got.Relative(filepath.Join(below, "s.yaml")); rel != "sweeps/mine/s.yaml" {
		t.Errorf("relative to the lock: %s", rel)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, ok := range map[string]bool{"version: 1\n": true, "version: 2\n": true, "version: 3\n": true, "version: 4\n": false, "version: 0\n": false, "version: 1\nplugin: {}\n": false, "just text": false, "version: 1\nplugins: {a: {digset: x}}\n": false,
		"version: 1\nplugins: {a: {counts: code}}\n": false, "version: 2\nplugins: {a: {counts: code}}\n": true, "version: 2\nplugins: {a: {counts: most}}\n": false} {
		path := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	empty := t.TempDir() // as the lock of a results folder is
	if err := os.WriteFile(filepath.Join(empty, Name), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if f, err := Find(empty); f != nil || err != nil {
		t.Errorf("an empty file: %v, %v", f, err)
	}
}

// What is no file is refused at once, not waited for.
func TestReadOfAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Skip("needs mkfifo")
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "named pipe") {
		t.Errorf("got %v", err)
	}
}

// A lock is of version 2 only if it holds what version 1 cannot say.
func TestVersionIsTheLowest(t *testing.T) {
	dir := t.TempDir()
	f, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	old := Plugin{Method: "old 1", Digest: "sha256:1", Files: map[string]string{"README.md": "0123"}}
	f.Plugins = map[string]Plugin{"old/plugin.yaml": old}
	for _, want := range []int{1, 2, 1} {
		if want == 2 {
			f.Plugins["new/plugin.yaml"] = Plugin{Method: "new 1", Counts: Code, Digest: "sha256:2", Files: map[string]string{"a.py": "4567"}}
		} else {
			delete(f.Plugins, "new/plugin.yaml")
		}
		if err := f.Write(); err != nil {
			t.Fatal(err)
		}
		got, err := Read(filepath.Join(dir, Name))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(old, got.Plugins["old/plugin.yaml"]); got.Version != want || d != "" {
			t.Errorf("version %d, want %d: %s", got.Version, want, d)
		}
	}
}
