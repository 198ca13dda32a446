package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/assaylab/assay/framework/cli"
)

// Every committed table has the numbers that its committed records make of it, with
// neither plugins nor data at hand.
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
			var now struct{ Tables []measured }
			decode(t, got.Bytes(), &now)
			var then measured
			decode(t, want, &then)
			if d := cmp.Diff([]measured{then}, now.Tables, rounding); d != "" {
				t.Error(d)
			}
		})
	}
	results, err := filepath.Glob("results/*/records.jsonl")
	if err != nil || len(results) != len(sweeps) || len(sweeps) < 26 {
		t.Errorf("%d results with tables of %d, %v", len(sweeps), len(results), err)
	}
}

// measured is what a table's JSON form says of what was measured. Intervals, marks
// and captions follow the rules of the day.
type measured struct {
	Name       string
	Rows, Cols []string
	Cells      []struct {
		Row, Col, Metric, Split, Goal string
		Mean, Std                     *float64
		N, Failed                     int
		Values                        []float64
		Seeds                         []uint64
		Trials                        []string
	}
}

// rounding lets means and deviations differ by the order of summation: tables of
// the first edition added up values one by one.
var rounding = cmp.FilterPath(func(p cmp.Path) bool {
	f, ok := p.Index(-2).(cmp.StructField) // of a pointer
	return ok && (f.Name() == "Mean" || f.Name() == "Std")
}, cmpopts.EquateApprox(1e-12, 0))

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v\n%s", err, text[:min(len(text), 300)])
	}
}
