package study

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// run is a sweep while it is carried out: one loop that asks, dispatches, records
// and tells, in one goroutine.
type run struct {
	study    *Study
	store    *store.Store
	ledger   *Ledger
	executor executor.Executor
	options  RunOptions

	queue  []*Point           // asked and not yet dispatched
	tried  map[string]bool    // keys that were asked in this run
	only   map[string]bool    // keys that are run at all; nil: every one
	flying map[string]*flight // dispatched, by attempt
	stops  *stops             // methods of which enough has failed
	done   int                // trials that have ended for good
	spent  Spent
}

// flight is an attempt that was dispatched.
type flight struct {
	point  *Point
	number int // of the attempt at this trial in this run
	slot   int
}

// ask queues the trials of new points of which something is wanted still, each once.
func (r *run) ask(points []*Point) {
	for _, p := range points {
		if p.Finished() || r.tried[p.Key] || r.only != nil && !r.only[p.Key] {
			continue
		}
		r.tried[p.Key] = true
		if r.stops.holds(p) {
			continue
		}
		r.queue = append(r.queue, p)
	}
}

// bound is how many trials there are to run, those that only may come included.
func (r *run) bound() int {
	_, waiting := r.ledger.Waiting()
	return len(r.queue) + waiting + r.ledger.Following()
}

func (r *run) draining() bool {
	select {
	case <-r.options.Drain:
		return true
	default:
		return false
	}
}

func (r *run) loop(ctx context.Context) error {
	var broken error // of the store or the executor: all ends, and what runs is still recorded
	durable := context.WithoutCancel(ctx)
	stop := func(err error) {
		if broken == nil && err != nil {
			broken = err
			r.executor.Close(executor.Kill)
		}
	}
	drain, killed := r.options.Drain, ctx.Done()
	var grace <-chan time.Time
	for open := true; ; {
		if open {
			if broken == nil && ctx.Err() == nil && !r.draining() {
				stop(r.dispatch(durable))
			}
			if r.options.Detach {
				r.executor.Close(executor.Detach)
				open = false
			} else if len(r.flying) == 0 { // and so nothing can be asked any more
				r.executor.Close(executor.Drain)
				open = false
			}
		}
		select {
		case e, ok := <-r.executor.Events():
			if !ok {
				if broken == nil {
					broken = ctx.Err()
				}
				if e, can := r.executor.(interface{ Err() error }); can && broken == nil {
					broken = e.Err()
				}
				return broken
			}
			stop(r.take(durable, e))
		case <-drain:
			drain = nil
			r.executor.Close(executor.Drain)
			grace = time.After(r.options.Grace)
		case <-grace:
			r.executor.Close(executor.Kill)
		case <-killed:
			killed = nil
			r.executor.Close(executor.Kill)
		}
	}
}

// dispatch hands over as many trials as the executor has places for.
func (r *run) dispatch(ctx context.Context) error {
	var batch []trial.Request
	for len(r.queue) > 0 && (r.options.Detach || len(r.flying) < r.executor.Capacity()) {
		f := &flight{point: r.queue[0], number: 1, slot: r.freeSlot()}
		r.queue = r.queue[1:]
		req, err := r.begin(ctx, f)
		if err != nil {
			return err
		}
		batch = append(batch, req)
	}
	if len(batch) == 0 {
		return nil
	}
	return r.executor.Submit(ctx, batch)
}

// begin notes in the store that an attempt begins, and makes its request.
func (r *run) begin(ctx context.Context, f *flight) (trial.Request, error) {
	req, err := r.request(ctx, f.point)
	if err != nil {
		return req, err
	}
	ids, err := r.store.BeginAll(ctx, []store.Start{{Key: f.point.Key, At: time.Now(), Executor: r.elsewhere()}})
	if err != nil {
		return req, err
	}
	req.Attempt, req.Number = strconv.FormatInt(ids[0], 10), f.number
	r.flying[req.Attempt] = f
	return req, nil
}

// request asks for what is wanted of a trial: of all of its fit, or of its probes
// alone where the fit is there.
func (r *run) request(ctx context.Context, p *Point) (trial.Request, error) {
	if !p.Trained() {
		return r.study.request(p, nil)
	}
	var fit trial.Record
	err := r.store.Read(ctx, store.Query{Wants: []store.Want{{Fit: p.Key}}, With: store.Embeddings}, func(_ int, rec trial.Record) error {
		fit = rec
		return nil
	})
	if err != nil {
		return trial.Request{}, err
	}
	return r.study.request(p, &fit)
}

func attemptID(attempt string) (int64, error) { return strconv.ParseInt(attempt, 10, 64) }

func (r *run) freeSlot() int {
	taken := map[int]bool{}
	for _, f := range r.flying {
		taken[f.slot] = true
	}
	slot := 0
	for taken[slot] {
		slot++
	}
	return slot
}

// take is told what happened. A result is recorded, and what it allows is asked.
func (r *run) take(ctx context.Context, e trial.Event) error {
	f, ok := r.flying[e.Attempt]
	if !ok {
		return nil // of an attempt that counts no more
	}
	if e.Result == nil {
		r.watch(e, f, false)
		return nil
	}
	id, err := attemptID(e.Attempt)
	if err != nil {
		return fmt.Errorf("the executor names an attempt %q: %w", e.Attempt, err)
	}
	rec := e.Result.Record
	if rec.Key == "" { // the executor knows no more than that it is over
		req, err := r.request(ctx, f.point)
		if err != nil {
			return err
		}
		rec.Key, rec.Spec, rec.Provenance = req.Key, req.Spec, req.Known
	}
	if fit := e.Result.Fit; fit != nil { // only probes failed: the rest is there
		if _, err := r.store.Add(ctx, []trial.Record{*fit}); err != nil {
			return err
		}
	}
	if err := r.store.End(ctx, id, rec, e.Result.Log); err != nil {
		return err
	}
	delete(r.flying, e.Attempt)
	r.spent.add(rec, e.Result.Scored)
	if r.again(f, rec) {
		r.watch(e, f, true)
		next := &flight{point: f.point, number: f.number + 1, slot: f.slot}
		req, err := r.begin(ctx, next)
		if err != nil {
			return err
		}
		return r.executor.Submit(ctx, []trial.Request{req})
	}
	r.done++
	r.stops.note(f.point.Method, rec)
	r.queue = slices.DeleteFunc(r.queue, r.stops.holds)
	if err := r.ledger.note(ctx, rec); err != nil {
		return err
	}
	more, err := r.ledger.advance(ctx)
	if err != nil {
		return err
	}
	r.ask(more)
	r.askOther(f.point, rec)
	r.watch(e, f, false)
	return nil
}

// askOther queues a point that the trial of another one leaves unfinished: of the same
// fit, for which the sweep wants other probes, or the same of other angles.
func (r *run) askOther(p *Point, rec trial.Record) {
	for _, other := range r.ledger.points[p.Key] {
		if rec.Status == trial.Succeeded && !other.Finished() && other.Probes != p.Probes {
			r.queue = append(r.queue, other)
			return // the next when this one is done
		}
	}
}

// again reports whether a failed attempt is repeated.
func (r *run) again(f *flight, rec trial.Record) bool {
	retries := r.study.Sweep.Retries
	return rec.Status == trial.Failed && f.number <= retries.Max && slices.Contains(retries.On, string(rec.Failure.Kind)) && !r.draining()
}

func (r *run) watch(e trial.Event, f *flight, retry bool) {
	if r.options.Watch != nil {
		r.options.Watch(Event{Event: e, Slot: f.slot, Label: Label(f.point.Point), Retry: retry, Done: r.done, Total: r.done + len(r.flying) + len(r.queue)})
	}
}
