package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// environment returns the interpreter of a virtual environment that
// plugins/python/environments makes.
func environment(t *testing.T, folder string) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(folder, ".venv", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", program)
		}
		t.Skipf("there is no %s: run plugins/python/environments %s", program, filepath.Base(folder))
	}
	return program
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Principal components by scikit-learn, through the Python SDK, are ours up to
// the sign of each.
func TestPrincipalComponentsAgreeWithScikitLearn(t *testing.T) {
	environment(t, "plugins/python/examples/sklearn")
	example, err := filepath.Abs("plugins/python/examples/sklearn")
	if err != nil {
		t.Fatal(err)
	}
	needRecordings(t)
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	sweep := filepath.Join(dir, "pca.yaml")
	write(t, sweep, fmt.Sprintf(`version: 1
name: pca
datasets:
  chewie-1: {source: catalogue/chewie-1, split: {by: trial, train: 0.8, test: 0.2, order: recorded}}
methods:
  ours: {plugin: baseline, settings: {embedding: pca, dims: 10}}
  theirs: {plugin: %s, settings: {algorithm: pca, dims: 10}}
seeds: 1
keep: {embeddings: true}
`, example))
	assay(t, "run", sweep, "--results", dir)
	for _, split := range []string{"train", "test"} {
		files, err := filepath.Glob(filepath.Join(dir, "kept", "*", "embedding-"+split+".npy"))
		if err != nil || len(files) != 2 {
			t.Fatalf("kept embeddings of %s: %v, %v", split, files, err)
		}
		if d := distance(t, files[0], files[1]); !(d <= 1e-5) {
			t.Errorf("%s: the scores differ by up to %.3g", split, d)
		} else {
			t.Logf("%s: the scores differ by at most %.3g", split, d)
		}
	}
}

// distance is the largest difference between two embeddings, each column with
// the sign that makes it smaller.
func distance(t *testing.T, one, two string) float64 {
	t.Helper()
	a, unmapA, err := data.ReadArray(one)
	if err != nil {
		t.Fatal(err)
	}
	defer unmapA()
	b, unmapB, err := data.ReadArray(two)
	if err != nil {
		t.Fatal(err)
	}
	defer unmapB()
	if a.Rows() != b.Rows() || a.Cols() != b.Cols() {
		t.Fatalf("shapes %v and %v", a.Shape, b.Shape)
	}
	var worst float64
	for j := range a.Cols() {
		var same, turned float64
		for i := range a.Rows() {
			x, y := float64(a.Row(i)[j]), float64(b.Row(i)[j])
			same, turned = max(same, math.Abs(x-y)), max(turned, math.Abs(x+y))
		}
		worst = max(worst, min(same, turned))
	}
	return worst
}

// docs/python.md, step 1, with an environment that is there already.
func TestPythonScaffold(t *testing.T) {
	python := environment(t, "plugins/python")
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	demo := filepath.Join(dir, "my-demo")
	assay(t, "plugin", "new", "my-demo", "--lang", "python", "--dir", demo)
	manifest, err := os.ReadFile(filepath.Join(demo, "plugin.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(demo, "plugin.yaml"), strings.Replace(string(manifest), "python: .venv", "python: "+python, 1))
	assay(t, "plugin", "check", demo)
	assay(t, "run", filepath.Join(demo, "sweep.yaml"), "--results", dir, "--set", "seeds=1")
	means := readTable(t, filepath.Join(dir, "my-demo", "tables", "main.json"))
	if v := means["my-demo population probe/direction/accuracy"]; v < 0.6 || v > 1 {
		t.Errorf("direction accuracy %v", v)
	}
	tests := exec.Command(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", demo)
	if out, err := tests.CombinedOutput(); err != nil {
		t.Errorf("pytest: %v\n%s", err, out)
	}
}

// A search strategy that plugin new makes passes its checks, and a sweep searches with it.
func TestStrategyScaffold(t *testing.T) {
	python := environment(t, "plugins/python")
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	made := filepath.Join(dir, "my-climber")
	assay(t, "plugin", "new", "my-climber", "--lang", "python", "--strategy", "--dir", made)
	manifest := read(t, filepath.Join(made, "plugin.yaml"))
	write(t, filepath.Join(made, "plugin.yaml"), strings.Replace(manifest, "python: .venv", "python: "+python, 1))
	assay(t, "plugin", "check", "--strategy", made)
	assay(t, "run", filepath.Join(made, "sweep.yaml"), "--results", dir, "--set", "search.configurations=10")
	if records := read(t, filepath.Join(dir, "my-climber", "records.jsonl")); strings.Count(records, "\"role\":\"chosen\"") != 2 {
		t.Errorf("the selected configuration has not run with both seeds:\n%s", records)
	}
	if out, err := exec.Command(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", made).CombinedOutput(); err != nil {
		t.Errorf("pytest: %v\n%s", err, out)
	}
}
