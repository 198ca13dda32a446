package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// Decision notes are numbered once each, from 1 on, as their headings say.
func TestDecisionNotes(t *testing.T) {
	notes, err := filepath.Glob("docs/decisions/*.md")
	if err != nil || len(notes) == 0 {
		t.Fatal("no notes in docs/decisions", err)
	}
	number := regexp.MustCompile(`^(\d{4})-[a-z-]+\.md$`)
	for i, path := range notes { // sorted by name
		m := number.FindStringSubmatch(filepath.Base(path))
		if m == nil {
			t.Errorf("%s is not called NNNN-words.md", path)
			continue
		}
		n, _ := strconv.Atoi(m[1])
		if n != i+1 {
			t.Errorf("%s: the number after that of the note before is %d", path, i+1)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("# "+strconv.Itoa(n)+". ")) {
			t.Errorf("%s does not begin with the heading %d", path, n)
		}
	}
}
