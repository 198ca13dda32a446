package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/cli"
)

// Every committed table is what its committed records make of it, with neither
// plugins nor data at hand.
func TestCommittedTables(t *testing.T) {
	files, err := filepath.Glob("results/*/tables/*.json")
	if err != nil {
		t.Fatal(err)
	}
	sweeps := map[string]bool{}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(filepath.Dir(file)))
		sweeps[name] = true
		t.Run(name+"/"+filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got, talk bytes.Buffer
			args := []string{"table", "sweeps/" + name + ".yaml", "--results", "results", "--format", "json", "--name", strings.TrimSuffix(filepath.Base(file), ".json")}
			if code := cli.Run(nil, args, &got, &talk); code != 0 {
				t.Fatalf("assay %v: exit code %d\n%s", args, code, &talk)
			}
			if d := cmp.Diff(map[string]any{"tables": []any{decoded(t, want)}}, decoded(t, got.Bytes())); d != "" {
				t.Error(d)
			}
		})
	}
	results, err := filepath.Glob("results/*/records.jsonl")
	if err != nil || len(results) != len(sweeps) || len(sweeps) < 26 {
		t.Errorf("%d results with tables of %d, %v", len(sweeps), len(results), err)
	}
}

func decoded(t *testing.T, text []byte) (out any) {
	t.Helper()
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v\n%s", err, text[:min(len(text), 300)])
	}
	return out
}
