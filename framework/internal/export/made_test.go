package export

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// made is a sweep of n trials that never ran, with everything that a trial can have
// and lack: every fifth has failed, every third has a curve, words have commas, quotes
// and umlauts in them.
func made(t *testing.T, n int) Source {
	t.Helper()
	var lines []store.Line
	var obs []table.Observation
	start := time.Date(2026, 3, 4, 5, 6, 7, 891_234_567, time.UTC)
	for i := range n {
		method := []string{"plain", `"Ü", or so`}[i%2]
		l := store.Line{MethodID: method, Dataset: "tiny", Record: trial.Record{Key: fmt.Sprintf("%064x", i+1), Status: trial.Succeeded}}
		l.Spec = trial.Spec{Method: "m", Version: "1", Seed: 1<<63 + uint64(i/2), Dataset: "sha256:0", Settings: trial.Settings{
			"rate": 0.1 + float64(i), "width": 8, "rule": "adam, of course", "root": i%4 == 0, "lags": []any{-1.0, 1.0}}}
		if i%2 == 1 { // a word here, a number there; and one that has no effect
			l.Spec.Settings["width"] = "wide"
			delete(l.Spec.Settings, "rate")
		}
		l.Provenance = trial.Provenance{Started: start.Add(time.Duration(i) * time.Second), WallSec: 1.5, CPUSec: 0.25, Node: "secret-node", Path: "/secret/path"}
		o := table.Observation{Method: method, Dataset: "tiny", Seed: l.Spec.Seed, Settings: l.Spec.Settings, Trial: l.Key, Metric: "m/score", Split: "test", Goal: metric.Max}
		if i%5 == 4 {
			l.Status, l.Failure, o.Failed = trial.Failed, &failure.Failure{Kind: failure.Crash, Reason: "it fell\nover"}, true
		} else {
			o.Value = 1 / float64(i+3)
			l.Metrics = []metric.Value{{Name: "m/score", Split: "test", Goal: metric.Max, Value: o.Value}, {Name: "m/score", Split: "train", Goal: metric.Max, Value: -1e-300}}
			l.Cases = []trial.Cases{{Split: "test", IDs: []int64{7, 9}, Sizes: []int{2, 3}, Values: map[string][]float64{"m/score": {o.Value - 0.125, o.Value + 0.125}}}}
		}
		if i%3 == 0 {
			for step := range int64(4) {
				l.Curves = append(l.Curves, metric.Point{Name: "loss", Step: step * 10, Value: 1 / float64(step+1)})
			}
		}
		lines, obs = append(lines, l), append(obs, o)
	}
	spec := table.Spec{Name: "main", Rows: "method", Cols: "dataset", Cell: "m/score", Split: "test"}
	if problems := spec.Complete(); len(problems) > 0 {
		t.Fatal(problems)
	}
	tab, err := table.Build(spec, obs)
	if err != nil {
		t.Fatal(err)
	}
	rows := func() iter.Seq2[store.Line, error] {
		return func(yield func(store.Line, error) bool) {
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
	return Source{Sweep: "made", Rows: rows, Tables: []*table.Table{tab}}
}

// python is the interpreter of the environment beside this file.
func python(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(".venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: ./environment makes it", err)
		}
		t.Skip("needs an environment: ./environment makes it")
	}
	return program
}

// ask runs a script of testdata and returns what it prints.
func ask(t *testing.T, script string, args ...string) string {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), 3*time.Minute)
	defer done()
	c := exec.CommandContext(ctx, python(t), append([]string{filepath.Join("testdata", script)}, args...)...)
	out, err := c.Output()
	if err != nil {
		text := ""
		if e, ok := err.(*exec.ExitError); ok {
			text = string(e.Stderr)
		}
		t.Fatalf("%v\n%s%s", err, out, text)
	}
	return string(out)
}
