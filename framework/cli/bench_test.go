package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// BenchmarkTrial measures what a trial costs beside its method: launch, handshake,
// Train, Embed and Evaluate of a method that does nothing (testdata/idle), its record
// in a store on disk, one at a time; in a process per trial (fresh) or one for all
// (warm). Between every ten trials /bin/true and the plugin's binary, bare, are run once
// each: a busy machine slows all three. Medians; cpu is that of host and plugin.
//
//	go test ./framework/cli -run '^$' -bench Trial -benchtime 200x
//
// Goals on an idle machine: fresh 15 ms wall and cpu on a socket, 30 ms wall with TLS;
// warm 2.5 ms wall.
func BenchmarkTrial(b *testing.B) {
	// A method in a binary of its own, as the SDK makes it, and one in a binary that
	// is a whole assay besides: this one is assay by that name.
	dir := b.TempDir()
	light, whole := filepath.Join(dir, "light", "assay-plugin-idle"), filepath.Join(dir, "whole", "assay")
	if out, err := exec.Command("go", "build", "-o", light, "./testdata/idle").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.Mkdir(filepath.Dir(whole), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.Symlink(self, whole); err != nil {
		b.Fatal(err)
	}
	own, builtin := host.Plugin{Name: "idle", Path: light}, host.Plugin{Name: "toy", Path: whole, Args: []string{"serve", "toy"}}
	for _, c := range []struct {
		name        string
		plugin      host.Plugin
		mtls, reuse bool
	}{
		{"fresh/socket", own, false, false},
		{"fresh/tls", own, true, false},
		{"fresh/socket/built-in", builtin, false, false},
		{"fresh/tls/built-in", builtin, true, false},
		{"warm/socket", own, false, true},
		{"warm/tls", own, true, true},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkTrial(b, c.plugin, c.mtls, c.reuse) })
	}
}

// cost is wall time and processor time, of this process and its children.
type cost struct{ wall, cpu time.Duration }

func measured(f func()) cost {
	began, cpu := time.Now(), processorTime()
	f()
	return cost{time.Since(began), processorTime() - cpu}
}

func medians(costs []cost) (wall, cpu float64) {
	of := func(f func(cost) time.Duration) float64 {
		var all []time.Duration
		for _, c := range costs {
			all = append(all, f(c))
		}
		slices.Sort(all)
		return float64(all[len(all)/2].Microseconds()) / 1000
	}
	return of(func(c cost) time.Duration { return c.wall }), of(func(c cost) time.Duration { return c.cpu })
}

func benchmarkTrial(b *testing.B, p host.Plugin, mtls, reuse bool) {
	ctx := context.Background()
	launcher, err := host.NewLauncher()
	if err != nil {
		b.Fatal(err)
	}
	defer launcher.Close()
	launcher.MTLS = mtls
	d, err := launcher.Describe(ctx, p)
	if err != nil {
		b.Fatal(err)
	}
	d.Reuse = reuse // neither keeps anything
	cache, err := data.OpenCache(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	samples := data.NewArray(100, 10)
	digest, err := cache.Put(map[string]*data.Recording{data.MainRole: {Samples: samples, Trial: make([]int32, 100)}})
	if err != nil {
		b.Fatal(err)
	}
	store, err := store.Open(ctx, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	settings, err := d.Schema.Complete(nil)
	if err != nil {
		b.Fatal(err)
	}
	site := runner.Site{
		Plugin: func(context.Context, trial.PluginRef) (runner.Plugin, error) {
			return runner.Plugin{Plugin: p, Description: d}, nil
		},
		Dataset: cache.Dir,
		Work:    b.TempDir(),
	}
	r := runner.New(runner.With(launcher), 0)
	defer r.Close()
	bare := func(path string, args ...string) cost {
		return measured(func() { _ = exec.Command(path, args...).Run() }) // started by hand, a plugin says what it is, and ends
	}
	var trials, binary, nothing []cost
	var seed uint64
	for b.Loop() {
		if seed%10 == 0 {
			nothing = append(nothing, bare("/bin/true"))
			binary = append(binary, bare(p.Path, p.Args...))
		}
		var plugin time.Duration // of one that has not ended
		c := measured(func() {
			seed++
			spec := trial.Spec{Method: d.Name, Version: d.Version, Settings: settings, Dataset: digest, Seed: seed}
			id, err := store.Begin(ctx, spec.Key(), time.Now())
			if err != nil {
				b.Fatal(err)
			}
			res := r.Run(ctx, trial.Request{Attempt: fmt.Sprint(id), Number: 1, Key: spec.Key(), Spec: spec, Resources: trial.Resources{CPUs: 1}}, site, nil)
			if res.Record.Failure != nil {
				b.Fatal(res.Record.Failure.Text())
			}
			if err := store.End(ctx, id, res.Record, res.Log); err != nil {
				b.Fatal(err)
			}
			if reuse {
				plugin = time.Duration(res.Record.Provenance.CPUSec * float64(time.Second))
			}
		})
		c.cpu += plugin
		trials = append(trials, c)
	}
	for name, costs := range map[string][]cost{"": trials, "bare-": binary, "true-": nothing} {
		wall, cpu := medians(costs)
		b.ReportMetric(wall, name+"wall-ms")
		b.ReportMetric(cpu, name+"cpu-ms")
	}
	b.ReportMetric(0, "ns/op")
}
