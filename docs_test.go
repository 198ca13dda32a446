package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Pages for people who change the code lead somewhere: every link and every path
// in them is there. NAME stands for what one would add.
func TestPagesLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	path := regexp.MustCompile("`((?:framework|plugins|docs|testdata|sweeps|examples)/[^`\\s]*)`")
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "docs/where.md", "docs/api.md", "docs/glossary.md", "docs/configuration.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
			}
		}
		for _, m := range path.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.FromSlash(m[1])); err != nil && !strings.Contains(m[1], "NAME") {
				t.Errorf("%s: there is no %s", page, m[1])
			}
		}
	}
}
