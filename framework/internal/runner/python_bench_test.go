// What a Python plugin costs beside its method is measured by
//
//	plugins/python/environments
//	go test -bench . -benchtime 30x ./framework/internal/runner
//
// Every benchmark reports medians, since a busy machine stretches the tail. The
// plugin (bench/python/overhead) imports NumPy and nothing else, and learns nothing.
package runner_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/trial"
)

type fixture struct {
	launcher *host.Launcher
	plugin   runner.Plugin
	dataset  string
	dir      string
	runs     int
}

func setUp(b *testing.B, samples, channels int) *fixture {
	b.Helper()
	f := &fixture{dir: b.TempDir()}
	var err error
	if f.launcher, err = host.NewLauncher(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.launcher.Close() })
	if f.plugin.Plugin, err = (&host.Finder{}).Find("../../../bench/python/overhead", "."); err != nil {
		b.Fatal(err)
	}
	if f.plugin.Description, err = f.launcher.Describe(context.Background(), f.plugin.Plugin); err != nil {
		b.Skipf("%v: run plugins/python/environments", err)
	}
	cache, err := data.OpenCache(filepath.Join(f.dir, "cache"))
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	r := &data.Recording{Samples: data.NewArray(samples, channels), Trial: make([]int32, samples)}
	for i := range r.Samples.Values {
		r.Samples.Values[i] = random.Float32()
	}
	digest, err := cache.Put(map[string]*data.Recording{data.MainRole: r})
	if err != nil {
		b.Fatal(err)
	}
	f.dataset = cache.Dir(digest)
	return f
}

func (f *fixture) site(reuse bool) runner.Site {
	p := f.plugin
	p.Description.Reuse = reuse
	return runner.Site{
		Plugin:  func(context.Context, trial.PluginRef) (runner.Plugin, error) { return p, nil },
		Dataset: func(string) string { return f.dataset },
		Work:    f.dir,
	}
}

func (f *fixture) trial(b *testing.B, r *runner.Runner, reuse bool) (took time.Duration, rec trial.Record) {
	b.Helper()
	f.runs++
	req := trial.Request{Attempt: fmt.Sprint(f.runs), Spec: trial.Spec{Seed: 1, Settings: map[string]any{}}, Resources: trial.Resources{CPUs: 1}}
	began := time.Now()
	rec = r.Run(context.Background(), req, f.site(reuse), nil).Record
	took = time.Since(began)
	if rec.Failure != nil {
		b.Fatal(rec.Failure.Text())
	}
	return took, rec
}

func report(b *testing.B, name string, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, name+"-ms")
	b.ReportMetric(float64(times[0].Microseconds())/1000, name+"-min-ms")
	b.ReportMetric(0, "ns/op") // the mean says nothing here
}

// A trial in a process of its own: start, imports, handshake, train, embed,
// evaluate, goodbye.
func BenchmarkFresh(b *testing.B) {
	for _, mtls := range []bool{false, true} {
		b.Run(map[bool]string{false: "socket", true: "tls"}[mtls], func(b *testing.B) {
			f := setUp(b, 100, 10)
			f.launcher.MTLS = mtls
			var times, cpu []time.Duration
			for range b.N {
				took, rec := f.trial(b, runner.New(runner.With(f.launcher), 0), false)
				times, cpu = append(times, took), append(cpu, time.Duration(rec.Provenance.CPUSec*float64(time.Second)))
			}
			report(b, "trial", times)
			report(b, "cpu", cpu) // what the machine's other work leaves alone
		})
	}
}

// The same in a process that has served another trial before.
func BenchmarkWarm(b *testing.B) {
	f := setUp(b, 100, 10)
	r := runner.New(runner.With(f.launcher), 0)
	defer r.Close()
	f.trial(b, r, true)
	var times []time.Duration
	for range b.N {
		took, rec := f.trial(b, r, true)
		if rec.Provenance.Served == 0 {
			b.Fatal("the process was not kept")
		}
		times = append(times, took)
	}
	report(b, "trial", times)
}

// Opening a recording of 10,000 x 200 in Python, in a fresh process, and reading
// a value of it; and of all 8 MB, which the page cache holds.
func BenchmarkRecording(b *testing.B) {
	f := setUp(b, 10000, 200)
	var open, sum []time.Duration
	for range b.N {
		_, rec := f.trial(b, runner.New(runner.With(f.launcher), 0), false)
		for _, m := range rec.Metrics {
			d := time.Duration(m.Value * float64(time.Second))
			switch m.Name {
			case "open_s":
				open = append(open, d)
			case "sum_s":
				sum = append(sum, d)
			}
		}
	}
	report(b, "open", open)
	report(b, "sum", sum)
}

// From the host's goodbye to the end of the process.
func BenchmarkExit(b *testing.B) {
	f := setUp(b, 100, 10)
	var times []time.Duration
	for range b.N {
		p, err := f.launcher.Launch(context.Background(), f.plugin.Plugin, host.Options{Threads: 1})
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		p.Close()
		times = append(times, time.Since(began))
	}
	report(b, "exit", times)
}
