package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The tutorial goes from files with spike times to a table, as it says.
func TestTutorialOfRecordings(t *testing.T) {
	python := environment(t, "framework/internal/source")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "week.py"), read(t, "docs/tutorial/week.py"))
	follow(t, "docs/tutorial-recordings.md", dir, "ASSAY_IMPORTERS=", "VIRTUAL_ENV="+filepath.Dir(filepath.Dir(python)),
		"PATH="+dir+":"+filepath.Dir(python)+":"+os.Getenv("PATH"))
	if table := read(t, filepath.Join(dir, "assay-results/week/tables/direction.tex")); !strings.Contains(table, "raw") {
		t.Errorf("the table:\n%s", table)
	}
}

// The tutorial goes from a file of one's own to what a paper needs, as it says.
func TestTutorial(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3, which makes the recording of the tutorial")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "lab.py"), read(t, "docs/tutorial/lab.py"))
	follow(t, "docs/tutorial.md", dir)
	for name, want := range map[string]string{"ablation.tex": "no swap", "decoding.svg": "<svg", "preview.svg": "<svg", "methods.bib": "swap", "reach.html": "<!DOCTYPE html>", "frames/metrics.csv": "probe/logistic/accuracy"} {
		if got := strings.ToLower(read(t, filepath.Join(dir, name))); !strings.Contains(got, strings.ToLower(want)) {
			t.Errorf("%s has no %q", name, want)
		}
	}
}
