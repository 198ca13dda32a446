package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/sweep"
)

func (a *app) compareCommand() *cobra.Command {
	var sets []string
	var dir, other, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare FILE [FILE]",
		Short: "Tell what is different between two sweeps, or two results of one",
		Long: `Compare tells what changed from one sweep to another, or from one results folder to
another (--with), in the metrics that their tables show: by how much, and whether that
is more than the chance of training seeds and test cases. Methods and datasets are
matched by their names. Differences are tested as tables test them; p values are
adjusted by Holm's method over all that is compared of one metric on one split. With
--out it is a page, too: one HTML file without a script that asks nobody for anything.`,
		Example: `  assay compare before.yaml after.yaml
  assay compare sweep.yaml --set methods.one.settings.rate=0.1 --out changes.html`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			second := args[len(args)-1]
			if other == "" {
				other = dir
			}
			one, done, err := a.state(cmd.Context(), args[0], nil, a.results(dir))
			if err != nil {
				return err
			}
			defer done()
			two, done, err := a.state(cmd.Context(), second, sets, a.results(other))
			if err != nil {
				return err
			}
			defer done()
			changes, err := study.Compare(one, two)
			if err != nil {
				return err
			}
			if out != "" {
				if err := a.comparePage(out, [2]*sweep.Sweep{one.Sweep, two.Sweep}, [2]string{a.results(dir), a.results(other)}, sets, changes); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(map[string]any{"changes": changes})
			}
			a.printChanges(changes)
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the second sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVar(&other, "with", "", "folder of results of the second (default: that of the first)")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FILE` of a page to write")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// state is what is known of a sweep, from a store or from committed results.
func (a *app) state(ctx context.Context, file string, sets []string, dir string) (study.State, func(), error) {
	if !store.Exists(dir) {
		sw, err := sweep.Load(file, sets)
		if err != nil {
			return study.State{}, nil, err
		}
		if _, err := study.CommittedTables(file, sets, dir); err != nil {
			return study.State{}, nil, err
		}
		return study.State{Sweep: sw, Rows: store.ReadRecords(study.RecordsFile(dir, sw.Name))}, func() {}, nil
	}
	s, giveBack, err := a.openStudy(ctx, file, sets, nil)
	if err != nil {
		return study.State{}, nil, err
	}
	l, err := s.View(ctx, dir)
	if err != nil {
		giveBack()
		return study.State{}, nil, err
	}
	const with = store.Spec | store.Metrics | store.Cases | store.Provenance
	return study.State{Sweep: s.Sweep, Rows: l.Rows(ctx, with, nil)}, func() { l.Close(); giveBack() }, nil
}

func (a *app) printChanges(changes []study.Change) {
	var rows [][]string
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.Verdict]++
		if c.Verdict == study.Same && len(c.Settings) == 0 {
			continue
		}
		name := c.Method
		if c.Variant != "" {
			name += ", " + c.Variant
		}
		said := c.Verdict
		if c.Note != "" {
			said += ": " + c.Note
		}
		if c.Failed[0] != c.Failed[1] {
			said += fmt.Sprintf("; %d failed, were %d", c.Failed[1], c.Failed[0])
		}
		if len(c.Settings) > 0 {
			said += "; other settings: " + strings.Join(c.Settings, ", ")
		}
		diff := digits(c.Diff)
		if c.Lo != nil && c.Hi != nil {
			diff += fmt.Sprintf(" [%s, %s]", digits(c.Lo), digits(c.Hi))
		}
		rows = append(rows, []string{name, c.Dataset, c.Metric + " on " + c.Split, digits(c.Before), digits(c.After), diff, digits(c.Adjusted), said})
	}
	if len(rows) == 0 {
		fmt.Fprintf(a.out, "no change: %d numbers are the same\n", counts[study.Same])
		return
	}
	grid(a.out, []string{"method", "dataset", "metric", "first", "second", "difference", "p adj.", ""}, rows)
	fmt.Fprintf(a.out, "%d compared: %d the same, %d moved more than noise, %d within noise, %d not tested, %d only in one\n", len(changes), counts[study.Same],
		counts[study.Beyond], counts[study.Within], counts[study.Untested], counts[study.Gone]+counts[study.New])
}

func digits(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.4g", *x)
}
