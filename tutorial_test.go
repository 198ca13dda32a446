package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The tutorial does what it says: its files are written and its commands run, in the
// order of the page, and what it prints as their output is there.
func TestTutorialOfRecordings(t *testing.T) {
	python := environment(t, "framework/internal/source")
	page, err := os.ReadFile("docs/tutorial-recordings.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("docs/tutorial/week.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "week.py"), string(script))
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "assay"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	began := time.Now()
	said := ""
	for _, block := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		kind, text := block[1], block[2]
		switch kind {
		case "yaml":
			name, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
			write(t, filepath.Join(dir, name), text)
		case "sh":
			cmd := exec.Command("sh", "-ec", text)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+filepath.Dir(python)+":"+os.Getenv("PATH"), "VIRTUAL_ENV="+filepath.Dir(filepath.Dir(python)),
				"ASSAY_CACHE="+filepath.Join(dir, "cache"), "ASSAY_IMPORTERS=")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", text, err, out)
			}
			said += string(out)
		case "text":
			if strings.HasPrefix(text, "python3 -m venv") {
				continue
			}
			defer func() { // the output may come from the commands behind it
				for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
					if !strings.Contains(said, strings.TrimSpace(line)) {
						t.Errorf("the page shows a line that nothing printed: %s", line)
					}
				}
			}()
		}
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("the tutorial took %v", took)
	}
	table, err := os.ReadFile(filepath.Join(dir, "assay-results/week/tables/direction.tex"))
	if err != nil || !strings.Contains(string(table), "raw") {
		t.Errorf("the table: %v\n%s", err, table)
	}
	if t.Failed() {
		t.Logf("all that was printed:\n%s", said)
	}
}
