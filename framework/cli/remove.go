package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

func (a *app) trialRemove(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "rm ID ...",
		Short: "Remove trials with everything that is recorded and kept of them",
		Long: `Rm removes trials: their numbers, attempts, logs, models and embeddings. A sweep
that means them runs them again. The files of a sweep's folder stay as they are
until it is run or its tables are made the next time.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if !store.Exists(a.results(*dir)) {
				_, err := a.viewStore(a.results(*dir))
				return err
			}
			st, err := a.openStore(ctx, nil, a.results(*dir), true)
			if err != nil {
				return err
			}
			defer st.Close()
			var keys []string
			for _, id := range args { // all of them are there, or none goes
				key, err := st.Resolve(ctx, id)
				if err != nil {
					return usage(err, "ids stand in the output of run and plan, and in records.jsonl")
				}
				keys = append(keys, key)
			}
			n, err := st.Remove(ctx, keys)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.talk, "assay: removed %d trial(s)\n", n)
			return nil
		},
	}
}

func (a *app) trialAdopt(dir *string) *cobra.Command {
	var sets []string
	cmd := &cobra.Command{
		Use:   "adopt SWEEP",
		Short: "Say that a sweep's trials of unknown code are of the code that its plugins have now",
		Long: `Adopt is for trials that the first edition recorded. It knew a third-party plugin
by its version alone, so that nobody can tell with which code they ran. Adopted,
they count as trials of the code as it is now, and run again once that changes.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			s, giveBack, err := a.openStudy(ctx, args[0], sets, nil)
			if err != nil {
				return err
			}
			defer giveBack()
			st, err := a.openStore(ctx, nil, a.results(*dir), true)
			if err != nil {
				return err
			}
			defer st.Close()
			return a.adopt(cmd, s, st)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	return cmd
}

func (a *app) adopt(cmd *cobra.Command, s *study.Study, st *store.Store) error {
	l, err := s.Plan(cmd.Context(), st)
	if err != nil {
		return err
	}
	unknown, err := l.Unknown()
	if err != nil {
		return err
	}
	total := 0
	for code, fits := range unknown {
		n, err := st.Adopt(cmd.Context(), fits, code)
		if err != nil {
			return err
		}
		for _, fit := range fits {
			fmt.Fprintf(a.out, "%s\n", trial.Short(fit))
		}
		total += n
	}
	fmt.Fprintf(a.talk, "assay: adopted %d trial(s)\n", total)
	return nil
}
