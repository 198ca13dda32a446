package host

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/problem"
)

// executable makes a program that does nothing.
func executable(t testing.TB, path string) string {
	t.Helper()
	write(t, path, "#!/bin/sh\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindByName(t *testing.T) {
	dir := t.TempDir()
	beside, first, second := filepath.Join(dir, "bin"), filepath.Join(dir, "first"), filepath.Join(dir, "second")
	f := &Finder{
		Self:       filepath.Join(beside, "assay"),
		Builtin:    []string{"baseline", "hiwa"},
		Configured: map[string]Entry{"mine": {Path: executable(t, filepath.Join(dir, "mine", "program"))}, "folder": {Path: write(t, filepath.Join(dir, "with", ManifestName), "version: 1\ncommand: x\n")}},
		Path:       []string{first, second, filepath.Join(dir, "does not exist"), executable(t, filepath.Join(dir, "a file"))},
	}
	executable(t, filepath.Join(first, Prefix+"cebra"))
	executable(t, filepath.Join(second, Prefix+"cebra"))
	executable(t, filepath.Join(second, Prefix+"hiwa")) // the built-in one wins
	executable(t, filepath.Join(second, Prefix))        // has no name
	executable(t, filepath.Join(second, "unrelated"))
	executable(t, filepath.Join(second, Prefix+"win.exe"))
	executable(t, filepath.Join(beside, Prefix+"near"))
	write(t, filepath.Join(first, "torchy", ManifestName), "version: 1\ncommand: run\nargs: [model.py, --deep, absent]\n")
	write(t, filepath.Join(first, "torchy", "model.py"), "")
	if err := os.Mkdir(filepath.Join(first, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"mine":     "configuration " + filepath.Join(dir, "mine", "program"),
		"folder":   "configuration " + filepath.Join(dir, "with", "x"),
		"baseline": "built-in " + f.Self + " serve baseline",
		"hiwa":     "built-in " + f.Self + " serve hiwa",
		"cebra":    "ASSAY_PLUGIN_PATH " + filepath.Join(first, Prefix+"cebra"),
		"win":      "ASSAY_PLUGIN_PATH " + filepath.Join(second, Prefix+"win.exe"),
		"near":     "beside assay " + filepath.Join(beside, Prefix+"near"),
		"torchy":   "ASSAY_PLUGIN_PATH " + filepath.Join(first, "torchy", "run") + " " + filepath.Join(first, "torchy", "model.py") + " --deep absent",
	} {
		p, err := f.Find(name, dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(append([]string{p.Origin, p.Path}, p.Args...), " "); got != want {
			t.Errorf("%s is\n%s, want\n%s", name, got, want)
		}
		if p.Name != name {
			t.Errorf("%s is called %s", name, p.Name)
		}
	}
	all, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	if want := []string{"folder", "mine", "baseline", "hiwa", "cebra", "torchy", "cebra", "hiwa", "win", "near"}; !slices.Equal(names, want) {
		t.Errorf("the list is %v, want %v", names, want)
	}
}

func TestFindNothing(t *testing.T) {
	dir := t.TempDir()
	f := &Finder{Self: filepath.Join(dir, "assay"), Builtin: []string{"baseline"}}
	if err := os.Mkdir(filepath.Join(dir, "here"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, hint := range map[string]string{
		"baselin": `did you mean "baseline"?`,
		"zzz":     "0 folders of ASSAY_PLUGIN_PATH",
		"here":    "write ./here",
	} {
		_, err := f.Find(name, dir)
		missing, ok := problem.Find(err)
		if !ok || !missing.Usage || !strings.Contains(missing.Hint, hint) || !strings.Contains(err.Error(), fmt.Sprintf("%q", name)) {
			t.Errorf("%s: %v, %+v; want the hint %q", name, err, missing, hint)
		}
	}
}

// A name with a separator is a path: of an executable, a manifest or its folder.
func TestFindByPath(t *testing.T) {
	dir := t.TempDir()
	executable(t, filepath.Join(dir, "plug"))
	manifest := write(t, filepath.Join(dir, "folder", ManifestName), "version: 1\ncommand: bin/run\nneeds: {threads: 2}\n")
	broken := write(t, filepath.Join(dir, "broken", ManifestName), "version: 1\ncommand: x\nargs: 3\n")
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	f := &Finder{Self: filepath.Join(dir, "assay")}
	find := func(name string) Plugin {
		t.Helper()
		p, err := f.Find(name, dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return p
	}
	if p := find("./plug"); p.Path != filepath.Join(dir, "plug") || p.Where() != p.Path || !reflect.DeepEqual(p.Needs(), Needs{}) || p.Broken != nil {
		t.Errorf("./plug is %+v", p)
	}
	for _, name := range []string{"./folder", "folder/", "./folder/plugin.yaml", filepath.Join(dir, "folder")} {
		if p := find(name); p.Path != filepath.Join(dir, "folder", "bin", "run") || p.Where() != manifest || p.Needs().Threads != 2 {
			t.Errorf("%s is %+v", name, p)
		}
	}
	for name, words := range map[string]string{
		"./empty":            "holds no plugin.yaml",
		"./broken":           "args must be a list",
		"./none/plugin.yaml": "no such file",
	} {
		if p := find(name); p.Broken == nil || !strings.Contains(p.Broken.Text(), words) {
			t.Errorf("%s is %+v, want it broken: %s", name, p, words)
		}
	}
	if p := find("./broken"); p.Broken.Plugin != broken+":3:7" {
		t.Errorf("the mistake is at %s", p.Broken.Plugin)
	}
	if a, b := find("./folder"), find("./plug"); a.Same(b) || !a.Same(find("./folder")) {
		t.Error("same does not tell plugins apart")
	}
}
