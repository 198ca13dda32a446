package cli

import (
	"context"
	"fmt"
	"iter"
	"slices"
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
	sources := make([]iter.Seq2[trial.Record, error], len(from))
	for i, path := range from { // all of them are there, or nothing is taken
		var err error
		if sources[i], err = study.RecordsOf(ctx, path); err != nil {
			return err
		}
	}
	st, err := a.openStore(ctx, nil, dir, true)
	if err != nil {
		return err
	}
	defer st.Close()
	bad := 0
	for i, path := range from {
		out, err := st.Import(ctx, sources[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(a.talk, "assay: %s: %d new, %d here already\n", path, out.New, out.Here)
		if err := a.tellDifferences(ctx, st, sources[i], out.Differ); err != nil {
			return err
		}
		for _, b := range out.Bad {
			fmt.Fprintf(a.talk, "assay: %s: trial %s is left out: %v\n", path, trial.Short(b.Key), b.Err)
		}
		bad += len(out.Bad)
	}
	if bad > 0 {
		return advise(fmt.Errorf("%d record(s) cannot be what they say, and were left out", bad), "the others were taken")
	}
	return nil
}

// tellDifferences says in what the trials that are here with other results differ.
func (a *app) tellDifferences(ctx context.Context, st *store.Store, there iter.Seq2[trial.Record, error], keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	for rec, err := range there {
		if err != nil {
			return err
		}
		if !slices.Contains(keys, rec.Key) {
			continue
		}
		old, ok, err := st.Record(ctx, rec.Key)
		if err != nil {
			return err
		}
		if d := study.Differences(old, rec); ok && len(d) > 0 {
			fmt.Fprintf(a.talk, "assay: trial %s has other results there, which are not taken: %s\n", trial.Short(rec.Key), strings.Join(d, "; "))
		}
	}
	return nil
}
