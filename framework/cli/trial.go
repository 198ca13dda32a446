package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

func (a *app) trialCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "trial", Short: "Look at one trial, run it again and compare, or take trials over"}
	var dir string
	cmd.PersistentFlags().StringVar(&dir, "results", "", "folder of results")
	cmd.AddCommand(a.trialShow(&dir), a.trialLog(&dir), a.trialVerify(&dir), a.trialImport(&dir))
	return cmd
}

func (a *app) viewTrial(ctx context.Context, dir, id string) (*store.Store, string, error) {
	store, err := store.View(dir)
	if isMissing(err) {
		return nil, "", advise(fmt.Errorf("%s holds no store", dir), "name the folder of results with --results")
	}
	if err != nil {
		return nil, "", err
	}
	key, err := store.Resolve(ctx, id)
	if err != nil {
		store.Close()
		return nil, "", usage(err, "ids stand in the output of run and plan, and in records.jsonl")
	}
	return store, key, nil
}

func (a *app) trialShow(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Print everything that is recorded of a trial, as JSON",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, key, err := a.viewTrial(cmd.Context(), a.results(*dir), args[0])
			if err != nil {
				return err
			}
			defer store.Close()
			rec, ok, err := store.Record(cmd.Context(), key)
			if err != nil {
				return err
			}
			attempts, err := store.Attempts(cmd.Context(), key)
			if err != nil {
				return err
			}
			out := map[string]any{"key": key, "attempts": attempts}
			if ok {
				out["record"] = rec
			}
			enc := json.NewEncoder(a.out)
			enc.SetIndent("", "  ")
			return enc.Encode(out)
		},
	}
}

func (a *app) trialLog(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "log ID",
		Short: "Print what a trial's plugin said, attempt by attempt",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, key, err := a.viewTrial(cmd.Context(), a.results(*dir), args[0])
			if err != nil {
				return err
			}
			defer store.Close()
			attempts, err := store.Attempts(cmd.Context(), key)
			if err != nil {
				return err
			}
			for _, at := range attempts {
				fmt.Fprintf(a.out, "attempt %d: %s, %s\n%s", at.Number, at.Status, at.Started.Local().Format("2006-01-02 15:04:05"), at.Log)
				if at.Failure != nil {
					fmt.Fprint(a.out, at.Failure.Failure.Text())
				}
			}
			return nil
		},
	}
}

func (a *app) trialVerify(dir *string) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "verify ID",
		Short: "Run a trial again and compare it bit for bit",
		Long: `Verify runs a recorded trial again with the same method, settings, data and seed
and compares metrics and embeddings bit for bit. It changes nothing in the
store. A plugin that the sweep names by a relative path is looked for from the
folder of --sweep. Exit code 0: identical; 1: different.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, _, done := interrupts(cmd.Context(), func() {})
			defer done()
			store, key, err := a.viewTrial(ctx, a.results(*dir), args[0])
			if err != nil {
				return err
			}
			defer store.Close()
			old, ok, err := store.Record(ctx, key)
			if err != nil {
				return err
			}
			if !ok {
				return advise(fmt.Errorf("trial %s never succeeded: there is nothing to compare", trial.Short(key)), "\"assay trial log\" shows why")
			}
			differences, err := a.rerun(ctx, old, filepath.Dir(file))
			if err != nil {
				return err
			}
			if len(differences) > 0 {
				fmt.Fprintf(a.out, "trial %s: different\n  %s\n", trial.Short(key), strings.Join(differences, "\n  "))
				return exitCode(exitError)
			}
			fmt.Fprintf(a.out, "trial %s: identical (%d metrics, %d embeddings)\n", trial.Short(key), len(old.Metrics), len(old.Embeddings))
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "sweep", "", "the sweep `FILE` that the trial is from (default: one in the working folder)")
	return cmd
}

// rerun runs a recorded trial again and lists what differs.
func (a *app) rerun(ctx context.Context, old trial.Record, dir string) ([]string, error) {
	builder, err := a.newBuilder()
	if err != nil {
		return nil, err
	}
	digest, err := builder.Build(ctx, old.Provenance.Recipe, old.Spec.Seed)
	if err != nil {
		return nil, err
	}
	if digest != old.Spec.Dataset {
		return []string{fmt.Sprintf("the dataset is another one now: %s, was %s", digest, old.Spec.Dataset)}, nil
	}
	p, err := a.finder().Find(old.Provenance.Plugin, dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.Where()); err != nil && p.Origin == "path" {
		return nil, advise(fmt.Errorf("the trial's plugin %s is not at %s", old.Provenance.Plugin, p.Where()), "the path is relative to the sweep: name that with --sweep FILE")
	}
	launcher, err := a.newLauncher()
	if err != nil {
		return nil, err
	}
	defer launcher.Close()
	d, err := launcher.Describe(ctx, p)
	if err != nil {
		return nil, err
	}
	if d.Version != old.Spec.Version {
		return []string{fmt.Sprintf("the method is version %s now, was %s", d.Version, old.Spec.Version)}, nil
	}
	work, err := os.MkdirTemp("", "assay-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	out := launcher.Run(ctx, host.Job{
		Plugin: p, Description: d, Settings: old.Spec.Settings, DatasetDir: builder.Cache.Dir(digest), Seed: old.Spec.Seed,
		Probes: old.Spec.Probes, Options: host.Options{Threads: old.Provenance.Threads, Dir: work}, WorkDir: work,
	}, nil)
	if out.Failure != nil {
		return nil, errors.Join(errors.New("the trial failed this time"), out.Failure)
	}
	return differences(old, trial.Record{Metrics: out.Metrics, Embeddings: out.Embeddings}), nil
}

// differences lists the numbers and arrays of a trial that are not the same now.
func differences(old, now trial.Record) []string {
	var diff []string
	was, is := metricOrder(old.Metrics), metricOrder(now.Metrics)
	if len(was) != len(is) {
		diff = append(diff, fmt.Sprintf("%d metrics, were %d", len(is), len(was)))
	}
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			diff = append(diff, fmt.Sprintf("%s on %s: %v, was %v", is[i].Name, is[i].Split, is[i].Value, was[i].Value))
		}
	}
	var splits []string
	for split := range old.Embeddings {
		splits = append(splits, split)
	}
	slices.Sort(splits)
	for _, split := range splits {
		if old.Embeddings[split].SHA256 != now.Embeddings[split].SHA256 {
			diff = append(diff, fmt.Sprintf("the embedding of split %s has other bytes", split))
		}
	}
	return diff
}
