package executor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// fakeRunner takes a second for a trial, by a clock that a test drives.
type fakeRunner struct {
	mu      *sync.Mutex
	started *[]string
	closed  *int
}

func (f fakeRunner) Run(ctx context.Context, req trial.Request, _ runner.Site, sink trial.Sink) trial.Result {
	f.mu.Lock()
	*f.started = append(*f.started, req.Attempt)
	f.mu.Unlock()
	sink(trial.Event{Attempt: req.Attempt, Started: true})
	sink(trial.Event{Attempt: req.Attempt, Point: &metric.Point{Name: "loss", Step: 1}})
	rec := trial.Record{Key: req.Key, Status: trial.Succeeded}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		rec.Status, rec.Failure = trial.Cancelled, &failure.Failure{Kind: failure.Cancelled}
	}
	return trial.Result{Attempt: req.Attempt, Record: rec}
}

func (f fakeRunner) Close() {
	f.mu.Lock()
	*f.closed++
	f.mu.Unlock()
}

// pool is a Local of fake runners whose events are gathered.
type pool struct {
	*Local
	mu      sync.Mutex
	started []string
	closed  int
	results map[string]trial.Status
	events  int
	gone    chan struct{} // closed once the events are
}

func newPool(t *testing.T, workers int) *pool {
	t.Helper()
	p := &pool{results: map[string]trial.Status{}, gone: make(chan struct{})}
	var err error
	site := runner.Site{Work: filepath.Join(t.TempDir(), "work")}
	if err := os.MkdirAll(filepath.Join(site.Work, "trial-of-a-killed-host"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.Local, err = NewLocal(t.Context(), site, workers, func(int) Runner { return fakeRunner{&p.mu, &p.started, &p.closed} })
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(site.Work, "*")); len(left) > 0 {
		t.Errorf("of an earlier run: %v", left)
	}
	go func() {
		defer close(p.gone)
		for e := range p.Events() {
			p.events++
			if e.Result != nil {
				p.results[e.Attempt] = e.Result.Record.Status
			}
		}
	}()
	return p
}

func (p *pool) submit(t *testing.T, n int) {
	t.Helper()
	var reqs []trial.Request
	for i := range n {
		reqs = append(reqs, trial.Request{Attempt: fmt.Sprint(i), Key: fmt.Sprint("key", i)})
	}
	if err := p.Submit(t.Context(), reqs); err != nil {
		t.Fatal(err)
	}
}

func (p *pool) count(s trial.Status) (n int) {
	for _, r := range p.results {
		if r == s {
			n++
		}
	}
	return n
}

// Requests start in order, as many at a time as there are workers; every worker
// closes its runner, the work folder goes, and the events end.
func TestLocalRunsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, 2)
		if p.Capacity() != 2 {
			t.Errorf("capacity %d", p.Capacity())
		}
		p.submit(t, 5)
		began := time.Now()
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		if p.count(trial.Succeeded) != 4 || len(p.started) != 5 {
			t.Errorf("after 2.5 s: %v, started %v", p.results, p.started)
		}
		p.Close(Drain)
		<-p.gone
		if took := time.Since(began); took != 3*time.Second || p.count(trial.Succeeded) != 5 || p.closed != 2 {
			t.Errorf("%v for %v, %d runners closed", took, p.results, p.closed)
		}
		for i, pair := range [][]string{p.started[:2], p.started[2:4]} { // two at a time, in either order
			slices.Sort(pair)
			if want := []string{fmt.Sprint(2 * i), fmt.Sprint(2*i + 1)}; !slices.Equal(pair, want) {
				t.Errorf("started %v, want %v", pair, want)
			}
		}
		if p.events != 15 { // started, point, result
			t.Errorf("%d events", p.events)
		}
		if _, err := os.Stat(p.site.Work); !os.IsNotExist(err) {
			t.Errorf("the work folder: %v", err)
		}
		if err := p.Submit(t.Context(), []trial.Request{{}}); err == nil {
			t.Error("a closed executor took a trial")
		}
	})
}

// Draining lets what runs end and starts nothing more: what waited is cancelled,
// and said so.
func TestLocalDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, 2)
		p.submit(t, 5)
		synctest.Wait()
		p.Close(Drain)
		<-p.gone
		if p.count(trial.Succeeded) != 2 || p.count(trial.Cancelled) != 3 || len(p.started) != 2 {
			t.Errorf("%v, started %v", p.results, p.started)
		}
	})
}

// Killing ends what runs, at once, also after a drain.
func TestLocalKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, 2)
		p.submit(t, 5)
		synctest.Wait()
		began := time.Now()
		p.Close(Drain)
		p.Close(Kill)
		<-p.gone
		if p.count(trial.Cancelled) != 5 || time.Since(began) != 0 {
			t.Errorf("%v after %v", p.results, time.Since(began))
		}
	})
}

// Cancel ends one attempt, whether it runs or waits, and no other.
func TestLocalCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, 1)
		p.submit(t, 4)
		synctest.Wait()
		p.Cancel("0")
		p.Cancel("2")
		p.Cancel("none")
		time.Sleep(1500 * time.Millisecond)
		p.Close(Drain)
		<-p.gone
		for i, want := range []trial.Status{trial.Cancelled, trial.Succeeded, trial.Cancelled, trial.Succeeded} {
			if got := p.results[fmt.Sprint(i)]; got != want {
				t.Errorf("attempt %d is %s, want %s", i, got, want)
			}
		}
	})
}

// A watcher that is behind costs points, never a result.
func TestLocalDropsWhatOnlyWatchersWant(t *testing.T) {
	l := &Local{events: make(chan trial.Event, 1)}
	for range 3 {
		l.tell(trial.Event{Progress: &trial.Progress{}})
	}
	done := make(chan struct{})
	go func() { l.tell(trial.Event{Checkpoint: &trial.Checkpoint{}}); close(done) }()
	if e := <-l.events; e.Progress == nil {
		t.Errorf("%+v", e)
	}
	<-done
	if e := <-l.events; e.Checkpoint == nil {
		t.Errorf("%+v", e)
	}
}

// The last words of attempts whose host was killed are found by attempt.
func TestLeftovers(t *testing.T) {
	work := t.TempDir()
	if err := os.WriteFile(runner.LogFile(work, "17"), []byte("aargh"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Leftovers(work)
	if err != nil || len(got) != 1 || got["17"] != "aargh" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := Leftovers(filepath.Join(work, "none")); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
