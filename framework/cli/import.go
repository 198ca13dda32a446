package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

func (a *app) trialImport(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "import FOLDER|RECORDS.JSONL ...",
		Short: "Take over trials from other results, so that they need not run",
		Long: `Import takes the trials that succeeded elsewhere into the folder of results: from
another folder of results, such as another machine's, or from a records.jsonl,
such as a committed one. A sweep that means them finds them finished, and "assay
trial verify" can run them again.

A trial that is here already stays as it is, and is named if the other one has
other numbers. A records.jsonl has no curves; logs, models and arrays stay where
they are.`,
		Example: `  assay trial import results/reach-direction/records.jsonl
  assay trial import /mnt/cluster/assay-results --results results`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importTrials(cmd.Context(), args, a.results(*dir))
		},
	}
}

func (a *app) importTrials(ctx context.Context, from []string, dir string) error {
	sources := make([][]trial.Record, len(from))
	for i, path := range from { // all of them can be read, or nothing is taken
		var err error
		if sources[i], err = study.RecordsOf(ctx, path); err != nil {
			return err
		}
	}
	store, err := store.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer store.Close()
	for i, path := range from {
		here, err := store.Records(ctx)
		if err != nil {
			return err
		}
		added, err := store.Add(ctx, sources[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(a.talk, "assay: %s: %d new, %d here already\n", path, len(added), len(sources[i])-len(added))
		for _, rec := range sources[i] {
			if old, ok := here[rec.Key]; ok {
				if d := study.Differences(old, rec); len(d) > 0 {
					fmt.Fprintf(a.talk, "assay: trial %s has other results there, which are not taken: %s\n", trial.Short(rec.Key), strings.Join(d, "; "))
				}
			}
		}
	}
	return nil
}
