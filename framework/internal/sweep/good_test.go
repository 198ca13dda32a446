package sweep

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/table"
)

// describeAll binds a sweep to the plugins of these tests.
func describeAll(s *Sweep) map[string]framework.Description {
	methods := map[string]framework.Description{}
	for _, m := range s.Methods {
		methods[m.ID] = describe(m.Plugin)
	}
	return methods
}

// Every key arrives in its field.
func TestEverything(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", "good", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("/data/b.npy"), []byte(filepath.Join(dir, "b.npy")))
	for name, text := range map[string][]byte{"everything.yaml": text, "recordings/session3.npz": nil, "splits/session3.json": nil, "b.npy": nil} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(filepath.Join(dir, "everything.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	fast := map[string]any{"min_speed": int64(5)} // as it stands in the file; Bind completes it
	all := []string{"raw", "tuned", "listed", "aligned"}
	want := &Sweep{
		Version: 1, Name: "Everything.2", Description: "what a sweep may say",
		Datasets: []Dataset{
			{"Catalogue-1", source.Dataset{Recording: source.Recording{Source: "catalogue/chewie-1", Keep: map[string]source.Labels{"direction": {"0", "2", "4"}}, MinSpeed: 5,
				Split: &data.Division{By: "trial", Train: 0.7, Val: 0.1, Test: 0.2, Order: "random", Seed: 4}}}},
			{"drawn", source.Dataset{Recording: source.Recording{Source: "generate/swapvae-population", Params: map[string]any{"per_cluster": int64(30)}, PerTrial: true}}},
			{"fixed", source.Dataset{Recording: source.Recording{Source: "generate/swapvae-population", Seed: 7}}},
			{"file", source.Dataset{Recording: source.Recording{Source: filepath.Join(dir, "recordings", "session3.npz"), SHA256: "ab" + strings.Repeat("0", 60) + "cd",
				Read: &source.Columns{Samples: []string{"counts"}, Trial: "trial", BinSeconds: 0.05, Unit: "counts", Classes: []source.Class{{Target: "label", Column: "label"}},
					Continuous: map[string][]string{"velocity": {"v"}}},
				Split: &data.Division{File: filepath.Join(dir, "splits", "session3.json")}}}},
			{"across", source.Dataset{Roles: map[string]source.Recording{"source": {Source: "generate/swapvae-population"}, "target": {Source: filepath.Join(dir, "b.npy")}}}},
		},
		Methods: []Method{
			{ID: "raw", Plugin: "toy"},
			{ID: "tuned", Plugin: "toy", Settings: map[string]any{"epochs": int64(5)}, Datasets: []string{"fixed"}, Search: []search.Param{
				{Name: "rate", Min: 1e-4, Max: 0.1, Log: true},
				{Name: "optimizer", Values: []any{"adam", "sgd"}},
				{Name: "momentum", Min: 0.5, Max: 0.9, Step: 0.1, When: "optimizer == 'sgd'"}}},
			{ID: "listed", Plugin: "toy", Configs: []map[string]any{{"rate": 0.1}, {"rate": 0.2, "epochs": int64(2)}}, Datasets: []string{"fixed"}},
			{ID: "aligned", Plugin: "pair"},
		},
		Seeds:     []uint64{3, 1, 0},
		Search:    Search{Strategy: "random", Trials: 6, Seed: 2, Batch: 8},
		Select:    &Select{Metric: "probe/fast/accuracy", Split: "val", Goal: "max"},
		Ablations: []Ablation{{Of: "tuned", Variants: []Variant{{"no momentum", map[string]any{"momentum": int64(0)}}, {"plain", map[string]any{"optimizer": "sgd"}}}}},
		Probes:    []probe.Spec{{Kind: "direction", Name: "fast", Target: "direction", Settings: fast}},
		Limits:    Limits{Timeout: 90 * time.Minute, Memory: 3 << 29, Threads: 2},
		Retries:   Retries{Max: 2, On: []string{"crash", "timeout"}},
		Keep:      Keep{Models: true, Embeddings: Room{Bytes: 2 << 30}},
		Run:       Run{Executor: "local", Jobs: 2},
		Tables: []table.Spec{
			{Name: "main", Rows: "method", Cols: "dataset", Cell: "probe/fast/accuracy", Split: "test", Stat: "mean ± ci95", Bold: "tied", Against: "best", Correct: "holm", Expect: all},
			{Name: "table-2", Rows: "settings.rate", Cols: "metric", Cell: []string{"loss", "probe/fast/accuracy"}, Methods: []string{"tuned"}, Dataset: []string{"fixed"}, Expect: all},
		},
	}
	hidden := cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && (f.Name() == "file" || f.Name() == "root" || f.Name() == "methods" || f.Name() == "skipped" || f.Name() == "pairs" || f.Name() == "members" || f.Name() == "made" || f.Name() == "listed")
	}, cmp.Ignore())
	if d := cmp.Diff(want, s, hidden); d != "" {
		t.Fatal(d)
	}
	if err := s.Bind(describeAll(s)); err != nil {
		t.Fatal(err)
	}
	// raw on the four datasets with one recording, 6 drawn and 2 listed
	// configurations, aligned on one dataset; three seeds of each.
	if n := len(s.points(t)); n != 3*(4+6+2+1) {
		t.Errorf("%d points", n)
	}
	if p := s.points(t)[0]; p.Method != "raw" || p.Dataset != "Catalogue-1" || p.Seed != 3 || p.Searched || p.Variant != "" {
		t.Errorf("the first point is %+v", p)
	}
	for _, k := range s.Skipped() {
		if k.Method == "aligned" && !strings.Contains(k.Reason, "role source; the dataset has main") {
			t.Errorf("a skipped pair says %q", k.Reason)
		}
	}
}

// What is left out has the defaults that docs/sweep.md names.
func TestDefaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "smallest.yaml")
	if err := os.WriteFile(file, []byte("version: 1\ndatasets: {a: {source: testdata/x.npz}}\nmethods: {m: {plugin: toy}}\nretries: {max: 1}\nselect: null\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{s.Name, s.Seeds, s.Search, s.Select, s.Limits, s.Retries, s.Keep, s.Run}
	want := []any{"smallest", []uint64{1}, Search{Strategy: "grid", Batch: 8}, (*Select)(nil), Limits{Threads: 1}, Retries{1, []string{"crash", "lost"}}, Keep{Embeddings: Room{Bytes: 2 << 30}}, Run{Executor: "local"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var errs problem.List
	if _, err := Load(file+".yml", nil); !errors.As(err, &errs) || !strings.Contains(errs[0].Fact, "cannot be read") || errs[0].Hint == "" {
		t.Errorf("of a missing file: %v", err)
	}
}

// Configurations that come to the same are one; its label names what was searched.
func TestEqualConfigurationsAreOne(t *testing.T) {
	s, err := parse(`
version: 1
datasets: {a: {source: testdata/x.npz}}
methods:
  m: {plugin: toy, configs: [{rate: 0.01}, {}, {momentum: 0.5}, {epochs: 3.0}, {optimizer: sgd}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, p := range s.points(t) {
		labels = append(labels, p.Variant)
	}
	// The first four are all defaults: momentum has no effect with adam.
	want := []string{"epochs=3 optimizer=adam rate=0.01", "epochs=3 momentum=0.9 optimizer=sgd rate=0.01"}
	if d := cmp.Diff(want, labels); d != "" {
		t.Error(d)
	}
}

// A fixed setting without effect in the chosen configuration counts again where
// a variant brings it into play.
func TestAblationKeepsFixedSettings(t *testing.T) {
	s, err := parse(`
version: 1
datasets: {a: {source: testdata/x.npz}}
methods: {m: {plugin: toy, settings: {momentum: 0.25}, search: {rate: [0.1, 0.2]}}}
select: {metric: loss}
ablations: [{of: m, variants: {with sgd: {optimizer: sgd}}}]
`)
	if err != nil {
		t.Fatal(err)
	}
	chosen, _ := s.choose(t, func(p Point) (float64, bool) { return p.Settings["rate"].(float64), true })
	points := s.ablationPoints(chosen)
	if len(points) != 1 || points[0].Settings["momentum"] != 0.25 || points[0].Settings["rate"] != 0.1 {
		t.Errorf("chosen %+v, ablation %+v", chosen, points)
	}
}

// More values beat a better mean of fewer; of equal means the first wins; with
// no value at all nothing is chosen.
func TestChooseAmongIncomplete(t *testing.T) {
	text := `
version: 1
datasets: {a: {source: testdata/x.npz}}
methods: {m: {plugin: toy, search: {rate: [0.1, 0.2, 0.3]}}}
seeds: 3
select: {metric: %s}
probes: [{kind: direction, target: direction}]
`
	metrics := map[string]string{"min": "loss", "max": "probe/direction/accuracy"}
	for _, c := range []struct {
		goal    string
		values  map[float64][]float64 // of the first seeds, by rate
		want    string
		mean    float64
		missing int
	}{
		{"min", map[float64][]float64{0.1: {5, 5, 5}, 0.2: {1, 1}, 0.3: {4, 5, 3}}, "rate=0.3", 4, 1},
		{"max", map[float64][]float64{0.1: {5, 5, 5}, 0.2: {9, 9}, 0.3: {5, 5, 5}}, "rate=0.1", 5, 1},
		{"max", map[float64][]float64{0.1: {9}, 0.2: {1, 1}, 0.3: {1, 3}}, "rate=0.3", 2, 4},
		{"max", nil, "", 0, 9},
	} {
		s, err := parse(fmt.Sprintf(text, metrics[c.goal]))
		if err != nil {
			t.Fatal(err)
		}
		chosen, missing := s.choose(t, func(p Point) (float64, bool) {
			v := c.values[p.Settings["rate"].(float64)]
			if int(p.Seed) > len(v) {
				return 0, false
			}
			return v[p.Seed-1], true
		})
		got, mean := "", 0.0
		if len(chosen) == 1 {
			got, mean = chosen[0].Variant, chosen[0].Mean()
		}
		if got != c.want || mean != c.mean || missing != c.missing {
			t.Errorf("%s of %v: chose %+v with %d missing, want %q of mean %v with %d", c.goal, c.values, chosen, missing, c.want, c.mean, c.missing)
		}
	}
}
