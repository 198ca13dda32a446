package sweep

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The examples of the reference, one after another, are a sweep file.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/sweep.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 12 {
		t.Fatalf("%d examples", len(blocks))
	}
	smallest, all := blocks[0][1], "version: 1\n"
	if _, err := Parse("smallest", []byte(smallest), nil); err != nil {
		t.Error(err)
	}
	for _, b := range blocks[1:] {
		if strings.HasPrefix(b[1], "    search:") { // of a method
			if _, err := parse("version: 1\ndatasets: {a: {source: testdata/x.npz}}\nmethods:\n  m:\n    plugin: toy\n" + b[1] + "search: {strategy: random, trials: 3}\n"); !unknownOnly(err) {
				t.Errorf("%v in\n%s", err, b[1])
			}
			continue
		}
		all += b[1]
	}
	s, err := Parse("docs/sweep.md", []byte(all), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, all)
	}
	if len(s.Datasets) != 4 || len(s.Methods) != 4 || len(s.Tables) != 2 {
		t.Errorf("%d datasets, %d methods, %d tables", len(s.Datasets), len(s.Methods), len(s.Tables))
	}
}

// unknownOnly reports whether all that is wrong are settings that the toy does not have.
func unknownOnly(err error) bool {
	if err == nil {
		return true
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.Contains(line, "has no setting") {
			return false
		}
	}
	return true
}

// So is the example of the page on searching.
func TestDocsOfSearch(t *testing.T) {
	text, err := os.ReadFile("../../../docs/search.md")
	if err != nil {
		t.Fatal(err)
	}
	b := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindStringSubmatch(string(text))
	s, err := Parse("docs/search.md", []byte("version: 2\ndatasets: {a: {source: testdata/x.npz}}\nprobes: [{kind: direction, target: direction}]\n"+b[1]), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, b[1])
	}
	if s.Search.Strategy != "tpe" || s.Search.Prune == nil || len(s.Search.Seeds) != 2 || s.Budget.CPU == 0 || len(s.Methods[0].Allowed) != 1 {
		t.Errorf("%+v", s.Search)
	}
}
