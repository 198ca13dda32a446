package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const first = `# made for a paper
version: 1  # of the form
datasets: {d: {source: testdata/x.npz}}
methods:
  m: {plugin: toy, search: {rate: [1, 2]}}
seeds: 3
search: {strategy: random, trials: 2}
select: {metric: loss, split: test}
probes:
  - {kind: direction, name: a, target: t, columns: [0, 1]}   # the üsual
  - kind: logistic
    target: t
    l2: 0.5
  -   kind: state
      target: t
tables:
  - {name: main, cell: probe/direction/accuracy, bold: "tied"}
`

const upgraded = `# made for a paper
version: 2  # of the form
datasets: {d: {source: testdata/x.npz}}
methods:
  m: {plugin: toy, search: {rate: [1, 2]}}
seeds: 3
search: {strategy: random, configurations: 2}
select: {allow_test: true, metric: loss, split: test}
probes:
  - {kind: direction, name: a, target: t, columns: [0, 1]}   # the üsual
  - version: 1
    kind: logistic
    target: t
    l2: 0.5
  -   kind: state
      target: t
tables:
  - {letters: true, name: main, cell: probe/direction/accuracy, bold: best}
`

// Comments, order and everything else stay; what changes is said once, at its line.
func TestUpgrade(t *testing.T) {
	text, changes, err := Upgrade("sweep.yaml", []byte(first), false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(upgraded, string(text)); diff != "" {
		t.Error(diff)
	}
	var at []int
	for _, c := range changes {
		at = append(at, c.Line)
	}
	if diff := cmp.Diff([]int{2, 5, 7, 8, 10, 10, 11, 14, 17}, at); diff != "" {
		t.Error(diff, changes)
	}
	again, changes, err := Upgrade("sweep.yaml", text, false)
	if err != nil || len(changes) > 0 || string(again) != upgraded {
		t.Errorf("a second time: %v, %v\n%s", err, changes, again)
	}
	kept, _, err := Upgrade("sweep.yaml", []byte(first), true)
	if err != nil || !strings.Contains(string(kept), "- {version: 1, kind: direction, name: a, target: t, columns: [0, 1]}   # the üsual") {
		t.Errorf("probes are not kept: %v\n%s", err, kept)
	}
}

// Every sweep that ships can be upgraded, in both ways, and differs in nothing else.
func TestUpgradeShipped(t *testing.T) {
	files, err := filepath.Glob("../../../sweeps/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, keep := range []bool{false, true} {
			text, changes, err := Upgrade(file, src, keep)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			if is := strings.Contains(string(src), "\nversion: 1\n"); is != (len(changes) > 0) || strings.Contains(string(text), "\nversion: 1\n") {
				t.Errorf("%s: %v\n%s", file, changes, text)
			}
			old, err1 := Parse(file, src, nil)
			now, err2 := Parse(file, text, nil)
			if err1 != nil || err2 != nil {
				t.Fatal(file, err1, err2)
			}
			for i := range old.Probes {
				if keep && old.Probes[i].Version != now.Probes[i].Version {
					t.Errorf("%s: probe %d is not kept", file, i+1)
				}
				old.Probes[i].Version = now.Probes[i].Version
			}
			if diff := cmp.Diff([]any{old.Probes, old.Methods, old.Seeds, old.Limits, old.Search}, []any{now.Probes, now.Methods, now.Seeds, now.Limits, now.Search}); diff != "" {
				t.Errorf("%s: %s", file, diff)
			}
		}
	}
}
