package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/export"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

func (a *app) exportCommand() *cobra.Command {
	var sets []string
	var dir, format, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "export FILE|DIR --format " + strings.Join(export.Formats(), "|") + " --out DIR|URL",
		Short: "Hand a sweep's results to data frames, MLflow or TensorBoard",
		Long: `Export writes what is recorded of a sweep in a form that other tools read: its
trials, metrics, curves, cases and tables as tidy Parquet or CSV files; a run for each
trial on an MLflow server; an event file for each trial for TensorBoard. It reads the
store of the results folder or, where there is none (results that were committed),
records.jsonl. Instead of the sweep's file its folder of results will do, as RESULTS/NAME:
what stands in records and tables there, with curves where the store is beside it.
Exporting again replaces files and writes no run twice.

MLflow asks for a name and password in MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD, or a token in MLFLOW_TRACKING_TOKEN, if it asks at all.`,
		Example: `  assay export sweep.yaml --format parquet --out frames
  assay export sweep.yaml --format mlflow --out http://localhost:5000
  assay export sweep.yaml --format tensorboard --out runs && tensorboard --logdir runs`,
		Args:                  cobra.ExactArgs(1),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer done()
			switch {
			case format == "":
				return usage(errors.New("export needs a format"), "--format "+strings.Join(export.Formats(), ", or --format "))
			case !slices.Contains(export.Formats(), format):
				return usage(fmt.Errorf("there is no export format %q", format), setting.Suggest(format, export.Formats()))
			case out == "" && export.Remote(format):
				return usage(errors.New("export needs the address of a server"), "--out http://localhost:5000")
			case out == "":
				return usage(errors.New("export needs a folder to write to"), "--out DIR")
			case strings.Contains(out, "://") && !export.Remote(format):
				return usage(fmt.Errorf("%s is written to a folder, not to %s", format, out), "--out DIR; --format mlflow goes to a server")
			}
			s, giveBack, wrong := a.source(ctx, args[0], sets, a.results(dir))
			if giveBack == nil {
				return wrong
			}
			defer giveBack()
			parts, err := export.Run(ctx, s, format, out)
			if err != nil {
				return errors.Join(wrong, err)
			}
			if asJSON {
				return errors.Join(wrong, json.NewEncoder(a.out).Encode(map[string]any{"sweep": s.Sweep, "format": format, "parts": parts}))
			}
			for _, p := range parts {
				fmt.Fprintf(a.out, "%s: %d %s\n", p.Name, p.Rows, p.What)
			}
			return wrong
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVar(&format, "format", "", strings.Join(export.Formats(), ", "))
	cmd.Flags().StringVarP(&out, "out", "o", "", "`DIR` to write to, or the address of a server")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// source is what there is to export of a sweep, and what closes it: nil where there is
// nothing. There may be both, and an error: of a table that cannot be made.
func (a *app) source(ctx context.Context, file string, sets []string, dir string) (export.Source, func(), error) {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		s, giveBack, err := study.Folder(ctx, file)
		return export.Source{Sweep: s.Sweep, Rows: s.Rows, Tables: s.Tables}, giveBack, err
	}
	if !store.Exists(dir) {
		tables, wrong := study.CommittedTables(file, sets, dir)
		if len(tables) == 0 && wrong != nil {
			return export.Source{}, nil, wrong
		}
		sw, err := sweep.Load(file, sets)
		if err != nil {
			return export.Source{}, nil, err
		}
		rows := func() iter.Seq2[store.Line, error] { return store.ReadRecords(study.RecordsFile(dir, sw.Name)) }
		return export.Source{Sweep: sw.Name, Rows: rows, Tables: tables}, func() {}, wrong
	}
	s, giveBack, err := a.openStudy(ctx, file, sets, nil)
	if err != nil {
		return export.Source{}, nil, err
	}
	l, err := s.View(ctx, dir)
	if err != nil {
		giveBack()
		return export.Source{}, nil, err
	}
	tables, wrong := tablesOf(ctx, l)
	const all = store.Spec | store.Metrics | store.Provenance | store.Curves | store.Cases
	rows := func() iter.Seq2[store.Line, error] { return l.Rows(ctx, all, nil) }
	return export.Source{Sweep: s.Sweep.Name, Rows: rows, Tables: tables}, func() { l.Close(); giveBack() }, wrong
}
