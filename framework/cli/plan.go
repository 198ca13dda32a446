package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// ledger says of every trial of a sweep what is known about it.
type ledger struct {
	points   []planned
	records  map[string]trial.Record // succeeded, by key
	failures map[string]trial.Record // failed and never succeeded, by key
}

// counts are of trials, each once however many points mean it.
type counts struct {
	Trials int `json:"trials"`
	Cached int `json:"cached"`
	New    int `json:"new"`
	Failed int `json:"failed"` // failed before: they will be tried again
}

func (l *ledger) count(keep func(planned) bool) counts {
	var c counts
	seen := map[string]bool{}
	for _, p := range l.points {
		if seen[p.Key] || keep != nil && !keep(p) {
			continue
		}
		seen[p.Key] = true
		c.Trials++
		if _, ok := l.records[p.Key]; ok {
			c.Cached++
		} else if _, ok := l.failures[p.Key]; ok {
			c.Failed++
		} else {
			c.New++
		}
	}
	return c
}

// readStore returns what a results folder holds; nothing if there is none yet.
func readStore(ctx context.Context, s *store.Store) (records, failures map[string]trial.Record, err error) {
	if records, err = s.Records(ctx); err != nil {
		return nil, nil, err
	}
	failures, err = s.Failures(ctx)
	return records, failures, err
}

func viewStore(ctx context.Context, dir string) (records, failures map[string]trial.Record, err error) {
	store, err := store.View(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	return readStore(ctx, store)
}

// complete plans the whole sweep as far as the records allow: ablations of a
// searched method need the search to be finished. pending counts the points
// that cannot be known yet.
func (s *session) complete(ctx context.Context, records, failures map[string]trial.Record) (*ledger, selection, error) {
	points, err := s.plan(ctx, s.sweep.Points())
	if err != nil {
		return nil, selection{}, err
	}
	l := &ledger{points: points, records: records, failures: failures}
	chosen := s.choose(l)
	more, err := s.plan(ctx, s.sweep.AblationPoints(chosen.choices))
	if err != nil {
		return nil, selection{}, err
	}
	l.points = append(l.points, more...)
	return l, chosen, nil
}

func (a *app) planCommand() *cobra.Command {
	var sets []string
	var dir string
	var asJSON, locked bool
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show what a sweep would run: cached, new, failed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			s, err := a.openSweep(ctx, args[0], sets, newPins(locked))
			if err != nil {
				return err
			}
			defer s.close()
			records, failures, err := viewStore(ctx, a.results(dir))
			if err != nil {
				return err
			}
			l, chosen, err := s.complete(ctx, records, failures)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(struct {
					Sweep string `json:"sweep"`
					counts
					Waiting int `json:"waiting_for_selection"`
				}{s.sweep.Name, l.count(nil), chosen.waiting})
			}
			a.printPlan(s, l, chosen)
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().BoolVar(&locked, "locked", false, "refuse plugins and datasets that differ from assay.lock")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) printPlan(s *session, l *ledger, chosen selection) {
	fmt.Fprintf(a.out, "sweep %s\n\n", s.sweep.Name)
	rows := [][]string{}
	for _, m := range s.sweep.Methods {
		for _, d := range s.sweep.Datasets {
			c := l.count(func(p planned) bool { return p.Method == m.ID && p.Dataset == d.ID })
			if c.Trials > 0 {
				rows = append(rows, []string{m.ID, d.ID, fmt.Sprint(c.Trials), fmt.Sprint(c.Cached), fmt.Sprint(c.New), fmt.Sprint(c.Failed)})
			}
		}
	}
	c := l.count(nil)
	rows = append(rows, []string{"total", "", fmt.Sprint(c.Trials), fmt.Sprint(c.Cached), fmt.Sprint(c.New), fmt.Sprint(c.Failed)})
	grid(a.out, []string{"method", "dataset", "trials", "cached", "new", "failed"}, rows)
	for _, k := range s.sweep.Skipped() {
		fmt.Fprintf(a.out, "skipped: %s on %s: %s\n", k.Method, k.Dataset, k.Reason)
	}
	if chosen.waiting > 0 {
		fmt.Fprintf(a.out, "%d ablation(s) follow once settings have been selected\n", chosen.waiting)
	}
	for _, p := range l.points {
		if old, ok := l.records[p.Key]; ok && old.Provenance.Binary != p.Task.Record.Provenance.Binary {
			fmt.Fprintf(a.out, "note: trials of %s are cached from another build of its plugin with the same version %s\n", p.Method, old.Spec.Version)
			break
		}
	}
	if n := len(l.points); n > 0 {
		fmt.Fprintf(a.out, "first: %s  %s\nlast:  %s  %s\n", trial.Short(l.points[0].Key), label(l.points[0].Point), trial.Short(l.points[n-1].Key), label(l.points[n-1].Point))
	}
	if c.New+c.Failed > 0 {
		jobs := s.jobs(0)
		if t, ok := l.forecast(jobs); ok {
			fmt.Fprintf(a.out, "forecast: about %v with %d at a time (from earlier trials; expect it to be wrong by a factor of 2)\n", t.Round(time.Second), jobs)
		}
	}
}
