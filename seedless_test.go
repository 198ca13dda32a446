package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/cli"
)

// In sweeps of version 2 a method that draws nothing has one trial, that of the first
// seed, which stands for every seed: beside methods that have them all, in a search,
// and in tables that are made of the committed records alone. Version 1 has a trial
// for every seed.
func TestSeedless(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	const rest = `
name: seedless
datasets:
  population: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 1, split: {by: trial, train: 0.6, val: 0.2, test: 0.2, order: random, seed: 1}}
  redrawn: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: trial, split: {by: trial, train: 0.6, val: 0.2, test: 0.2, order: random, seed: 1}}
methods:
  raw: {plugin: baseline, settings: {embedding: raw}}
  pca: {plugin: baseline, settings: {embedding: pca}, search: {dims: [2, 6]}, datasets: [population]}
  swapvae: {plugin: swapvae, settings: {epochs: 1}, datasets: [population]}
search: {strategy: grid}
select: {metric: probe/knn/accuracy, split: val}
seeds: [3, 4, 5]
probes:
  - {kind: knn, target: direction}
tables:
  - {name: decoding, rows: method, cols: dataset, cell: probe/knn/accuracy, split: test}
`
	type cell struct {
		Row, Col string
		Seeds    []uint64
		Seedless bool
	}
	cells := func(path string) map[string]cell {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var tab struct{ Cells []cell }
		if err := json.Unmarshal(text, &tab); err != nil {
			t.Fatal(err)
		}
		out := map[string]cell{}
		for _, c := range tab.Cells {
			out[c.Row+" "+c.Col] = c
		}
		return out
	}
	for _, c := range []struct {
		version string
		trials  int
		seeds   int // of a method that draws nothing
	}{
		{"1", 3 + 2*3 + 3 + 3, 3},
		{"2", 1 + 2*1 + 3 + 3, 1}, // raw, pca in two configurations, swapvae, and raw on what is drawn anew
	} {
		t.Run("version "+c.version, func(t *testing.T) {
			file, results := filepath.Join(dir, "sweep"+c.version+".yaml"), filepath.Join(dir, "results"+c.version)
			if err := os.WriteFile(file, []byte("version: "+c.version+rest), 0o644); err != nil {
				t.Fatal(err)
			}
			assay(t, "run", file, "--results", results)
			records, err := os.ReadFile(filepath.Join(results, "seedless", "records.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(records, []byte("\n")); n != c.trials {
				t.Errorf("%d trials, want %d", n, c.trials)
			}
			if !strings.Contains(string(records), `"role":"chosen"`) {
				t.Error("no configuration was chosen")
			}
			made := filepath.Join(results, "seedless", "tables", "decoding.json")
			got := cells(made)
			for name, n := range map[string]int{"raw population": c.seeds, "pca population": c.seeds, "swapvae population": 3, "raw redrawn": 3} {
				if g := got[name]; len(g.Seeds) != n || g.Seedless != (n == 1) || g.Seeds[0] != 3 {
					t.Errorf("%s: %+v, want %d seeds", name, g, n)
				}
			}
			// From what is committed alone.
			before, err := os.ReadFile(made)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(results, "assay.db")); err != nil {
				t.Fatal(err)
			}
			var after, talk bytes.Buffer
			if code := cli.Run([]string{"baseline", "swapvae"}, []string{"table", file, "--results", results, "--format", "json"}, &after, &talk); code != 0 {
				t.Fatalf("exit code %d\n%s", code, &talk)
			}
			var one any
			var all struct{ Tables []any }
			if err := errors.Join(json.Unmarshal(before, &one), json.Unmarshal(after.Bytes(), &all)); err != nil || !reflect.DeepEqual(all.Tables, []any{one}) {
				t.Errorf("the table is another from the records: %v\n%s\n%s", err, before, &after)
			}
			if said := strings.Contains(after.String(), "which stands for every seed"); said != (c.seeds == 1) {
				t.Errorf("the caption says so: %v", said)
			}
		})
	}
}
