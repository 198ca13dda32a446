package source_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
)

var update = flag.Bool("update", false, "add the digests of recipes that are new in the sweeps; those that are there stay")

const pinned = "testdata/digests.json"

// The digest of every dataset in the shipped sweeps is what it was when their
// results were made. It is part of the key of every trial: a change of one byte
// would train everything again. The recipe itself, as records keep it, is the key
// of the list, and so is pinned too.
func TestDigestsOfTheShippedSweepsArePinned(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every dataset of every sweep")
	}
	want := map[string]string{}
	text, err := os.ReadFile(pinned)
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	recipes := shipped(t)
	got := map[string]string{}
	if _, there := os.LookupEnv(source.MirrorVariable); !there && os.Getenv("CI") == "true" {
		t.Fatal(source.MirrorVariable + " is not set")
	}
	for name, recipe := range recipes {
		if published(recipe) && os.Getenv(source.MirrorVariable) == "" {
			t.Logf("%s needs published files: set %s", name, source.MirrorVariable)
			continue
		}
		got[name] = digest(t, recipe)
	}
	for name, sum := range got {
		switch was, known := want[name]; {
		case !known && *update:
			want[name] = sum
		case !known:
			t.Errorf("%s is new: add its digest with go test -run Pinned ./framework/internal/source -update", name)
		case was != sum:
			t.Errorf("%s\n gives %s,\n its results were made from %s: all of them would be void", name, sum, was)
		}
	}
	if !*update {
		return
	}
	if text, err = json.MarshalIndent(want, "", " "); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pinned, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shipped are the recipes of all sweeps, by their JSON.
func shipped(t *testing.T) map[string]source.Dataset {
	t.Helper()
	files, err := filepath.Glob("../../../sweeps/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d sweeps (%v)", len(files), err)
	}
	out := map[string]source.Dataset{}
	for _, file := range files {
		s, err := sweep.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range s.Datasets {
			for _, recipe := range d.Recipe.Divisions() { // each fold is a dataset
				name, err := json.Marshal(recipe)
				if err != nil {
					t.Fatal(err)
				}
				out[string(name)] = recipe
			}
		}
	}
	return out
}

// published reports whether files of the catalogue are needed.
func published(d source.Dataset) bool {
	for _, r := range d.Everything() {
		if strings.HasPrefix(r.Source, "catalogue/") {
			return true
		}
	}
	return false
}

// digest builds a dataset in a cache of its own, which goes at once: some are large.
func digest(t *testing.T, recipe source.Dataset) string {
	t.Helper()
	dir := t.TempDir()
	defer os.RemoveAll(filepath.Join(dir, "datasets"))
	cache, err := data.OpenCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := (&source.Builder{Cache: cache}).Build(t.Context(), recipe, 1)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
