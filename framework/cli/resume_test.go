package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// BenchmarkResume measures a run of a sweep whose trials are all recorded: plan,
// read the records, print the table, write the results.
//
//	go test ./framework/cli -run '^$' -bench Resume -benchtime 5x
func BenchmarkResume(b *testing.B) {
	const trials = 10_000
	ctx, dir := context.Background(), b.TempDir()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	plugin := filepath.Join(dir, "assay-plugin-idle") // the test binary under that name
	if err := os.Symlink(self, plugin); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(dir, "sweep.yaml")
	sweep := fmt.Sprintf(`version: 1
name: many
datasets: {tiny: {source: tiny.csv, read: {samples: [x]}}}
methods: {one: {plugin: %q}, two: {plugin: %q, settings: {gain: 2}}}
seeds: %d
tables: [{name: main, cell: gain, split: all}]
`, plugin, plugin, trials/2)
	for name, text := range map[string]string{file: sweep, filepath.Join(dir, "tiny.csv"): "x,trial\n1,0\n2,1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	a := &app{out: io.Discard, talk: io.Discard, cfg: config{MTLS: true, StartTimeout: 10 * time.Second, Cache: filepath.Join(dir, "cache")}}
	results := filepath.Join(dir, "results")
	record(b, ctx, a, file, results)
	for b.Loop() {
		if err := a.run(ctx, file, runFlags{dir: results, jobs: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// record fills a store as if every trial of the sweep had run.
func record(b *testing.B, ctx context.Context, a *app, file, results string) {
	s, giveBack, err := a.openStudy(ctx, file, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer giveBack()
	l, err := s.Plan(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	store, err := store.Open(ctx, results)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	var records []trial.Record
	for _, p := range l.Points() {
		spec := trial.Spec{Method: p.Fit.Method, Version: p.Fit.Version, Code: p.Fit.Code, Settings: p.Fit.Settings, Dataset: p.Fit.Dataset, Seed: p.Fit.Seed}
		records = append(records, trial.Record{Key: p.Key, Status: trial.Succeeded, Spec: spec,
			Metrics: []metric.Value{{Name: "gain", Split: "all", Goal: metric.Max, Value: float64(p.Seed % 7)}}})
	}
	if _, err := store.Add(ctx, records); err != nil {
		b.Fatal(err)
	}
}
