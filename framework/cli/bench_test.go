package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// BenchmarkTrial measures what a trial costs beside the method: launch,
// handshake, Train, Embed and Evaluate of a method that does nothing, its
// record, one at a time; in a process per trial (fresh) or one for all (warm).
//
//	go test ./framework/cli -run '^$' -bench Trial -benchtime 200x
func BenchmarkTrial(b *testing.B) {
	for _, reuse := range []bool{false, true} {
		for _, mtls := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/mtls=%v", map[bool]string{false: "fresh", true: "warm"}[reuse], mtls), func(b *testing.B) { benchmarkTrial(b, mtls, reuse) })
		}
	}
}

func benchmarkTrial(b *testing.B, mtls, reuse bool) {
	ctx := context.Background()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	// The test binary plays the plugin when it is called by that name.
	path := filepath.Join(b.TempDir(), "assay-plugin-idle")
	if err := os.Symlink(self, path); err != nil {
		b.Fatal(err)
	}
	launcher, err := host.NewLauncher()
	if err != nil {
		b.Fatal(err)
	}
	defer launcher.Close()
	launcher.MTLS = mtls
	idle := host.Plugin{Name: "idle", Path: path}
	d, err := launcher.Describe(ctx, idle)
	if err != nil {
		b.Fatal(err)
	}
	d.Reuse = reuse // it keeps nothing
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
			return runner.Plugin{Plugin: idle, Description: d}, nil
		},
		Dataset: cache.Dir,
		Work:    b.TempDir(),
	}
	r := runner.New(runner.With(launcher), 0)
	defer r.Close()
	b.ResetTimer()
	start := time.Now()
	for seed := range b.N {
		spec := trial.Spec{Method: d.Name, Version: d.Version, Settings: settings, Dataset: digest, Seed: uint64(seed)}
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
	}
	b.ReportMetric(float64(time.Since(start).Microseconds())/1000/float64(b.N), "ms/trial")
}

func serveIdle() { framework.Serve(&toy{}) }
