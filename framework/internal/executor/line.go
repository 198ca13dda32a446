package executor

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/assaylab/assay/framework/internal/trial"
)

// line hands requests to workers in order, and remembers what runs.
type line struct {
	mu      sync.Mutex
	waiting []trial.Request
	running map[string]context.CancelFunc
	closed  bool
	wake    chan struct{} // holds a token while there may be something to do
}

func newLine() *line {
	return &line{running: map[string]context.CancelFunc{}, wake: make(chan struct{}, 1)}
}

var errClosed = errors.New("the executor takes no more trials")

func (q *line) add(reqs []trial.Request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errClosed
	}
	q.waiting = append(q.waiting, reqs...)
	q.signal()
	return nil
}

// close takes out what waits; workers end after what they are at.
func (q *line) close() (dropped []trial.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	dropped = q.waiting
	q.closed, q.waiting = true, nil
	q.signal()
	return dropped
}

func (q *line) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run is a request in the hands of a worker.
type run struct {
	ctx  context.Context
	done func()
}

// next waits for a request; ok is false once the queue is closed.
func (q *line) next(ctx context.Context) (req trial.Request, r run, ok bool) {
	for {
		q.mu.Lock()
		switch {
		case q.closed || ctx.Err() != nil:
			q.signal() // for the next worker
			q.mu.Unlock()
			return req, r, false
		case len(q.waiting) > 0:
			req = q.waiting[0]
			q.waiting = q.waiting[1:]
			own, cancel := context.WithCancel(ctx)
			q.running[req.Attempt] = cancel
			if len(q.waiting) > 0 {
				q.signal()
			}
			q.mu.Unlock()
			return req, run{own, func() { q.end(req.Attempt) }}, true
		}
		q.mu.Unlock()
		select {
		case <-q.wake:
		case <-ctx.Done():
		}
	}
}

func (q *line) end(attempt string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if cancel, ok := q.running[attempt]; ok {
		cancel()
		delete(q.running, attempt)
	}
}

// cancel ends a request that runs, or takes out one that waits.
func (q *line) cancel(attempt string) (dropped []trial.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if cancel, ok := q.running[attempt]; ok {
		cancel()
	}
	q.waiting = slices.DeleteFunc(q.waiting, func(r trial.Request) bool {
		if r.Attempt == attempt {
			dropped = append(dropped, r)
		}
		return r.Attempt == attempt
	})
	return dropped
}
