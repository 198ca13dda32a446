package host

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Files of an environment, which may have come with the plugin, open no folder but
// those of Python code: a plugin cannot grant itself what it is kept from.
func TestEnvironmentsGrantCodeAlone(t *testing.T) {
	base := t.TempDir()
	home := filepath.Join(base, "home")
	t.Setenv("HOME", home)
	venv := filepath.Join(base, "plugin", ".venv")
	program := fakeVenv(t, venv, "")
	site := filepath.Join(venv, "lib", "python3.11", "site-packages")
	write(t, filepath.Join(home, ".ssh", "keys.py"), "")
	write(t, filepath.Join(home, "notes.py"), "")
	write(t, filepath.Join(base, "thesis", "chapter.txt"), "")
	write(t, filepath.Join(base, "project", "edited.py"), "")
	write(t, filepath.Join(base, "other", "src", "pkg", "__init__.py"), "")
	if err := os.Symlink(filepath.Join(home, ".ssh"), filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	closed := []string{filepath.Join(home, ".ssh"), home, base, filepath.Join(base, "thesis"), filepath.Join(base, "link")}
	open := []string{filepath.Join(base, "project"), filepath.Join(base, "other", "src")}
	text, module := "", ""
	for _, path := range append(slices.Clone(closed), open[0]) {
		text += path + "\n"
		module += "{'m': '" + path + "'}\n"
	}
	write(t, filepath.Join(site, "all.pth"), text)
	write(t, filepath.Join(site, "__editable___finder.py"), module+"{'pkg': '"+open[1]+"'}\n")
	write(t, filepath.Join(venv, "pyvenv.cfg"), "home = "+filepath.Join(home, "bin")+"\n")
	got := pythonRoots(program)
	for _, path := range closed {
		if slices.Contains(got, path) {
			t.Errorf("%s is open", path)
		}
	}
	for _, path := range append(open, venv) {
		if !slices.Contains(got, path) {
			t.Errorf("%s is closed, of %q", path, got)
		}
	}
}

// What lies beside a program, and what LD_LIBRARY_PATH names, can be read; the home
// folder is not opened by a program in it.
func TestBesideAProgram(t *testing.T) {
	base := t.TempDir()
	t.Setenv("HOME", filepath.Join(base, "home"))
	t.Setenv("LD_LIBRARY_PATH", filepath.Join(base, "modules")+":"+base+":relative")
	julia := executable(t, filepath.Join(base, "julia", "bin", "julia"))
	write(t, filepath.Join(base, "julia", "lib", "libjulia.so"), "")
	script := executable(t, filepath.Join(base, "project", "method.py"))
	helper := write(t, filepath.Join(base, "project", "helper.py"), "")
	write(t, filepath.Join(base, "project", "results", "assay.db"), "")
	own := executable(t, filepath.Join(base, "home", "method"))
	diary := write(t, filepath.Join(base, "home", "diary"), "")
	for _, c := range []struct {
		program, path string
		open          bool
	}{
		{julia, filepath.Join(base, "julia"), true}, {julia, filepath.Join(base, "modules"), true}, {julia, base, false},
		{script, helper, true}, {script, filepath.Join(base, "project", "results"), false},
		{own, own, true}, {own, diary, false}, {own, filepath.Join(base, "home"), false},
	} {
		if got := slices.Contains(Plugin{Path: c.program}.code(), c.path); got != c.open {
			t.Errorf("%s: %s is open: %v", c.program, c.path, got)
		}
	}
}
