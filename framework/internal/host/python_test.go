package host

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
)

// fakeVenv is a virtual environment as far as the host can see, whose interpreter
// is a shell script.
func fakeVenv(t testing.TB, dir, script string) string {
	t.Helper()
	write(t, filepath.Join(dir, "pyvenv.cfg"), "")
	program := write(t, filepath.Join(dir, "bin", "python"), "#!/bin/sh\n"+script)
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}

func pythonManifest(dir, python string) *Manifest {
	return &Manifest{File: filepath.Join(dir, ManifestName), Python: python}
}

func TestInterpreter(t *testing.T) {
	dir := t.TempDir()
	venv := fakeVenv(t, filepath.Join(dir, ".venv"), "")
	onPath := executable(t, filepath.Join(dir, "bin", "python9"))
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	for python, want := range map[string]string{".venv": venv, filepath.Join(dir, ".venv"): venv, ".venv/bin/python": venv, "python9": onPath} {
		if got, f := pythonManifest(dir, python).interpreter(); f != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", python, got, f, want)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "plain"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "gone", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/no/such/python", filepath.Join(dir, "gone", "bin", "python")); err != nil {
		t.Fatal(err)
	}
	for python, words := range map[string][]string{
		"none":      {"neither a virtual environment", "nor an interpreter none on the PATH", "python3 -m venv " + filepath.Join(dir, "none")},
		"./no/venv": {"no virtual environment or interpreter", "python3 -m venv"},
		"plain":     {"has no bin/python", "python3 -m venv"},
		"gone":      {"points to /no/such/python, which is gone", "make it anew"},
	} {
		_, f := pythonManifest(dir, python).interpreter()
		if f == nil {
			t.Errorf("%s is an interpreter", python)
			continue
		}
		wantFailure(t, f, failure.Launch, words...)
	}
}

// What to run depends on what the folder holds and which module is missing.
func TestInstall(t *testing.T) {
	pip := "py -m pip install "
	for _, c := range []struct {
		files  []string
		module string
		want   string
	}{
		{nil, "torch.nn", pip + "torch"},
		{nil, "sklearn.linear_model", pip + "scikit-learn"},
		{nil, "google.protobuf.message", pip + "protobuf"},
		{nil, "assay_plugin", pip + "CLONE/plugins/python"},
		{[]string{"sdk/pyproject.toml"}, "assay_plugin", pip + "DIR/sdk"},
		{[]string{"requirements.txt"}, "torch", "cd DIR && " + pip + "-r requirements.txt"},
		{[]string{"requirements.txt"}, "", "cd DIR && " + pip + "-r requirements.txt"},
		{[]string{"pyproject.toml"}, "torch", pip + "DIR"},
		{[]string{"pyproject.toml"}, "", pip + "CLONE/plugins/python && " + pip + "DIR"},
	} {
		dir := t.TempDir()
		for _, name := range c.files {
			write(t, filepath.Join(dir, name), "")
		}
		got := strings.Join(pythonManifest(dir, "py").install("py", c.module), " && ")
		if want := strings.ReplaceAll(c.want, "DIR", dir); got != want {
			t.Errorf("%v, module %q: %s, want %s", c.files, c.module, got, want)
		}
	}
}

// A module that is missing is named, with the command that brings it.
func TestExplainImport(t *testing.T) {
	l := newTestLauncher(t)
	for line, words := range map[string][]string{
		"ModuleNotFoundError: No module named 'torch'":                                      {"has no module torch", "pip install torch"},
		"/x/python: Error while finding module specification for 'mine.main'":               {"has no module mine.main", "args names the module mine.main"},
		"/x/python: No module named mine.main":                                              {"args names the module mine.main"},
		"ImportError: No module named sklearn.linear_model":                                 {"has no module sklearn.linear_model", "scikit-learn"},
		"ImportError: cannot import name 'x' from 'y'":                                      {"start it by hand"},
		"ModuleNotFoundError: No module named 'assay_plugin'; 'assay_plugin' is no package": {"plugins/python"},
	} {
		dir := t.TempDir()
		path := fakeVenv(t, filepath.Join(dir, ".venv"), "cat >&2 <<'X'\nTraceback\n"+line+"\nX\nexit 1\n")
		p := Plugin{Path: path, Args: []string{"-m", "mine.main"}, Manifest: pythonManifest(dir, ".venv")}
		_, err := l.Launch(t.Context(), p, Options{})
		wantFailure(t, err, failure.Crash, append(words, "| "+line)...)
	}
}

func TestPackages(t *testing.T) {
	ctx := context.Background()
	if _, ok, err := (Plugin{Path: "/p"}).Environment(ctx); ok || err != nil {
		t.Errorf("an executable has packages: %v", err)
	}
	dir := t.TempDir()
	path := fakeVenv(t, filepath.Join(dir, ".venv"), `echo '{"interpreter": "CPython 9.9", "packages": {"numpy": "1"}}'`)
	p := Plugin{Path: path, Manifest: pythonManifest(dir, ".venv")}
	e, ok, err := p.Environment(ctx)
	if !ok || err != nil || e.Interpreter != "CPython 9.9" || e.Packages["numpy"] != "1" {
		t.Errorf("got %+v, %v, %v", e, ok, err)
	}
	f := Environment{Interpreter: e.Interpreter, Packages: map[string]string{"numpy": "2"}}
	if e.Digest() == f.Digest() || !strings.HasPrefix(e.Digest(), "sha256:") {
		t.Errorf("digests %s and %s", e.Digest(), f.Digest())
	}
	for script, words := range map[string]string{
		"yes":                              "more than 4194304 bytes", // without an end
		"sleep 900401 & echo '{}'; exit 3": "exit status 3",
		"echo '\"x\"'":                     "cannot unmarshal",
	} {
		noSleepers(t, "900401")
		dir := t.TempDir()
		p := Plugin{Path: fakeVenv(t, filepath.Join(dir, ".venv"), script), Manifest: pythonManifest(dir, ".venv")}
		short, cancel := context.WithTimeout(ctx, 4*time.Second)
		if _, _, err := p.Environment(short); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: got %v, want %s", script, err, words)
		}
		cancel()
		if n := len(sleepers("900401")); n != 0 {
			t.Errorf("%s: %d processes are left", script, n)
		}
	}
	bad := t.TempDir()
	p = Plugin{Path: fakeVenv(t, filepath.Join(bad, ".venv"), "echo no luck >&2; exit 1\n"), Manifest: pythonManifest(bad, ".venv")}
	if _, _, err := p.Environment(ctx); err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("got %v", err)
	}
	if python, err := exec.LookPath("python3"); err == nil {
		real := t.TempDir()
		p = Plugin{Path: python, Manifest: pythonManifest(real, "python3")}
		if e, _, err := p.Environment(ctx); err != nil || !strings.Contains(e.Interpreter, " 3.") {
			t.Errorf("%s says %+v, %v", python, e, err)
		}
	}
}
