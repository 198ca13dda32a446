package cli

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// BenchmarkScale measures the commands on a sweep of many trials that have all run:
// 20 metrics each, 40 cases for 6 of them, 200 points of curves on a tenth. The goals
// for 100,000 are 2 s and 300 MB.
//
//	ASSAY_BENCH_TRIALS=100000 go test ./framework/cli -run '^$' -bench Scale -benchtime 3x -timeout 1h
//
// Without the variable there are 2,000. The first run writes records and tables.
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
	results := filepath.Join(dir, "results")
	if err := fillScale(results, file, filepath.Join(dir, "cache"), n); err != nil {
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
	for _, command := range []string{"run first", "run", "plan", "status", "table"} {
		b.Run(command, func(b *testing.B) {
			var cpu, peak float64
			for b.Loop() {
				name, first, _ := strings.Cut(command, " ")
				if first != "" {
					if err := os.RemoveAll(filepath.Join(results, "scale")); err != nil {
						b.Fatal(err)
					}
				}
				args := []string{name, file, "--results", results}
				if name != "table" {
					args = append(args, "--json")
				}
				cmd := exec.Command(assay, args...)
				out, err := cmd.Output()
				if err != nil {
					b.Fatalf("%v: %v\n%s", args, err, out)
				}
				if want := map[string]string{"run": `"cached":%d`, "plan": `"cached":%d`, "status": `"finished":%d`}[name]; want != "" && !strings.Contains(string(out), fmt.Sprintf(want, n)) {
					b.Fatalf("%v: not everything was there: %s", args, out)
				}
				cpu += cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds()
				if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
					peak = max(peak, float64(u.Maxrss)/1000)
				}
			}
			b.ReportMetric(cpu/float64(b.N), "cpu-s/op")
			b.ReportMetric(peak, "peak-MB")
		})
	}
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

// fillScale records every trial of the sweep as if it had run.
func fillScale(results, file, cache string, n int) error {
	ctx := context.Background()
	sw, err := sweep.Load(file, nil)
	if err != nil {
		return err
	}
	c, err := data.OpenCache(cache)
	if err != nil {
		return err
	}
	digest, err := (&source.Builder{Cache: c}).Build(ctx, sw.Datasets[0].Recipe, 1)
	if err != nil {
		return err
	}
	spec := trial.Spec{Method: "toy", Version: "1", Dataset: digest}
	for _, p := range sw.Probes {
		full, err := probe.Complete(p)
		if err != nil {
			return err
		}
		spec.Probes = append(spec.Probes, full)
	}
	s, err := store.Open(ctx, results)
	if err != nil {
		return err
	}
	_, err = s.Import(ctx, func(yield func(trial.Record, error) bool) {
		for i := range n / 5 {
			for seed := range uint64(5) {
				if !yield(scaleRecord(spec, i, seed+1), nil) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	return s.Close()
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
