//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// BenchmarkScale measures the commands on a sweep of many trials that have all run:
// 20 metrics each, 40 cases for 6 of them, 200 points of curves on a tenth; taking as
// many over from a records.jsonl of the first edition; and what recording one trial
// keeps and writes. Goals, for 100,000, stand beside the figures: run with nothing to
// do, plan, status and table 2 s and 300 MB; import 60 s; 2,000 bytes kept and 20,000
// written for a trial without curves.
//
//	ASSAY_BENCH_TRIALS=100000 go test ./framework/cli -run '^$' -bench Scale -benchtime 3x -timeout 1h
//
// Without the variable there are 2,000. The first run writes records and tables. On a
// busy machine cpu-s says more than the time.
func BenchmarkScale(b *testing.B) {
	n := 2000
	if v, err := strconv.Atoi(os.Getenv("ASSAY_BENCH_TRIALS")); err == nil {
		n = v
	}
	dir := b.TempDir()
	b.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	file := filepath.Join(dir, "scale.yaml")
	if err := os.WriteFile(file, []byte(scaleSweep(n)), 0o644); err != nil {
		b.Fatal(err)
	}
	spec, err := scaleSpec(file, filepath.Join(dir, "cache"))
	if err != nil {
		b.Fatal(err)
	}
	results, first := filepath.Join(dir, "results"), filepath.Join(dir, "first.jsonl")
	if err := fillScale(results, spec, n); err != nil {
		b.Fatal(err)
	}
	if err := writeFirst(first, spec, n); err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	assay := filepath.Join(dir, "assay") // by this name the test binary is assay
	if err := os.Link(self, assay); err != nil {
		b.Skip("the test binary cannot be linked to: ", err)
	}
	imported := filepath.Join(dir, "imported")
	for _, c := range []struct {
		name        string
		args        []string
		says        string
		fresh       string  // what is removed before
		goal, goalM float64 // s and MB; 0: none
	}{
		{"run first", []string{"run", file, "--results", results, "--json"}, fmt.Sprintf(`"cached":%d`, n), filepath.Join(results, "scale"), 0, 0},
		{"run", []string{"run", file, "--results", results, "--json"}, fmt.Sprintf(`"cached":%d`, n), "", 2, 300},
		{"plan", []string{"plan", file, "--results", results, "--json"}, fmt.Sprintf(`"cached":%d`, n), "", 2, 300},
		{"status", []string{"status", file, "--results", results, "--json"}, fmt.Sprintf(`"finished":%d`, n), "", 2, 300},
		{"table", []string{"table", file, "--results", results}, "best of", "", 2, 300},
		{"import", []string{"trial", "--results", imported, "import", first}, fmt.Sprintf("%d new", n), imported, 60, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			var cpu, peak float64
			for b.Loop() {
				if c.fresh != "" {
					if err := os.RemoveAll(c.fresh); err != nil {
						b.Fatal(err)
					}
				}
				cmd := exec.Command(assay, c.args...)
				out, err := cmd.CombinedOutput()
				if err != nil || !strings.Contains(string(out), c.says) {
					b.Fatalf("%v: %v, and nothing of %q\n%s", c.args, err, c.says, out)
				}
				cpu += cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds()
				if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
					peak = max(peak, float64(u.Maxrss)/1000)
				}
			}
			b.ReportMetric(cpu/float64(b.N), "cpu-s")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "wall-s")
			b.ReportMetric(peak, "peak-MB")
			for unit, goal := range map[string]float64{"goal-s": c.goal, "goal-MB": c.goalM} {
				if goal > 0 {
					b.ReportMetric(goal, unit)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("record", func(b *testing.B) { benchmarkRecord(b, spec) })
}

// benchmarkRecord records trials without curves one by one.
func benchmarkRecord(b *testing.B, spec trial.Spec) {
	ctx := context.Background()
	const n = 1000
	var kept, wrote float64
	for b.Loop() {
		dir := b.TempDir()
		s, err := store.Open(ctx, dir)
		if err != nil {
			b.Fatal(err)
		}
		before := written()
		for i := range n {
			rec := scaleRecord(spec, i/5, uint64(i%5)+1)
			rec.Curves = nil
			id, err := s.Begin(ctx, rec.Key, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			if err := s.End(ctx, id, rec, ""); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		wrote = (written() - before) / n
		info, err := os.Stat(filepath.Join(dir, "assay.db"))
		if err != nil {
			b.Fatal(err)
		}
		kept = float64(info.Size()) / n
	}
	b.ReportMetric(kept, "kept-B")
	b.ReportMetric(2000, "goal-kept-B")
	if wrote > 0 {
		b.ReportMetric(wrote, "written-B")
		b.ReportMetric(20000, "goal-written-B")
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N)/n, "ms/trial")
	b.ReportMetric(0, "ns/op")
}

// written is how many bytes this process has handed to the system; 0 where that is
// not known.
func written() float64 {
	text, _ := os.ReadFile("/proc/self/io")
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "wchar: "); ok {
			v, _ := strconv.ParseFloat(strings.TrimSpace(n), 64)
			return v
		}
	}
	return 0
}

var scaleKinds = []string{"direction", "logistic", "knn", "state"}

func gainOf(i int) float64 { return float64(i+1) / 10000 }

func scaleSweep(n int) string {
	var gains []string
	for i := range n / 5 {
		gains = append(gains, strconv.FormatFloat(gainOf(i), 'f', -1, 64))
	}
	var probes strings.Builder
	for _, k := range scaleKinds {
		fmt.Fprintf(&probes, "  - {kind: %s, target: direction}\n", k)
	}
	return `version: 1
name: scale
datasets:
  population:
    source: generate/swapvae-population
    params: {per_cluster: 100}
    seed: 1
    split: {by: trial, train: 0.6, val: 0.2, test: 0.2, order: random, seed: 1}
methods:
  toy: {plugin: toy, search: {gain: [` + strings.Join(gains, ", ") + `]}}
search: {strategy: grid}
select: {metric: probe/direction/accuracy, split: val}
seeds: 5
probes:
` + probes.String() + `tables:
  - {name: decoding, rows: method, cols: dataset, cell: probe/direction/accuracy, split: test}
`
}

// scaleSpec is what the trials of the sweep have in common. The dataset is built.
func scaleSpec(file, cache string) (trial.Spec, error) {
	sw, err := sweep.Load(file, nil)
	if err != nil {
		return trial.Spec{}, err
	}
	c, err := data.OpenCache(cache)
	if err != nil {
		return trial.Spec{}, err
	}
	digest, err := (&source.Builder{Cache: c}).Build(context.Background(), sw.Datasets[0].Recipe, 1)
	if err != nil {
		return trial.Spec{}, err
	}
	spec := trial.Spec{Method: "toy", Version: "1", Dataset: digest}
	for _, p := range sw.Probes {
		full, err := probe.Complete(p)
		if err != nil {
			return trial.Spec{}, err
		}
		spec.Probes = append(spec.Probes, full)
	}
	return spec, nil
}

// scaleRecords are all trials of the sweep as if they had run.
func scaleRecords(spec trial.Spec, n int) iter.Seq2[trial.Record, error] {
	return func(yield func(trial.Record, error) bool) {
		for i := range n {
			if !yield(scaleRecord(spec, i/5, uint64(i%5)+1), nil) {
				return
			}
		}
	}
}

func fillScale(results string, spec trial.Spec, n int) error {
	ctx := context.Background()
	s, err := store.Open(ctx, results)
	if err != nil {
		return err
	}
	if _, err := s.Import(ctx, scaleRecords(spec, n)); err != nil {
		return errors.Join(err, s.Close())
	}
	return s.Close()
}

// writeFirst writes the trials as the first edition did: under their old ids, without
// cases and curves.
func writeFirst(path string, spec trial.Spec, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = store.WriteLines(f, func(yield func(store.Line, error) bool) {
		for rec, err := range scaleRecords(spec, n) {
			rec.Fit, rec.Cases, rec.Curves = "", nil, nil
			rec.Key = rec.Spec.Key()
			if !yield(store.Line{MethodID: "toy", Dataset: "population", Record: rec}, err) {
				return
			}
		}
	})
	return errors.Join(err, f.Close())
}

func scaleRecord(spec trial.Spec, config int, seed uint64) trial.Record {
	r := rand.New(rand.NewPCG(uint64(config), seed))
	spec.Seed, spec.Settings = seed, trial.Settings{"gain": gainOf(config), "sleep": 0.0, "fail": ""}
	rec := trial.Record{Status: trial.Succeeded, Spec: spec, Provenance: trial.Provenance{WallSec: 1, Plugin: "toy", Platform: "linux/amd64"}}
	for _, split := range []string{"train", "val", "test"} {
		rec.Metrics = append(rec.Metrics, metric.Value{Name: "gain", Split: split, Goal: metric.Max, Value: r.Float64()}, metric.Value{Name: "loss", Split: split, Goal: metric.Min, Value: r.Float64()})
		cases := trial.Cases{Split: split, Values: map[string][]float64{}}
		for _, name := range []string{"direction/accuracy", "direction/delta_accuracy", "logistic/accuracy", "knn/accuracy", "state/accuracy"} {
			name = "probe/" + name
			z, sum := make([]float64, 40), 0.0
			for k := range z {
				z[k] = float64(r.IntN(21)) / 20 // a share of 20 samples
				sum += z[k]
			}
			if len(cases.Values) < 3 {
				cases.Values[name] = z
			}
			rec.Metrics = append(rec.Metrics, metric.Value{Name: name, Split: split, Goal: metric.Max, Value: sum / 40})
		}
		for range 40 {
			cases.Sizes = append(cases.Sizes, 20)
		}
		rec.Cases = append(rec.Cases, cases)
	}
	if config%10 == 0 {
		for step := range 200 {
			rec.Curves = append(rec.Curves, metric.Point{Name: "loss", Step: int64(step), Value: r.Float64()})
		}
	}
	rec.Fit = spec.Fit().Key()
	rec.Key = rec.Fit
	return rec
}
