package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// workDir is where trials work, in the folder of results; it is emptied.
const workDir = "work"

// RunOptions say how a sweep is run.
type RunOptions struct {
	Jobs   int             // trials at a time; 0: see Workers
	Grace  time.Duration   // for running trials after Drain
	Drain  <-chan struct{} // closed: nothing more is started
	Retry  bool            // only what failed before
	Detach bool            // hand over what there is to do and leave it to its workers
	Watch  func(Event)     // sees everything that happens; may be nil
	// Execute opens the executor; nil: the one that the sweep names.
	Execute func(ctx context.Context, site runner.Site, workers int) (executor.Executor, error)
}

// executors are the ways to run trials, by the name that a sweep gives them.
var executors = map[string]func(*Study, context.Context, runner.Site, int) (executor.Executor, error){
	"local": (*Study).local,
	"queue": (*Study).queue,
	"slurm": (*Study).slurm,
}

// Event is something that happened to a trial of the sweep, for those who watch.
type Event struct {
	trial.Event
	Slot  int    // of the trial among those that run: from 0, each taken by one at a time
	Label string // of the trial
	Retry bool   // with a result: the trial is attempted again
	Done  int    // trials of this run that have ended for good
	Total int    // trials of this run, as far as they are known
}

// Run runs the trials of the sweep that have no result yet, and records each as it
// ends. It returns what is known then, when everything has run or Drain was closed;
// ending ctx ends running trials at once. The error is about the store, the
// executor or the sweep: a failed trial is a record.
func (s *Study) Run(ctx context.Context, st *store.Store, o RunOptions) (*Ledger, Spent, error) {
	work := filepath.Join(st.Dir, workDir)
	s.jobs = o.Jobs
	if err := rescue(ctx, st, work); err != nil {
		return nil, Spent{}, err
	}
	l, err := s.open(ctx, st)
	if err != nil {
		return nil, Spent{}, err
	}
	if _, err := l.advance(ctx); err != nil { // what failed before is open: it is tried once more
		return nil, Spent{}, err
	}
	r := &run{study: s, store: st, ledger: l, options: o, tried: map[string]bool{}, flying: map[string]*flight{}, stops: l.stops()}
	if o.Retry {
		if r.only, err = failedBefore(ctx, st); err != nil {
			return nil, Spent{}, err
		}
	}
	r.ask(l.Points())
	if len(r.queue) > 0 && !r.draining() {
		err = r.carryOut(ctx, work)
	}
	r.spent.Stopped = r.stops.list()
	if o.Detach {
		return l, r.spent, err
	}
	durable := context.WithoutCancel(ctx)
	err = errors.Join(err, l.settle(durable), l.dropCheckpoints(st), s.trim(st))
	return l, r.spent, err
}

// carryOut opens the executor and runs the queue.
func (r *run) carryOut(ctx context.Context, work string) (err error) {
	open := r.options.Execute
	if open == nil {
		open = func(ctx context.Context, site runner.Site, workers int) (executor.Executor, error) {
			return executors[r.study.Sweep.Run.Executor](r.study, ctx, site, workers)
		}
	}
	// Trials that run are ended by their executor, not by this context: their end is
	// to be recorded.
	workers := min(r.study.Workers(r.options.Jobs), r.bound())
	if r.executor, err = open(context.WithoutCancel(ctx), r.study.site(r.store, work), workers); err != nil {
		return err
	}
	if err := r.recover(context.WithoutCancel(ctx)); err != nil {
		r.executor.Close(executor.Detach)
		return err
	}
	return r.loop(ctx)
}

// trim keeps embeddings within the room that the sweep gives them.
func (s *Study) trim(st *store.Store) error {
	room := s.Sweep.Keep.Embeddings
	if room.All || room.None {
		return nil
	}
	_, err := st.Trim(room.Bytes, func(fit string) bool {
		_, err := os.Stat(filepath.Join(st.Dir, store.KeptDir, fit, runner.PinFile))
		return err == nil
	})
	return err
}

// failedBefore are the fits that failed and never succeeded.
func failedBefore(ctx context.Context, st *store.Store) (map[string]bool, error) {
	out := map[string]bool{}
	err := st.Failed(ctx, func(rec trial.Record) error {
		out[rec.Fit] = true
		return nil
	})
	return out, err
}

// local is the executor of this machine.
func (s *Study) local(ctx context.Context, site runner.Site, workers int) (executor.Executor, error) {
	return executor.NewLocal(ctx, site, workers, func(i int) executor.Runner {
		return runner.New(runner.With(s.Launcher), i)
	})
}

func (s *Study) site(st *store.Store, work string) runner.Site {
	byPlace := map[string]runner.Plugin{}
	for _, p := range s.plugins {
		byPlace[p.Where()+"\x00"+p.Name] = p
	}
	return runner.Site{
		Plugin: func(_ context.Context, ref trial.PluginRef) (runner.Plugin, error) {
			p, ok := byPlace[ref.Where+"\x00"+ref.Name]
			if !ok {
				return p, problem.New(fmt.Sprintf("no plugin %q", ref.Name), "")
			}
			return p, nil
		},
		Dataset:     s.Builder.Cache.Dir,
		Sound:       s.Builder.Cache.Verify,
		Work:        work,
		Checkpoints: filepath.Join(st.Dir, store.CheckpointsDir),
		Kept:        filepath.Join(st.Dir, store.KeptDir),
	}
}

// rescue keeps the logs of what ran when a host was killed.
func rescue(ctx context.Context, st *store.Store, work string) error {
	logs, err := executor.Leftovers(work)
	if err != nil {
		return err
	}
	for attempt, text := range logs {
		if id, err := attemptID(attempt); err == nil {
			if err := st.KeepLog(ctx, id, text); err != nil {
				return err
			}
		}
	}
	return nil
}
