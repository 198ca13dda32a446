package main

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/troubleshooting.md quotes what the program says.
func TestTroubleshootingQuotes(t *testing.T) {
	var source strings.Builder
	err := filepath.WalkDir("framework", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			source.WriteString(read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	quotes := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(read(t, "docs/troubleshooting.md"), -1)
	if len(quotes) < 8 {
		t.Errorf("%d quotes", len(quotes))
	}
	for _, q := range quotes {
		if !strings.Contains(source.String(), q[1]) {
			t.Errorf("nothing says %q", q[1])
		}
	}
}
