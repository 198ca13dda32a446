package study

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

const searched = `
methods:
  plain: {plugin: tuned}
  tuned: {plugin: tuned, search: {rate: [1, 2.5, 4]}}
seeds: 2
select: {metric: loss, split: val}
ablations: [{of: tuned, variants: {noisy: {noise: 1}, slow: {rate: 0.5}}}]
tables: [{name: main, cell: loss, split: val}]
`

func labels(f *fakeExecutor) []string {
	var out []string
	for _, req := range f.order {
		out = append(out, req.Label)
	}
	return out
}

// A sweep runs in the order of its file; once a search is over its best
// configuration is chosen, and the ablations start from it.
func TestRunAsksAndTells(t *testing.T) {
	s, st, f := toy(t, searched), openStore(t), newFake(3, loss)
	var points, started, ended int
	l, spent, err := s.Run(t.Context(), st, RunOptions{Execute: f.open, Watch: func(e Event) {
		switch {
		case e.Started:
			started++
		case e.Point != nil:
			points++
		case e.Result != nil:
			ended++
			if e.Done != ended || e.Slot > 2 {
				t.Errorf("event %+v after %d ends", e, ended)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"plain, a, seed 1", "plain, a, seed 2",
		"tuned: rate=1, a, seed 1", "tuned: rate=1, a, seed 2", "tuned: rate=2.5, a, seed 1", "tuned: rate=2.5, a, seed 2", "tuned: rate=4, a, seed 1", "tuned: rate=4, a, seed 2",
		"tuned: noisy, a, seed 1", "tuned: noisy, a, seed 2", "tuned: slow, a, seed 1", "tuned: slow, a, seed 2",
	}
	// rate=1 is what plain has: the same trial, run once.
	var ran []string
	for _, w := range want {
		if !strings.Contains(w, "rate=1,") {
			ran = append(ran, w)
		}
	}
	if d := cmp.Diff(ran, labels(f)); d != "" {
		t.Error(d)
	}
	if rate := f.order[len(f.order)-4].Spec.Settings["rate"]; rate != 2.5 {
		t.Errorf("the ablation starts from rate %v, not the best", rate)
	}
	if started != 10 || points != 10 || ended != 10 || spent.Succeeded != 10 || spent.Failed != 0 || f.most > 3 {
		t.Errorf("%d started, %d points, %d ended, %+v, %d at a time", started, points, ended, spent, f.most)
	}
	if c := l.Count(nil); c != (Counts{Trials: 10, Cached: 10}) {
		t.Errorf("%+v", c)
	}
	stages := map[string]string{}
	for r, err := range l.Rows(t.Context(), store.Everything, nil) {
		if err != nil {
			t.Fatal(err)
		}
		stages[r.MethodID+" "+r.Variant] = r.Role
	}
	if d := cmp.Diff(map[string]string{"plain ": "", "tuned rate=1": Searched, "tuned rate=2.5": Chosen, "tuned rate=4": Searched, "tuned noisy": Ablation, "tuned slow": Ablation}, stages); d != "" {
		t.Error(d)
	}
	tables, err := l.Write(t.Context(), st.Dir)
	if err != nil || len(tables) != 1 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}

	// The same command again finds everything, and asks nobody.
	again := newFake(1, loss)
	if _, spent, err := s.Run(t.Context(), st, RunOptions{Execute: again.open}); err != nil || len(again.order) != 0 || spent.Succeeded != 0 {
		t.Errorf("the second run: %v, %v", labels(again), err)
	}
	committed := 0
	for row, err := range store.ReadLines(RecordsFile(st.Dir, "toy")) {
		if err != nil || row.Curves != nil {
			t.Errorf("%+v, %v", row, err)
		}
		committed++
	}
	if committed != 12 {
		t.Errorf("%d rows", committed)
	}
}

// Failures are retried as the sweep says; what failed for good is tried again by
// the next run, and does not keep a search from ending.
func TestRunRetries(t *testing.T) {
	s, st := toy(t, searched+"retries: {max: 2, on: [crash]}\n"), openStore(t)
	attempts := map[string]int{}
	f := newFake(2, func(req trial.Request) trial.Record {
		attempts[req.Label]++
		if req.Number != attempts[req.Label] {
			t.Errorf("%s: attempt %d has the number %d", req.Label, attempts[req.Label], req.Number)
		}
		switch {
		case req.Label == "plain, a, seed 1" && req.Number < 3:
			return fails(failure.Crash)
		case strings.Contains(req.Label, "rate=4"):
			return fails(failure.Crash)
		case strings.Contains(req.Label, "rate=2.5"):
			return fails(failure.Refused)
		}
		return loss(req)
	})
	retried := 0
	l, spent, err := s.Run(t.Context(), st, RunOptions{Execute: f.open, Watch: func(e Event) {
		if e.Retry {
			retried++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if attempts["plain, a, seed 1"] != 3 || attempts["tuned: rate=4, a, seed 2"] != 3 || attempts["tuned: rate=2.5, a, seed 1"] != 1 || retried != 6 {
		t.Errorf("%d retries: %v", retried, attempts)
	}
	if spent.Failed != 4 || spent.Succeeded != 6 {
		t.Errorf("%+v", spent)
	}
	if _, trials := l.Waiting(); trials != 0 || attempts["tuned: slow, a, seed 1"] != 1 {
		t.Errorf("ablations wait though the search has ended: %d", trials)
	}
	groups := l.FailureGroups()
	if len(groups) != 2 || groups[0].Trials != 2 || groups[0].First.Failure.Kind != failure.Refused {
		t.Errorf("%+v", groups)
	}
	next := newFake(2, loss)
	if l, _, err = s.Run(t.Context(), st, RunOptions{Execute: next.open}); err != nil || l.Count(nil).Failed != 0 {
		t.Errorf("the next run: %v, %+v", err, l.Count(nil))
	}
	// With all values there, another configuration is the best one: its ablations are new.
	if got := labels(next); len(got) != 6 || got[4] != "tuned: noisy, a, seed 1" {
		t.Errorf("the next run runs %v", got)
	}
}

// After the first interrupt nothing starts, and what runs has the grace time; its
// end is recorded.
func TestRunDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, st, f := toy(t, searched), openStore(t), newFake(2, loss)
		f.hold = true
		drain := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(drain) })
		began := time.Now()
		l, spent, err := s.Run(t.Context(), st, RunOptions{Execute: f.open, Drain: drain, Grace: 30 * time.Second})
		if err != nil || time.Since(began) != 31*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if len(f.order) != 2 || f.modes[0] != executor.Drain || f.modes[1] != executor.Kill {
			t.Errorf("%d submitted, closed by %v", len(f.order), f.modes)
		}
		if spent.Succeeded+spent.Failed != 0 || l.Count(nil).New == 0 {
			t.Errorf("%+v, %+v", spent, l.Count(nil))
		}
		attempts, err := st.Attempts(t.Context(), f.order[0].Key)
		if err != nil || len(attempts) != 1 || attempts[0].Status != trial.Cancelled {
			t.Errorf("%+v, %v", attempts, err)
		}
	})
}

// The second interrupt ends everything at once.
func TestRunIsKilled(t *testing.T) {
	s, st, f := toy(t, searched), openStore(t), newFake(2, loss)
	f.hold = true
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := s.Run(ctx, st, RunOptions{Execute: f.open, Watch: func(Event) { cancel() }})
	if !errors.Is(err, context.Canceled) || f.modes[0] != executor.Kill {
		t.Errorf("%v, closed by %v", err, f.modes)
	}
}

// A store that cannot be written ends the run with its error.
func TestRunStopsWithItsStore(t *testing.T) {
	s, st := toy(t, searched), openStore(t)
	f := newFake(2, func(req trial.Request) trial.Record {
		st.Close()
		return loss(req)
	})
	if _, _, err := s.Run(t.Context(), st, RunOptions{Execute: f.open}); err == nil || f.modes[0] != executor.Kill {
		t.Errorf("%v, closed by %v", err, f.modes)
	}
	if _, _, err := toy(t, searched).Run(t.Context(), openStore(t), RunOptions{Execute: func(context.Context, runner.Site, int) (executor.Executor, error) {
		return nil, errors.New("no such cluster")
	}}); err == nil {
		t.Error("an executor that cannot be opened is no error")
	}
}

// The last words of what ran when a host was killed are kept.
func TestRunRescuesLogs(t *testing.T) {
	s, st := toy(t, "methods: {plain: {plugin: tuned}}\n"), openStore(t)
	l, err := s.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	key := l.Points()[0].Key
	if _, err := st.Begin(t.Context(), key, time.Now()); err != nil {
		t.Fatal(err)
	}
	st.Close()
	if st, err = reopen(t, st.Dir); err != nil {
		t.Fatal(err)
	}
	site := s.site(st, st.Dir+"/work")
	if err := os.MkdirAll(site.Work, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(runner.LogFile(site.Work, "1"), []byte("last words"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Run(t.Context(), st, RunOptions{Execute: newFake(1, loss).open}); err != nil {
		t.Fatal(err)
	}
	attempts, err := st.Attempts(t.Context(), key)
	if err != nil || len(attempts) != 2 || attempts[0].Status != trial.Lost || !strings.Contains(attempts[0].Log, "last words") || attempts[1].Status != trial.Succeeded {
		t.Errorf("%+v, %v", attempts, err)
	}
	if _, err := site.Plugin(t.Context(), trial.PluginRef{Name: "stranger"}); err == nil {
		t.Error("a site finds a plugin that the sweep does not name")
	}
	for _, p := range s.plugins {
		if got, err := site.Plugin(t.Context(), trial.PluginRef{Name: p.Name, Where: p.Where()}); err != nil || got.Description.Name != "tuned" {
			t.Errorf("%+v, %v", got, err)
		}
	}
}
