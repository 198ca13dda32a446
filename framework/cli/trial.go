package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

func (a *app) trialCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "trial", Short: "Look at one trial, run it again and compare, take trials over or remove them"}
	var dir string
	cmd.PersistentFlags().StringVar(&dir, "results", "", "folder of results")
	cmd.AddCommand(a.trialShow(&dir), a.trialLog(&dir), a.trialVerify(&dir), a.trialImport(&dir), a.trialAdopt(&dir), a.trialRemove(&dir))
	return cmd
}

func (a *app) viewTrial(ctx context.Context, dir, id string) (*store.Store, string, error) {
	store, err := a.viewStore(dir)
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
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
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
			t, giveBack, err := a.tools()
			if err != nil {
				return err
			}
			defer giveBack()
			differences, err := study.Verify(ctx, t, old, filepath.Dir(file))
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
