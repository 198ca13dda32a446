package study

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

type toySettings struct {
	Rate  float64 `name:"rate" default:"1" doc:"what the loss depends on"`
	Noise float64 `name:"noise" default:"0" doc:"nothing depends on it"`
}

// toy is a study of a sweep whose one method, tuned, is a formula: no process runs.
func toy(t testing.TB, text string) *Study {
	t.Helper()
	return toyOf(t, 1, "", text)
}

// toyOf is toy in a version of the sweep file, with a condition under which the
// method draws nothing.
func toyOf(t testing.TB, version int, seedless, text string) *Study {
	t.Helper()
	file := filepath.Join(t.TempDir(), "toy.yaml")
	sw, err := sweep.Parse(file, []byte(fmt.Sprintf("version: %d\nname: toy\ndatasets: {a: {source: generate/swapvae-population}}\n%s", version, text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := framework.Description{Name: "tuned", Version: "1", Settings: toySettings{}, Schema: setting.Of(toySettings{}), Seedless: seedless, Metrics: []metric.Info{{Name: "loss", Goal: metric.Min}}, Resumable: true, Budget: "100"}
	s := &Study{Sweep: sw, digests: map[string]string{}, shared: map[string]*store.Probes{}, wanted: map[[2]string]*store.Probes{}, plugins: map[string]runner.Plugin{}, Tools: Tools{Note: t.Logf}}
	for _, m := range sw.Methods {
		s.plugins[m.ID] = runner.Plugin{Plugin: host.Plugin{Name: "tuned", Path: file}, Description: d}
	}
	if err := sw.Bind(s.descriptions()); err != nil {
		t.Fatal(err)
	}
	for _, c := range sw.Datasets {
		for _, seed := range append(sw.SearchSeeds(), sw.Seeds...) {
			s.digests[datasetLabel(c.ID, c.Recipe, seed)] = "sha256:" + strings.Repeat("0", 63) + string(c.ID[0])
		}
	}
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.Builder = &source.Builder{Cache: cache}
	// The digest of the plugin is that of its file.
	if err := os.WriteFile(file, []byte("toy"), 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

// reopen opens a store that was closed.
func reopen(t testing.TB, dir string) (*store.Store, error) {
	st, err := store.Open(context.Background(), dir)
	if err == nil {
		t.Cleanup(func() { st.Close() })
	}
	return st, err
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// fakeExecutor answers each request by a function, in the order that the test
// chooses: by default at once.
type fakeExecutor struct {
	places int
	answer func(trial.Request) trial.Record
	hold   bool // results wait for release

	mu     sync.Mutex
	events chan trial.Event
	waits  []trial.Request
	order  []trial.Request // as they were submitted
	most   int             // that ran at a time
	modes  []executor.Mode
	closed bool
}

func newFake(places int, answer func(trial.Request) trial.Record) *fakeExecutor {
	return &fakeExecutor{places: places, answer: answer, events: make(chan trial.Event, 1<<16)}
}

func (f *fakeExecutor) open(context.Context, runner.Site, int) (executor.Executor, error) {
	return f, nil
}

func (f *fakeExecutor) Submit(_ context.Context, reqs []trial.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, req := range reqs {
		f.order = append(f.order, req)
		f.waits = append(f.waits, req)
		f.most = max(f.most, len(f.waits))
		f.events <- trial.Event{Attempt: req.Attempt, Started: true}
		f.events <- trial.Event{Attempt: req.Attempt, Point: &metric.Point{Name: "loss", Step: 1, Value: 2}}
	}
	if !f.hold {
		f.release(len(f.waits), false)
	}
	return nil
}

// release lets n of the requests that run end, the last ones first if backwards.
func (f *fakeExecutor) release(n int, backwards bool) {
	batch := slices.Clone(f.waits[:n])
	f.waits = slices.Clone(f.waits[n:])
	if backwards {
		slices.Reverse(batch)
	}
	for _, req := range batch {
		rec := f.answer(req)
		cost := rec.Provenance
		rec.Key, rec.Spec, rec.Provenance = req.Key, req.Spec, req.Known
		rec.Provenance.CPUSec, rec.Provenance.WallSec = cost.CPUSec, cost.WallSec
		f.events <- trial.Event{Attempt: req.Attempt, Result: &trial.Result{Attempt: req.Attempt, Record: rec, Log: "said"}}
	}
}

func (f *fakeExecutor) Events() <-chan trial.Event                { return f.events }
func (f *fakeExecutor) Cancel(string)                             {}
func (f *fakeExecutor) Capacity() int                             { return f.places }
func (f *fakeExecutor) Recover(context.Context) ([]string, error) { return nil, nil }

func (f *fakeExecutor) Close(m executor.Mode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.modes = append(f.modes, m)
	if f.closed {
		return
	}
	if m == executor.Kill {
		f.answer = func(trial.Request) trial.Record {
			return trial.Record{Status: trial.Cancelled, Failure: &failure.Failure{Kind: failure.Cancelled}}
		}
	}
	if m == executor.Kill || !f.hold {
		f.release(len(f.waits), false)
		f.closed = true
		close(f.events)
	}
}

// loss is the best where the rate is 3, and worse with the seed.
func loss(req trial.Request) trial.Record {
	rate := req.Spec.Settings["rate"].(float64)
	return trial.Record{Status: trial.Succeeded, Metrics: []metric.Value{{Name: "loss", Split: "val", Goal: metric.Min, Value: math.Abs(rate-3) + 0.01*float64(req.Spec.Seed)}}}
}

func fails(kind failure.Kind) trial.Record {
	return trial.Record{Status: trial.Failed, Failure: &failure.Failure{Kind: kind, Reason: fmt.Sprintf("a %s", kind)}}
}
