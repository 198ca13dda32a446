package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateGallery = flag.Bool("update-gallery", false, "write docs/gallery.md from the shipped sweeps and their committed figures")

// docs/gallery.md shows every shipped sweep that has committed results: what it is
// about, by its own header, its first figure, and the command that makes it.
func TestGallery(t *testing.T) {
	files, err := filepath.Glob("results/*/records.jsonl")
	if err != nil || len(files) < 25 {
		t.Fatal(files, err)
	}
	var b strings.Builder
	b.WriteString("# Gallery\n\nEvery shipped sweep with committed results: what it asks, one of its figures, and the command that makes it. " +
		"Finished trials are kept, so that a second run takes seconds; `--smoke` tries any of them in less than a minute.\n")
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		header := headerOf(t, name)
		command := regexp.MustCompile(`go run \. run \S+( --\S+ \S+)*`).FindString(header)
		if command == "" {
			t.Errorf("sweeps/%s.yaml: its header has no command", name)
		}
		about, _, _ := strings.Cut(header, "\n\n")
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", name, strings.TrimSpace(about))
		figures, err := filepath.Glob("results/" + name + "/tables/*.svg")
		if err != nil || len(figures) == 0 {
			t.Fatalf("%s has no figure", name)
		}
		figure := figures[0]
		for _, f := range figures {
			if filepath.Base(f) == "main.svg" {
				figure = f
			}
		}
		table := strings.TrimSuffix(filepath.Base(figure), ".svg")
		fmt.Fprintf(&b, "![%s, table %s](../%s)\n\n`%s` ([sweep](../sweeps/%s.yaml), [table](../results/%s/tables/%s.md))\n", name, table, filepath.ToSlash(figure),
			strings.Replace(command, "go run .", "assay", 1), name, name, table)
	}
	const page = "docs/gallery.md"
	if *updateGallery {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, page) != b.String() {
		t.Errorf("%s is not of the sweeps and results that ship: go test -run TestGallery . -update-gallery", page)
	}
}

// headerOf is the comment that a sweep begins with.
func headerOf(t *testing.T, name string) string {
	t.Helper()
	var lines []string
	for _, line := range strings.Split(read(t, "sweeps/"+name+".yaml"), "\n") {
		if !strings.HasPrefix(line, "#") {
			break
		}
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "))
	}
	return strings.Join(lines, "\n")
}
