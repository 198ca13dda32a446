package executor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Runner runs one trial at a time. [runner.Runner] is one.
type Runner interface {
	Run(context.Context, trial.Request, runner.Site, trial.Sink) trial.Result
	Close()
}

// Local runs trials on this machine: a pool of workers, each with a runner of its
// own.
type Local struct {
	site   runner.Site
	events chan trial.Event
	queue  *line
	kill   context.CancelFunc
	work   sync.WaitGroup
	size   int

	closing sync.Once
}

// NewLocal starts a pool of workers. It takes site.Work for itself, and removes it
// in the end; newRunner gives worker i its runner.
func NewLocal(ctx context.Context, site runner.Site, workers int, newRunner func(i int) Runner) (*Local, error) {
	if err := os.RemoveAll(site.Work); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(site.Work, 0o700); err != nil {
		return nil, err
	}
	ctx, kill := context.WithCancel(ctx)
	l := &Local{site: site, events: make(chan trial.Event, 64), queue: newLine(), kill: kill, size: workers}
	for i := range workers {
		l.work.Go(func() { l.serve(ctx, newRunner(i)) })
	}
	go func() {
		l.work.Wait()
		kill()
		_ = os.RemoveAll(site.Work) // the next run removes what this one could not
		close(l.events)
	}()
	return l, nil
}

// serve runs what comes until the queue is closed.
func (l *Local) serve(ctx context.Context, r Runner) {
	defer r.Close()
	for {
		req, running, ok := l.queue.next(ctx)
		if !ok {
			return
		}
		res := r.Run(running.ctx, req, l.site, l.tell)
		running.done()
		l.events <- trial.Event{Attempt: req.Attempt, Result: &res}
	}
}

// tell passes an event on. What only watchers want is dropped where the reader is
// behind: nobody who looks may hold up a trial.
func (l *Local) tell(e trial.Event) {
	if e.Progress == nil && e.Point == nil && e.Line == "" {
		l.events <- e
		return
	}
	select {
	case l.events <- e:
	default:
	}
}

// Submit queues requests.
func (l *Local) Submit(_ context.Context, reqs []trial.Request) error { return l.queue.add(reqs) }

// Events is the channel of what happens. It must be read: a worker waits for its
// reader.
func (l *Local) Events() <-chan trial.Event { return l.events }

// Cancel ends an attempt.
func (l *Local) Cancel(attempt string) { l.drop(l.queue.cancel(attempt)) }

// drop tells of requests that never began.
func (l *Local) drop(reqs []trial.Request) {
	if len(reqs) == 0 {
		return
	}
	l.work.Go(func() {
		for _, req := range reqs {
			rec := trial.Record{Key: req.Key, Status: trial.Cancelled, Spec: req.Spec, Provenance: req.Known,
				Failure: &failure.Failure{Kind: failure.Cancelled, Reason: "the run was stopped before it began"}}
			l.events <- trial.Event{Attempt: req.Attempt, Result: &trial.Result{Attempt: req.Attempt, Record: rec}}
		}
	})
}

// Capacity is the number of workers.
func (l *Local) Capacity() int { return l.size }

// Recover finds nothing: trials here end with the process that started them.
func (l *Local) Recover(context.Context) ([]string, error) { return nil, nil }

// Close ends the pool.
func (l *Local) Close(m Mode) {
	l.closing.Do(func() {
		l.work.Add(1) // the workers may end before those that never began are told of
		dropped := l.queue.close()
		l.drop(dropped)
		l.work.Done()
	})
	if m == Kill {
		l.kill()
	}
}

// Leftovers are the last words of attempts whose host was killed, by attempt.
func Leftovers(work string) (map[string]string, error) {
	files, err := filepath.Glob(runner.LogFile(work, "*"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	before, after, _ := strings.Cut(filepath.Base(runner.LogFile(work, "*")), "*")
	out := map[string]string{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading what an attempt left: %w", err)
		}
		out[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), before), after)] = string(text)
	}
	return out, nil
}
