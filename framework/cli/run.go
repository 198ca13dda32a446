package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/control"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/sweeps"
)

// summary is the last line of `assay run --json`: a contract for scripts.
type summary struct {
	Sweep     string  `json:"sweep"`
	Ran       int     `json:"ran"`       // trials attempted in this run, each once
	Cached    int     `json:"cached"`    // trials that were there already
	Succeeded int     `json:"succeeded"` // of those that ran
	Failed    int     `json:"failed"`    // of those that ran
	Trained   int     `json:"trained"`   // of those that ran
	Scored    int     `json:"scored"`    // of those that ran: trained before, only probes were missing
	WallSec   float64 `json:"wall_s"`
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run what is new in a sweep and print its tables",
		Long: `Run runs the trials of a sweep that have no result yet, several at a time, each
in a process of its own, and prints the sweep's tables. What has finished is
recorded at once: after Ctrl-C, a crash or a kill the same command continues.

The first Ctrl-C starts no further trials and gives the running ones a grace
time (ASSAY_GRACE, 30 s); the second ends them at once.

The binary brings sweeps of its own, called by name: ` + strings.Join(sweeps.Names(), ", ") + `. Such a
file is written here first.`,
		Example: `  assay run quickstart
  assay run sweep.yaml --set seeds=10`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := a.shipped(args[0])
			if err != nil {
				return err
			}
			return a.run(cmd.Context(), file, f)
		},
	}
	cmd.Flags().StringArrayVar(&f.sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&f.dir, "results", "", "folder of results (default: ASSAY_RESULTS or assay-results)")
	cmd.Flags().Var((*positive)(&f.jobs), "jobs", "trials at a time (default: cores / threads per trial)")
	cmd.Flags().BoolVar(&f.smoke, "smoke", false, "try every method once on every dataset with the least training, record nothing, and say what would fail")
	cmd.Flags().StringVar(&f.only, "only", "", "run only the trials that `failed` before")
	cmd.Flags().BoolVar(&f.noWait, "no-wait", false, "give up where another host is at work in the folder, instead of waiting for it")
	cmd.Flags().BoolVar(&f.detach, "detach", false, "with run: {executor: slurm | queue}: hand the trials over and leave; the same command takes the results in")
	cmd.Flags().BoolVar(&f.locked, "locked", false, "refuse plugins and datasets that differ from assay.lock")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "end with a line of JSON on standard output instead of tables")
	return cmd
}

// runFlags are those of run.
type runFlags struct {
	sets   []string
	dir    string
	jobs   int
	only   string
	smoke  bool
	asJSON bool
	locked bool
	noWait bool
	detach bool
}

func (a *app) run(parent context.Context, file string, f runFlags) error {
	if f.only != "" && f.only != "failed" {
		return usage(fmt.Errorf("--only %s: there is no such choice", f.only), "--only failed runs what failed before and nothing else")
	}
	dir := a.results(f.dir)
	began := time.Now()
	view := a.newProgress()
	stopper := interrupts(parent, func() {
		view.say(fmt.Sprintf("assay: stopping: no further trials; running ones have %v (again to end at once)", a.cfg.Grace))
	})
	defer stopper.done()
	ctx := stopper.ctx
	s, giveBack, err := a.openStudy(ctx, file, f.sets, study.NewPins(f.locked))
	if err != nil {
		return err
	}
	defer giveBack()
	for _, k := range s.Sweep.Skipped() {
		fmt.Fprintf(a.talk, "assay: skipped: %s on %s: %s\n", k.Method, k.Dataset, k.Reason)
	}
	if f.smoke {
		return a.smoke(ctx, s, f, view, stopper)
	}
	if f.detach && s.Sweep.Run.Executor == "local" {
		return usage(errors.New("--detach: trials on this machine end with assay"), "run: {executor: slurm} in the sweep hands them to a cluster")
	}
	store, err := a.openStore(ctx, stopper.drain, dir, !f.noWait)
	if err != nil {
		return err
	}
	defer store.Close()

	watch := view.watch
	if c, err := control.Serve(s.Launcher.Private(), dir, s.Sweep.Name, control.Brake{Drain: stopper.goOn, Stop: stopper.stop, Draining: stopper.draining}); err != nil {
		fmt.Fprintf(a.talk, "assay: note: other processes cannot look at this run: %v\n", err)
	} else {
		defer c.Close()
		watch = func(e study.Event) { view.watch(e); c.Watch(e) }
	}
	ledger, spent, err := s.Run(ctx, store, study.RunOptions{Jobs: f.jobs, Retry: f.only == "failed", Grace: a.cfg.Grace, Drain: stopper.drain, Watch: watch, Detach: f.detach})
	view.close()
	interrupted := stopper.draining()
	if err != nil && !(interrupted && errors.Is(err, context.Canceled)) {
		return err
	}
	if ledger == nil { // the second signal came before it was known what there is to run
		fmt.Fprintln(a.talk, "assay: interrupted before anything ran")
		return exitCode(exitInterrupted)
	}
	total := ledger.Count(nil)
	if f.detach {
		fmt.Fprintf(a.talk, "assay: left with %s: %d of %d trials are finished; the same command without --detach takes in what has come\n", s.Sweep.Run.Executor, total.Cached, total.Trials)
		return nil
	}
	out := summary{Sweep: s.Sweep.Name, Ran: spent.Succeeded + spent.Failed, Cached: max(0, total.Cached-spent.Succeeded),
		Succeeded: spent.Succeeded, Failed: spent.Failed, Trained: spent.Trained, Scored: spent.Scored, WallSec: time.Since(began).Seconds()}
	var tables []*table.Table
	var wrong error
	if interrupted {
		wrong = ledger.WriteRecords(context.WithoutCancel(ctx), dir)
	} else {
		tables, wrong = ledger.Write(ctx, dir)
	}
	if err := a.printRun(out, tables, f.asJSON); err != nil {
		return err
	}
	a.printSpent(spent)
	for _, m := range spent.Stopped {
		fmt.Fprintf(a.talk, "assay: note: %s\n", m)
	}
	for _, k := range ledger.Searches() {
		if k.Word != "" {
			fmt.Fprintf(a.talk, "assay: note: %s\n", k.Word)
		}
		if k.Pruned > 0 {
			fmt.Fprintf(a.talk, "assay: note: %s: %d of %d configurations were pruned\n", k.Name(), k.Pruned, k.Asked)
		}
	}
	switch {
	case interrupted:
		fmt.Fprintf(a.talk, "assay: interrupted: %d of %d trials are finished and kept; the same command continues\n", total.Cached, total.Trials)
		if wrong != nil {
			return wrong
		}
		return exitCode(exitInterrupted)
	case len(tables) > 0:
		fmt.Fprintf(a.talk, "assay: tables and records are in %s\n", filepath.Join(dir, out.Sweep))
	case wrong == nil:
		fmt.Fprintf(a.talk, "assay: the sweep defines no tables; %s has the records\n", study.RecordsFile(dir, out.Sweep))
	}
	if total.Failed > 0 {
		a.printFailures(ledger)
		if wrong == nil {
			return exitCode(exitFailures)
		}
	}
	return wrong
}

// inLine is how often a host that waits for another one looks again.
const inLine = time.Second

// openStore takes the folder of results. Where another host has it this one waits in
// line, and says so.
func (a *app) openStore(ctx context.Context, drain <-chan struct{}, dir string, wait bool) (*store.Store, error) {
	for said := false; ; said = true {
		st, err := store.Open(ctx, dir)
		held, isHeld := errors.AsType[*store.HeldError](err)
		if err == nil || !isHeld || !wait {
			return st, err
		}
		if !said {
			fmt.Fprintf(a.talk, "assay: waiting: %v (--no-wait gives up instead)\n", held)
		}
		select {
		case <-time.After(inLine):
		case <-drain: // nothing runs yet: the first interrupt is enough
			return nil, context.Canceled
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// printRun prints the outcome of a run: the line for scripts, or the tables.
func (a *app) printRun(out summary, tables []*table.Table, asJSON bool) error {
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
	}
	fmt.Fprintf(a.talk, "assay: %s: ran %d, cached %d, succeeded %d, failed %d in %.1f s\n", out.Sweep, out.Ran, out.Cached, out.Succeeded, out.Failed, out.WallSec)
	return nil
}

// printSpent says where processes took long to start.
func (a *app) printSpent(spent study.Spent) {
	spent.SlowStarts(func(plugin string, seconds, share float64) {
		fmt.Fprintf(a.talk, "assay: note: starting the processes of %s took %.0f s, %.0f %% of its trials' time; one process can serve many trials if the method declares reuse (docs/manifest.md)\n", plugin, seconds, 100*share)
	})
}

// printFailures says what failed: each reason once, with how often and where.
func (a *app) printFailures(l *study.Ledger) {
	for _, g := range l.FailureGroups() {
		fmt.Fprintf(a.talk, "assay: failed: %s (trial %s)", g.Label, trial.Short(g.First.Key))
		if g.Trials > 1 {
			fmt.Fprintf(a.talk, " and %d more the same way", g.Trials-1)
		}
		fmt.Fprintf(a.talk, "\n%s", g.First.Failure.Text())
	}
}
