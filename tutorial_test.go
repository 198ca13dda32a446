package main

import (
	"os"
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
