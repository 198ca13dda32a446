// Package executor is where trials run. Local is a pool of slots on this
// machine; every slot runs one trial at a time.
package executor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Task is one trial that is to be run.
type Task struct {
	Label  string // for people: "hiwa, chewie-1, seed 3"
	Job    host.Job
	Record trial.Record // with key, spec and what is known of the provenance
}

// Retries says how often a failed attempt is repeated, and after what.
type Retries struct {
	Max int
	On  []string // kinds of failure
}

// Keep says what stays on disk of a trial that succeeded, in DIR/kept/KEY.
type Keep struct {
	Models     bool
	Embeddings bool
	Arrays     bool // what the method makes for figures
}

// Observer sees trials come and go. Calls for one slot come one after another,
// those of different slots at once.
type Observer interface {
	Started(slot int, t Task)
	Progress(slot int, p host.Progress)
	Ended(slot int, t Task, rec trial.Record, retry bool)
}

// Local runs tasks on this machine.
type Local struct {
	Launcher *host.Launcher
	Store    *store.Store
	Jobs     int // slots
	Retries  Retries
	Keep     Keep
	Observer Observer
}

// Run runs the tasks in order, Jobs at a time, and records each as it ends. It
// stops launching when drain is closed; ending ctx ends the running trials too.
// The error is about the store or the disk: a failed trial is a record.
func (l *Local) Run(ctx context.Context, drain <-chan struct{}, tasks []Task) error {
	work := filepath.Join(l.Store.Dir, "work")
	if err := l.rescue(ctx, work); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(work)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan Task)
	var slots sync.WaitGroup
	var broken sync.Once
	var firstErr error
	for slot := range l.Jobs {
		slots.Go(func() {
			seat := l.Launcher.NewSeat(filepath.Join(work, fmt.Sprintf("seat-%d", slot)))
			defer seat.Close()
			for t := range queue {
				if err := l.trial(ctx, drain, slot, seat, work, t); err != nil {
					broken.Do(func() { firstErr = err; cancel(err) })
					return
				}
			}
		})
	}
feed:
	for _, t := range tasks {
		select { // a closed drain wins over a free slot
		case <-drain:
			break feed
		case <-ctx.Done():
			break feed
		default:
		}
		select {
		case queue <- t:
		case <-drain:
			break feed
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	slots.Wait()
	return firstErr
}

// rescue keeps the logs of what ran when a host was killed, and removes the rest.
func (l *Local) rescue(ctx context.Context, work string) error {
	logs, err := filepath.Glob(filepath.Join(work, "attempt-*.log"))
	if err != nil {
		return err
	}
	for _, path := range logs {
		id, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "attempt-"), ".log"), 10, 64)
		if err != nil {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := l.Store.KeepLog(ctx, id, string(text)); err != nil {
			return err
		}
	}
	return os.RemoveAll(work)
}

// trial attempts one task until it succeeds, fails for good, or the run stops.
func (l *Local) trial(ctx context.Context, drain <-chan struct{}, slot int, seat *host.Seat, work string, t Task) error {
	for attempt := 1; ; attempt++ {
		rec, err := l.attempt(ctx, slot, seat, work, t, attempt)
		if err != nil {
			return err
		}
		retry := rec.Status == trial.Failed && attempt <= l.Retries.Max &&
			slices.Contains(l.Retries.On, string(rec.Failure.Kind)) && ctx.Err() == nil && !closed(drain)
		l.Observer.Ended(slot, t, rec, retry)
		if !retry {
			return nil
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (l *Local) attempt(ctx context.Context, slot int, seat *host.Seat, work string, t Task, number int) (trial.Record, error) {
	// What has run is recorded even when the run is being stopped.
	durable := context.WithoutCancel(ctx)
	started := time.Now()
	id, err := l.Store.Begin(durable, t.Record.Key, started)
	if err != nil {
		return trial.Record{}, err
	}
	job := t.Job
	if job.WorkDir, err = os.MkdirTemp(work, "trial-"); err != nil {
		return trial.Record{}, err
	}
	defer os.RemoveAll(job.WorkDir)
	job.LogFile = filepath.Join(work, fmt.Sprintf("attempt-%d.log", id))
	defer os.Remove(job.LogFile)
	job.Options.CPUs = seat.CPUs(job.Options.Threads)
	job.Options.Dir = job.WorkDir

	l.Observer.Started(slot, t)
	if job.Checkpoints, err = l.checkpoints(job, t.Record); err != nil {
		return trial.Record{}, err
	}
	out := seat.Run(ctx, job, func(p host.Progress) { l.Observer.Progress(slot, p) })

	rec := t.Record
	rec.Status = trial.Succeeded
	rec.Metrics, rec.Curves, rec.Embeddings, rec.Failure = out.Metrics, out.Curves, out.Embeddings, out.Failure
	rec.Provenance.Started = started.UTC()
	rec.Provenance.WallSec = time.Since(started).Seconds()
	rec.Provenance.CPUSec = out.Usage.CPU.Seconds()
	rec.Provenance.PeakMemory = out.Usage.PeakMemory
	rec.Provenance.Attempt = number
	rec.Provenance.Transport, rec.Provenance.Served = string(out.Transport), out.Served
	rec.Provenance.Resumed = out.Resumed
	if out.Failure != nil {
		rec.Status = trial.Failed
		if out.Failure.Kind == failure.Cancelled {
			rec.Status = trial.Cancelled
		}
	} else if err := l.keep(job.WorkDir, rec.Key); err != nil {
		return rec, fmt.Errorf("keeping the model of trial %s: %w", trial.Short(rec.Key), err)
	}
	if job.Checkpoints != "" && !worthResuming(out) {
		if err := os.RemoveAll(job.Checkpoints); err != nil {
			return rec, err
		}
	}
	return rec, l.Store.End(durable, id, rec, out.Log)
}

// checkpoints is the folder where the attempts of one trial hand on their work.
// Another build of the plugin gets another folder.
func (l *Local) checkpoints(job host.Job, rec trial.Record) (string, error) {
	if !job.Description.Resumable {
		return "", nil
	}
	build := strings.TrimPrefix(rec.Provenance.Binary, "sha256:")
	dir := filepath.Join(l.Store.Dir, "checkpoints", trial.Short(rec.Key)+"-"+build[:min(12, len(build))])
	return dir, os.MkdirAll(dir, 0o700)
}

// worthResuming reports whether a later attempt may do better from a checkpoint:
// not if there is nothing more to do, not if the method itself gave up, and not
// if the process died again where the checkpoint had left it.
func worthResuming(out host.Outcome) bool {
	if out.Failure == nil || out.Failure.Kind == failure.Crash && out.Resumed > 0 && out.Saved <= out.Resumed {
		return false
	}
	return slices.Contains([]failure.Kind{failure.Crash, failure.Timeout, failure.Memory, failure.Lost, failure.Cancelled}, out.Failure.Kind)
}

// keep moves what the sweep wants to keep out of the work folder.
func (l *Local) keep(workDir, key string) error {
	if l.Keep == (Keep{}) {
		return nil
	}
	dir := filepath.Join(l.Store.Dir, "kept", key)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if l.Keep.Models {
		if err := os.Rename(filepath.Join(workDir, "model"), filepath.Join(dir, "model")); err != nil {
			return err
		}
	}
	for pattern, wanted := range map[string]bool{"embedding-*.npy": l.Keep.Embeddings, "arrays-*": l.Keep.Arrays} {
		if !wanted {
			continue
		}
		files, err := filepath.Glob(filepath.Join(workDir, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := os.Rename(f, filepath.Join(dir, filepath.Base(f))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
