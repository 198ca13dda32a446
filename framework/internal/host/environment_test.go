package host

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func value(env []string, name string) (string, bool) {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func TestEnvironment(t *testing.T) {
	t.Setenv("PATH", "/bin")
	t.Setenv("SECRET", "1")
	t.Setenv("LC_TIME", "C")
	t.Setenv("VIRTUAL_ENV", "/shell/venv")
	t.Setenv("PYTHONPATH", "/shell")
	dir := t.TempDir()
	venv := filepath.Join(dir, ".venv")
	write(t, filepath.Join(venv, "pyvenv.cfg"), "")
	python := &Manifest{File: filepath.Join(dir, ManifestName), Python: ".venv", Env: map[string]string{"PYTHONHASHSEED": "7", "MINE": "x"}}
	const none = "(not there)"
	for name, c := range map[string]struct {
		plugin  Plugin
		threads int
		want    map[string]string
	}{
		"executable": {Plugin{Path: "/p"}, 2, map[string]string{"PATH": "/bin", "LC_TIME": "C", "SECRET": none, "VIRTUAL_ENV": "/shell/venv", "PYTHONPATH": "/shell",
			"OMP_NUM_THREADS": "2", "GOMAXPROCS": "2"}},
		"no limit": {Plugin{Path: "/p"}, 0, map[string]string{"OMP_NUM_THREADS": none}},
		"command": {Plugin{Path: "/p", Manifest: &Manifest{File: python.File, Command: "p", Env: map[string]string{"PATH": "/mine"}}}, 1,
			map[string]string{"PATH": "/mine", "VIRTUAL_ENV": none, "PYTHONPATH": none, "PYTHONUNBUFFERED": none}},
		"python": {Plugin{Path: filepath.Join(venv, "bin", "python"), Manifest: python}, 1, map[string]string{"PYTHONPATH": dir, "PYTHONUNBUFFERED": "1",
			"PYTHONHASHSEED": "7", "MINE": "x", "VIRTUAL_ENV": venv, "PATH": filepath.Join(venv, "bin") + ":/bin"}},
		"python of the system": {Plugin{Path: "/usr/bin/python3", Manifest: python}, 1, map[string]string{"VIRTUAL_ENV": none, "PATH": "/bin"}},
	} {
		env := environment(c.plugin, c.threads, nil, nil)
		for variable, want := range c.want {
			got, ok := value(env, variable)
			if !ok {
				got = none
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", name, variable, got, want)
			}
		}
		if !slices.IsSorted(env) {
			t.Errorf("%s: the environment is in no order: %v", name, env)
		}
	}
}

func TestMarksDiffer(t *testing.T) {
	a, b := newMark(), newMark()
	if a == b {
		t.Errorf("marks %s and %s", a, b)
	}
	for _, m := range []mark{a, b.of(1), a.of(1<<launchBits + 5)} {
		if got, ok := parseMark(m.String()); !ok || got != m {
			t.Errorf("%s is read as %s, %v", m, got, ok)
		}
		if got := markOf(m.number()); got != m || m.number()>>61 != 1 {
			t.Errorf("%s has the number %x, which is %s", m, m.number(), got)
		}
	}
	for _, text := range []string{"", "12", "x-1", "1-x", "1-99999999999"} {
		if m, ok := parseMark(text); ok {
			t.Errorf("%q is read as %s", text, m)
		}
	}
}
