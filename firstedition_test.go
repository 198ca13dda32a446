package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Plugins of the first edition (commit 130a16b), as their authors have them on
// disk: protocol 1 and the public SDK only ever grow.
const firstEdition = "testdata/first-edition"

// frozen copies a plugin's folder: nothing may be written beside testdata.
func frozen(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(firstEdition, name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkAndTrain runs the conformance suite over a plugin and one trial of it.
func checkAndTrain(t *testing.T, plugin, name string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	assay(t, "plugin", "check", plugin)
	sweep := filepath.Join(dir, "sweep.yaml")
	write(t, sweep, fmt.Sprintf(`version: 1
name: frozen
datasets:
  population: {source: generate/swapvae-population, params: {per_cluster: 100}, split: {by: trial, train: 0.8, test: 0.2, order: random, seed: 1}}
methods:
  %s: {plugin: %q, settings: {dims: 4}}
seeds: 1
probes:
  - {kind: direction, target: direction}
limits: {timeout: 5m, memory: 2GiB, threads: 1}
tables:
  - {name: main, rows: method, cols: dataset, cell: probe/direction/accuracy, split: test}
`, name, plugin))
	assay(t, "run", sweep, "--results", dir)
	means := readTable(t, filepath.Join(dir, "frozen", "tables", "main.json"))
	// Four directions: a read-out that has learned nothing is right in about a quarter.
	if v := means[name+" population probe/direction/accuracy"]; v < 0.4 || v > 1 {
		t.Errorf("direction accuracy %v", v)
	}
}

// The Go plugin builds against today's module, passes its own tests, and works.
func TestFirstEditionGoPlugin(t *testing.T) {
	dir := frozen(t, "go-plugin")
	module, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"mod", "edit", "-replace", "github.com/assaylab/assay=" + module},
		{"vet", "-mod=mod", "."}, // what today's module requires may be newer
		{"test", "-mod=mod", "."},
		{"build", "-mod=mod", "-o", "bin/slow-features", "."},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	checkAndTrain(t, dir, "slow-features")
}

// The Python plugin works with the SDK that `assay plugin new` has put beside it.
func TestFirstEditionPythonPlugin(t *testing.T) {
	python := environment(t, "plugins/python")
	dir := frozen(t, "python-plugin")
	manifest := filepath.Join(dir, "plugin.yaml")
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	sdk := filepath.Join(dir, "sdk")
	write(t, manifest, strings.Replace(string(text), "python: .venv", "python: "+python, 1)+fmt.Sprintf("env: {PYTHONPATH: %q}\n", sdk))
	which := exec.Command(python, "-c", "import assay_plugin; print(assay_plugin.__file__, hasattr(assay_plugin, 'Scores'))")
	which.Env = append(os.Environ(), "PYTHONPATH="+sdk, "PYTHONDONTWRITEBYTECODE=1")
	if out, err := which.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), sdk) || !strings.HasSuffix(string(out), "False\n") {
		t.Fatalf("not the frozen SDK: %v\n%s", err, out)
	}
	checkAndTrain(t, dir, "first-edition")
	tests := exec.Command(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", dir)
	tests.Env = append(os.Environ(), "PYTHONPATH="+sdk)
	if out, err := tests.CombinedOutput(); err != nil {
		t.Errorf("pytest: %v\n%s", err, out)
	}
}
