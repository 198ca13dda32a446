package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/report"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
)

func (a *app) reportCommand() *cobra.Command {
	var sets []string
	var dir, out string
	var redact, draws bool
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Write a page with a sweep's tables, trials, figures and failures",
		Long: `Report writes one HTML file that needs no other and asks nobody for anything: the
sweep's tables, every trial behind every number with the command that repeats it,
figures, pictures of what is kept of trials, failures with the ends of their logs, what was spent, and where the numbers
come from. It reads the store of the results folder or, where there is none (results
that were committed), records.jsonl.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := report.Options{File: args[0], Version: build.This().Name(), Redact: redact, Draws: draws}
			p, wrong := a.page(cmd.Context(), o, sets, a.results(dir))
			if p == nil {
				return wrong
			}
			if out == "" {
				out = p.Sweep + ".html"
			}
			if _, err := store.Replace(out, func(w io.Writer) error { return p.Write(w) }); err != nil {
				return errors.Join(wrong, err)
			}
			fmt.Fprintf(a.out, "%s: %d tables, %d trials, %d failed\n", out, len(p.Tables), p.Finished+p.Failed, p.Failed)
			return wrong
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FILE` to write (default: the sweep's name and .html)")
	cmd.Flags().BoolVar(&draws, "pictures", true, "draw embeddings, confusion matrices and arrays, where they are kept")
	cmd.Flags().BoolVar(&redact, "redact", true, "take out names of users, nodes and folders")
	return cmd
}

// page is a sweep's report. There may be one, and an error: of a table that cannot
// be made.
func (a *app) page(ctx context.Context, o report.Options, sets []string, dir string) (*report.Page, error) {
	if !store.Exists(dir) {
		tables, wrong := study.CommittedTables(o.File, sets, dir)
		if len(tables) == 0 && wrong != nil {
			return nil, wrong
		}
		sw, err := sweep.Load(o.File, sets)
		if err != nil {
			return nil, err
		}
		o.Sweep = sw.Name
		return joined(wrong)(report.New(o, tables, store.ReadRecords(study.RecordsFile(dir, sw.Name))))
	}
	s, giveBack, err := a.openStudy(ctx, o.File, sets, nil)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	l, err := s.View(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	tables, wrong := tablesOf(ctx, l)
	o.Sweep = s.Sweep.Name
	const all = store.Spec | store.Metrics | store.Provenance | store.Curves
	p, err := joined(wrong)(report.New(o, tables, iter.Seq2[store.Line, error](l.Rows(ctx, all, nil))))
	if p == nil {
		return nil, err
	}
	if o.Draws {
		err = errors.Join(err, a.pictures(ctx, s, l, dir, p))
	}
	return p, err
}

// tablesOf are the tables of what has run; of a sweep in which nothing has come to
// an end with a number there are none, and that is no fault of the page.
func tablesOf(ctx context.Context, l *study.Ledger) ([]*table.Table, error) {
	tables, wrong := l.Tables(ctx)
	if l.Count(nil).Cached == 0 {
		return tables, nil
	}
	return tables, wrong
}

func joined(wrong error) func(*report.Page, error) (*report.Page, error) {
	return func(p *report.Page, err error) (*report.Page, error) {
		if err != nil {
			return nil, errors.Join(wrong, err)
		}
		return p, wrong
	}
}
