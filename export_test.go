package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/assaylab/assay/framework/cli"
)

// pandas reads every cell of every committed table from Parquet, and what it reads is
// what the table's JSON form says.
func TestExportOfCommittedTables(t *testing.T) {
	python := "framework/internal/export/.venv/bin/python"
	if _, err := os.Stat(python); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", python)
		}
		t.Skipf("there is no %s: run framework/internal/export/environment", python)
	}
	results, err := filepath.Glob("results/*/records.jsonl")
	if err != nil || len(results) < 26 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	run := func(args ...string) []byte {
		var out, talk bytes.Buffer
		if code := cli.Run(nil, args, &out, &talk); code != 0 {
			t.Fatalf("assay %v: exit code %d\n%s", args, code, &talk)
		}
		return out.Bytes()
	}
	args, files := []string{"framework/internal/export/testdata/committed.py"}, 0
	for _, file := range results {
		name := filepath.Base(filepath.Dir(file))
		dir := filepath.Join(t.TempDir(), name)
		run("export", "sweeps/"+name+".yaml", "--results", "results", "--format", "parquet", "--out", dir)
		form := filepath.Join(dir, "tables.json")
		if err := os.WriteFile(form, run("table", "sweeps/"+name+".yaml", "--results", "results", "--format", "json"), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, dir, form)
		committed, err := filepath.Glob(filepath.Join("results", name, "tables", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		files += len(committed)
	}
	var talk bytes.Buffer
	c := exec.Command(python, args...)
	c.Stderr = &talk
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &talk)
	}
	var cells, values, pairs int
	if _, err := fmt.Sscan(string(out), &cells, &values, &pairs); err != nil || cells < 1000 || values < 3*cells {
		t.Errorf("%d cells, %d values, %d comparisons compared: %v", cells, values, pairs, err)
	}
	t.Logf("%d sweeps, %d tables: %d cells, %d values, %d comparisons", len(results), files, cells, values, pairs)
}
