package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/bundle"
	"github.com/assaylab/assay/framework/internal/trial"
)

// reproduced is what "assay reproduce --json" prints.
type reproduced struct {
	Bundle  string           `json:"bundle"`
	Sweep   string           `json:"sweep"`
	Seed    uint64           `json:"seed"`   // that drew the sample
	Trials  int              `json:"trials"` // that could have been drawn
	Counts  map[string]int   `json:"counts"` // of verdicts
	Tables  tablesAgain      `json:"tables"`
	Sampled []bundle.Verdict `json:"sampled"`
}

// tablesAgain says whether the tables of a bundle are those of its records.
type tablesAgain struct {
	Same      int      `json:"same"`
	Different []string `json:"different"`
}

func (a *app) reproduceCommand() *cobra.Command {
	var sample int
	var seed uint64
	var in string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "reproduce BUNDLE",
		Short: "Run random trials of a bundle again, and compare",
		Long: `Reproduce draws trials of a bundle at random, runs each again with the same method,
settings, data and seed in a scratch folder, and gives a verdict on each:

  equal      all metrics and embeddings are the same, bit by bit
  within     they are not, but instruction set, platform or installed packages are
             others than those that are recorded, and every metric is where that of
             one more seed is expected (99 %)
  different  they are not, and that is no reason
  not run    something is missing or another thing now; it says what

Datasets are fetched as "assay data get" does. Plugins and files of the user's that
the sweep names by a path are looked for from the folder of --in, and nowhere else.
Running somebody's trials runs your plugins on settings that they chose. The tables of
the bundle are made again from its trials, too. Exit code 0: all equal, or within;
1: different trials or tables; 2: a bundle that is damaged, or is none; 3: not all
could be run, and the others are the same.`,
		Example: `  assay reproduce reach-direction` + bundle.Extension + ` --sample 5
  assay reproduce bring-your-own` + bundle.Extension + ` --sample 5 --seed 3 --in clone --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if sample < 0 {
				return usage(fmt.Errorf("a sample of %d trials", sample), "--sample 5, or --sample 0 for all of them")
			}
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer done()
			top, err := filepath.Abs(in)
			if err != nil {
				return err
			}
			scratch, err := os.MkdirTemp("", "assay-reproduce-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(scratch)
			b, err := bundle.Open(args[0], scratch)
			if err != nil {
				return err
			}
			all, err := b.Lines()
			if err != nil {
				return usage(fmt.Errorf("%s: %w", args[0], err), "its trials cannot be what they say")
			}
			out := reproduced{Bundle: args[0], Sweep: b.Sweep, Seed: seed, Trials: len(all), Counts: map[string]int{}}
			if out.Tables.Same, out.Tables.Different, err = b.Tables(); err != nil {
				fmt.Fprintf(a.talk, "assay: tables: %v\n", err)
			}
			t, giveBack, err := a.tools()
			if err != nil {
				return err
			}
			defer giveBack()
			for _, l := range bundle.Sample(all, sample, seed) {
				v := b.Reproduce(ctx, t, top, l, all)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				out.Counts[v.Verdict]++
				out.Sampled = append(out.Sampled, v)
				if asJSON {
					continue
				}
				name := v.Method
				for _, more := range []string{v.Variant, v.Dataset, v.Fold} {
					if more != "" {
						name += ", " + more
					}
				}
				fmt.Fprintf(a.out, "%s  %s, seed %d: %s: %s\n", trial.Short(v.Key), name, v.Seed, v.Verdict, told(v))
				if v.Hint != "" {
					fmt.Fprintf(a.talk, "assay: hint: %s\n", v.Hint)
				}
			}
			return a.conclude(out, asJSON)
		},
	}
	cmd.Flags().IntVar(&sample, "sample", 5, "how many trials to run again; 0: all")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "that draws the sample")
	cmd.Flags().StringVar(&in, "in", ".", "`FOLDER` that the sweep's paths stay within")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// conclude prints what came of the sample and chooses the exit code.
func (a *app) conclude(out reproduced, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(a.out).Encode(out); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.out, "%d of %d equal", out.Counts[bundle.Equal], len(out.Sampled))
		for _, v := range []string{bundle.Allowed, bundle.Different, bundle.NotRun} {
			if n := out.Counts[v]; n > 0 {
				fmt.Fprintf(a.out, ", %d %s", n, v)
			}
		}
		fmt.Fprintf(a.out, "; %d of %d tables are those of the trials", out.Tables.Same, out.Tables.Same+len(out.Tables.Different))
		if len(out.Tables.Different) > 0 {
			fmt.Fprintf(a.out, ", not %s", strings.Join(out.Tables.Different, ", "))
		}
		fmt.Fprintln(a.out)
	}
	switch {
	case out.Counts[bundle.Different] > 0 || len(out.Tables.Different) > 0:
		return exitCode(exitError)
	case out.Counts[bundle.NotRun] > 0:
		return exitCode(exitFailures)
	case len(out.Sampled) == 0:
		return errors.New("the bundle has no trial that could be run again")
	}
	return nil
}
