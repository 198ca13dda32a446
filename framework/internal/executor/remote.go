package executor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/queue"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Fleet are the workers of a queue, where somebody starts them for us.
type Fleet interface {
	// Tend is told again and again how many trials are open and which workers live. It
	// starts workers that are missing, and says why none can be had.
	Tend(open int, alive map[string]queue.Beat) error
	End() // all workers, now
}

// Remote runs trials by workers that serve a queue's folder: started by hand, or by a
// [Fleet]. What runs there outlives this process.
type Remote struct {
	Dir     string // of the queue
	Kept    string // where what is kept of trials belongs
	Places  int    // how many trials are out at most
	Workers int    // that are expected, for the size of chunks
	Fleet   Fleet  // may be nil
	Note    func(format string, args ...any)

	host     *queue.Host
	lease    time.Duration
	events   chan trial.Event
	mu       sync.Mutex
	fresh    []queue.Item // not yet in the folder
	cancel   []string     // told to workers
	dropped  []string     // to be told of, having never begun
	unwanted []string     // recovered, and nobody waits for them
	mode     Mode
	closing  bool
	killed   time.Time
	err      error
	wake     chan struct{}
}

// How often the folder is looked at, how many requests are in a chunk at most, and how
// long workers have that are ended.
const (
	lookEvery = 500 * time.Millisecond
	chunkSize = 50
	killTime  = 15 * time.Second
)

// Open takes the queue's folder over and begins.
func (r *Remote) Open(terms queue.Terms) error {
	host, err := queue.Open(r.Dir, queue.Disk{}, terms)
	if err != nil {
		return err
	}
	r.host, r.lease = host, time.Duration(terms.Lease)
	r.events, r.wake = make(chan trial.Event), make(chan struct{}, 1)
	return nil
}

// Recover finds what is out there from before, and begins to look at the folder. It is
// called once, before anything else.
func (r *Remote) Recover(context.Context) ([]string, error) {
	found, err := r.host.Found()
	go r.serve()
	return found, err
}

// Err is why the executor ended by itself, once Events is closed.
func (r *Remote) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Submit hands over requests: they are in the folder a moment later, many to a file.
func (r *Remote) Submit(_ context.Context, reqs []trial.Request) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing || r.err != nil {
		return errors.Join(errClosed, r.err)
	}
	for _, req := range reqs {
		r.fresh = append(r.fresh, queue.Item{Request: req})
	}
	return nil
}

// Events is the channel of what happens. An event without an attempt says only that
// those before it were taken in.
func (r *Remote) Events() <-chan trial.Event { return r.events }

// Cancel ends an attempt wherever it is.
func (r *Remote) Cancel(attempt string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := len(r.fresh)
	r.fresh = slices.DeleteFunc(r.fresh, func(it queue.Item) bool { return it.Request.Attempt == attempt })
	if len(r.fresh) < before {
		r.dropped = append(r.dropped, attempt)
		return
	}
	r.cancel = append(r.cancel, attempt)
	r.unwanted = append(r.unwanted, attempt)
}

// Capacity is how many trials may be out: several for each worker, so that none waits
// for the host.
func (r *Remote) Capacity() int { return r.Places }

// Close ends the executor. Detached, the workers go on without it.
func (r *Remote) Close(m Mode) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closing || m > r.mode {
		r.mode = m
	}
	r.closing = true
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// serve is the host's loop: one look after another.
func (r *Remote) serve() {
	defer close(r.events)
	began := map[string]bool{}
	told := Mode(-1)
	var trouble time.Time // since when the disk fails
	for {
		r.mu.Lock()
		fresh, dropped, unwanted := r.fresh, r.dropped, r.unwanted
		cancel := slices.Clone(r.cancel)
		r.fresh, r.dropped, r.unwanted = nil, nil, nil
		closing, mode := r.closing, r.mode
		r.mu.Unlock()

		err := r.look(began, fresh, cancel, unwanted, !closing || mode == Detach)
		for _, a := range dropped {
			r.tell(a, "the run was stopped before it began", failure.Cancelled)
		}
		if closing && mode == Detach && err == nil {
			r.settle(began)
			return
		}
		if closing && mode != Detach {
			if told != mode {
				err = errors.Join(err, r.host.Stop(map[Mode]string{Drain: "drain", Kill: "kill"}[mode]))
				if err == nil {
					told = mode
				}
				if mode == Kill {
					r.killed = time.Now()
					if r.Fleet != nil {
						r.Fleet.End()
					}
				}
			}
			back, wrong := r.host.Withdraw()
			err = errors.Join(err, wrong)
			for _, it := range back {
				r.host.Forget(it.Request.Attempt)
				r.cancelled(it)
			}
			late := mode == Kill && !r.killed.IsZero() && time.Since(r.killed) > killTime
			if late {
				for _, a := range r.host.Out() { // who brings them later brings them to nobody
					r.host.Forget(a)
					r.tell(a, "the run was stopped", failure.Cancelled)
				}
			}
			if r.host.Flying() == 0 {
				r.settle(began)
				return
			}
		}
		switch {
		case err == nil:
			trouble = time.Time{}
		case errors.Is(err, queue.ErrTakenOver) || r.Err() != nil:
			r.fail(err)
			return
		case trouble.IsZero():
			trouble = time.Now()
			r.Note("note: the queue in %s: %v (tried again)", r.Dir, err)
		case time.Since(trouble) > 10*r.lease:
			r.fail(err)
			return
		}
		select {
		case <-time.After(lookEvery):
		case <-r.wake:
		}
	}
}

func (r *Remote) fail(err error) {
	r.mu.Lock()
	r.err = err
	r.mu.Unlock()
}

// settle has workers that have ended tidied away.
func (r *Remote) settle(began map[string]bool) {
	_ = r.look(began, nil, nil, nil, false)
}

// look hands out what is new and takes in what has come.
func (r *Remote) look(began map[string]bool, fresh []queue.Item, cancel, unwanted []string, tend bool) error {
	if len(fresh) > 0 {
		size := min(chunkSize, max(1, len(fresh)/(2*max(1, r.Workers))))
		if err := r.host.Offer(fresh, size); err != nil {
			r.mu.Lock()
			for i, it := range fresh { // those of the chunks that were written stay out
				if !r.host.Has(it.Request.Attempt) {
					r.fresh = append(fresh[i:len(fresh):len(fresh)], r.fresh...)
					break
				}
			}
			r.mu.Unlock()
			return err
		}
	}
	if len(unwanted) > 0 {
		if err := r.host.Cancel(cancel); err != nil {
			return err
		}
	}
	deliveries, err := r.host.Look()
	for _, d := range deliveries {
		for _, o := range d.Outcomes {
			delete(began, o.Result.Attempt)
			r.deliver(o)
		}
		r.events <- trial.Event{} // once this is taken, so are those before
		err = errors.Join(err, d.Done())
	}
	for _, it := range r.host.Lost() {
		r.tell(it.Request.Attempt, fmt.Sprintf("the worker that ran it ended, %d times", it.Lost), failure.Lost)
	}
	for _, b := range r.host.Workers {
		for _, a := range b.Running {
			if !began[a] && r.host.Has(a) {
				began[a] = true
				r.events <- trial.Event{Attempt: a, Started: true, Node: b.Node}
			}
		}
	}
	if r.Fleet != nil && tend {
		if wrong := r.Fleet.Tend(r.host.Flying(), r.host.Workers); wrong != nil {
			r.fail(wrong)
			return errors.Join(err, wrong)
		}
	}
	return err
}

// deliver moves what a trial keeps to its place, and tells of it.
func (r *Remote) deliver(o queue.Outcome) {
	res := o.Result
	res.Record.Provenance.Node, res.Record.Provenance.Path = o.Node, o.Path
	if res.Fit != nil {
		res.Fit.Provenance.Node, res.Fit.Provenance.Path = o.Node, o.Path
	}
	if err := r.bring(o); err != nil {
		res.Record.Status = trial.Failed
		res.Record.Failure = &failure.Failure{Kind: failure.Error, Reason: "what it keeps could not be brought from its worker: " + err.Error()}
		res.Fit = nil
	}
	r.events <- trial.Event{Attempt: res.Attempt, Result: &res}
}

func (r *Remote) bring(o queue.Outcome) error {
	defer r.host.Clean(o.Execution)
	names, err := queue.Disk{}.List(r.host.Kept(o.Execution))
	if err != nil {
		return err
	}
	for _, key := range names {
		to := filepath.Join(r.Kept, key)
		if err := errors.Join(os.MkdirAll(r.Kept, 0o755), os.RemoveAll(to)); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(r.host.Kept(o.Execution), key), to); err != nil {
			return err
		}
	}
	return nil
}

// cancelled tells of a request that was taken back.
func (r *Remote) cancelled(it queue.Item) {
	req := it.Request
	rec := trial.Record{Key: req.Key, Status: trial.Cancelled, Spec: req.Spec, Provenance: req.Known,
		Failure: &failure.Failure{Kind: failure.Cancelled, Reason: "the run was stopped before it began"}}
	r.events <- trial.Event{Attempt: req.Attempt, Result: &trial.Result{Attempt: req.Attempt, Record: rec}}
}

// tell ends an attempt of which nothing but its name is known here.
func (r *Remote) tell(attempt, reason string, kind failure.Kind) {
	rec := trial.Record{Status: trial.Failed, Failure: &failure.Failure{Kind: kind, Reason: reason}}
	if kind == failure.Cancelled {
		rec.Status = trial.Cancelled
	}
	if kind == failure.Lost {
		rec.Failure.Hint = "the logs of workers are in " + filepath.Join(r.Dir, "logs")
	}
	r.events <- trial.Event{Attempt: attempt, Result: &trial.Result{Attempt: attempt, Record: rec}}
}
