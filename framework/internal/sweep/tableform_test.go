package sweep

import (
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/table"
	"github.com/google/go-cmp/cmp"
)

const claims = `version: 1
name: claims
datasets: {one: {source: generate/x}}
methods: {raw: {plugin: toy}, other: {plugin: toy}}
probes: [{kind: direction, name: fast, target: direction, methods: [raw]}]
tables:
  - name: main
    cell: probe/fast/accuracy
    compare: {against: raw, correct: holm}
    family: table
    marks: worse
    letters: true
    show: difference
    failures: exclude
    also: [wilcoxon, equivalence]
    rope: 0.02
    caption: What it says
    label: "tab:x"
    columns: {one: First}
    rename: {raw: Raw rates}
    fit: page
    commands: true
`

func TestTableForm(t *testing.T) {
	s, err := Parse("sweep.yaml", []byte(claims), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := table.Spec{
		Name: "main", Cell: "probe/fast/accuracy", Against: "raw", Correct: "holm", Family: "table", Marks: "worse", Letters: true,
		Show: "difference", Failures: "exclude", Also: []string{"wilcoxon", "equivalence"}, Rope: 0.02, Caption: "What it says", Label: "tab:x",
		Columns: map[string]string{"one": "First"}, Rename: map[string]string{"raw": "Raw rates"}, Fit: "page", Commands: true,
		Expect: []string{"raw"}, // the only one that the probe is for
	}
	if d := cmp.Diff(want, s.Tables[0]); d != "" {
		t.Error(d)
	}
	for change, fact := range map[string]string{
		"tables.0.letters=perhaps": "letters", "tables.0.rename=[raw]": "rename", "tables.0.rope=wide": "rope", "tables.0.leters=true": "leters",
	} {
		if _, err := Parse("sweep.yaml", []byte(claims), []string{change}); err == nil || !strings.Contains(err.Error(), fact) {
			t.Errorf("%s: %v", change, err)
		}
	}
}
