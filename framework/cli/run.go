package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// summary is the last line of `assay run --json`: a contract for scripts.
type summary struct {
	Sweep     string  `json:"sweep"`
	Ran       int     `json:"ran"`       // trials attempted in this run, each once
	Cached    int     `json:"cached"`    // trials that were there already
	Succeeded int     `json:"succeeded"` // of those that ran
	Failed    int     `json:"failed"`    // of those that ran
	WallSec   float64 `json:"wall_s"`
}

func (a *app) runCommand() *cobra.Command {
	var sets []string
	var dir string
	var jobs int
	var asJSON, locked bool
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run what is new in a sweep and print its tables",
		Long: `Run runs the trials of a sweep that have no result yet, several at a time, each
in a process of its own, and prints the sweep's tables. What has finished is
recorded at once: after Ctrl-C, a crash or a kill the same command continues.

The first Ctrl-C starts no further trials and gives the running ones a grace
time (ASSAY_GRACE, 30 s); the second ends them at once.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.run(cmd.Context(), args[0], sets, a.results(dir), jobs, asJSON, locked)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results (default: ASSAY_RESULTS or assay-results)")
	cmd.Flags().IntVar(&jobs, "jobs", 0, "trials at a time (default: cores / threads per trial)")
	cmd.Flags().BoolVar(&locked, "locked", false, "refuse plugins and datasets that differ from assay.lock")
	cmd.Flags().BoolVar(&asJSON, "json", false, "end with a line of JSON on standard output instead of tables")
	return cmd
}

func (a *app) run(parent context.Context, file string, sets []string, dir string, jobs int, asJSON, locked bool) error {
	began := time.Now()
	ctx, drain, done := interrupts(parent, func() {
		fmt.Fprintf(a.talk, "assay: stopping: no further trials; running ones have %v (again to end at once)\n", a.cfg.Grace)
	})
	defer done()
	s, err := a.openSweep(ctx, file, sets, newPins(locked))
	if err != nil {
		return err
	}
	defer s.close()
	for _, k := range s.sweep.Skipped() {
		fmt.Fprintf(a.talk, "assay: skipped: %s on %s: %s\n", k.Method, k.Dataset, k.Reason)
	}
	store, err := store.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer store.Close()

	out := summary{Sweep: s.sweep.Name}
	ran := map[string]bool{}
	l, chosen, err := s.stages(ctx, drain, store, jobs, func(keys []string) {
		for _, k := range keys {
			ran[k] = true
		}
	})
	if err != nil {
		return err
	}
	for key := range ran {
		if _, ok := l.records[key]; ok {
			out.Ran++
			out.Succeeded++
		} else if _, ok := l.failures[key]; ok {
			out.Ran++
			out.Failed++
		}
	}
	total := l.count(nil)
	out.Cached = total.Cached - out.Succeeded
	out.WallSec = time.Since(began).Seconds()

	interrupted := closed(drain)
	var tables []*table.Table
	var wrong error
	if !interrupted {
		tables, wrong = s.writeResults(dir, l, chosen)
	}
	if asJSON {
		if err := json.NewEncoder(a.out).Encode(out); err != nil {
			return err
		}
	} else {
		for _, t := range tables {
			if err := table.Render(a.out, t, "text"); err != nil {
				return err
			}
			fmt.Fprintln(a.out)
		}
		if len(s.sweep.Tables) == 0 && !interrupted {
			fmt.Fprintf(a.talk, "assay: the sweep defines no tables; %s has the records\n", filepath.Join(dir, s.sweep.Name, "records.jsonl"))
		}
	}
	fmt.Fprintf(a.talk, "assay: %s: ran %d, cached %d, succeeded %d, failed %d in %.1f s\n", out.Sweep, out.Ran, out.Cached, out.Succeeded, out.Failed, out.WallSec)
	switch {
	case interrupted:
		fmt.Fprintf(a.talk, "assay: interrupted: %d of %d trials are finished and kept; the same command continues\n", total.Cached, total.Trials)
		return exitCode(exitInterrupted)
	case total.Failed > 0:
		a.printFailures(l)
		if wrong == nil {
			return exitCode(exitFailures)
		}
	}
	return wrong
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// stages runs the sweep: first everything that is known at once, then the
// ablations that wait for a selection.
func (s *session) stages(ctx context.Context, drain <-chan struct{}, store *store.Store, jobs int, attempted func([]string)) (*ledger, selection, error) {
	tried := map[string]bool{}
	for look := ctx; ; look = context.WithoutCancel(ctx) { // what has run is counted even after an interrupt
		records, failures, err := readStore(look, store)
		if err != nil {
			return nil, selection{}, err
		}
		l, chosen, err := s.complete(look, records, failures)
		if err != nil {
			return nil, selection{}, err
		}
		var tasks []executor.Task
		var keys []string
		for _, p := range l.points {
			if _, ok := records[p.Key]; ok || tried[p.Key] {
				continue
			}
			tried[p.Key] = true
			tasks, keys = append(tasks, p.Task), append(keys, p.Key)
		}
		if len(tasks) == 0 || closed(drain) {
			return l, chosen, nil
		}
		attempted(keys)
		if err := s.execute(ctx, drain, store, jobs, tasks); err != nil {
			return nil, selection{}, err
		}
	}
}

func (s *session) execute(ctx context.Context, drain <-chan struct{}, store *store.Store, jobs int, tasks []executor.Task) error {
	n := min(s.jobs(jobs), len(tasks))
	view := s.newProgress(n, len(tasks))
	defer view.close()
	// After the first interrupt running trials have the grace time.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-drain:
			time.AfterFunc(s.cfg.Grace, cancel)
		case <-ctx.Done():
		}
	}()
	pool := &executor.Local{
		Launcher: s.launcher, Store: store, Jobs: n,
		Retries:  executor.Retries{Max: s.sweep.Retries.Max, On: s.sweep.Retries.On},
		Keep:     executor.Keep(s.sweep.Keep),
		Observer: view,
	}
	err := pool.Run(ctx, drain, tasks)
	if errors.Is(err, context.Canceled) && closed(drain) {
		return nil
	}
	return err
}

// printFailures says what failed: each reason once, with how often and where.
func (a *app) printFailures(l *ledger) {
	type group struct {
		first trial.Record
		label string
		n     int
	}
	groups := map[string]*group{}
	var order []string
	seen := map[string]bool{}
	for _, p := range l.points {
		rec, ok := l.failures[p.Key]
		if !ok || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		id := string(rec.Failure.Kind) + rec.Failure.Reason + p.Method
		if groups[id] == nil {
			groups[id] = &group{first: rec, label: label(p.Point)}
			order = append(order, id)
		}
		groups[id].n++
	}
	for _, id := range order {
		g := groups[id]
		fmt.Fprintf(a.talk, "assay: failed: %s (trial %s)", g.label, trial.Short(g.first.Key))
		if g.n > 1 {
			fmt.Fprintf(a.talk, " and %d more the same way", g.n-1)
		}
		fmt.Fprintf(a.talk, "\n%s", g.first.Failure.Text())
	}
}
