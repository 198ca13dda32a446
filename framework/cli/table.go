package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/assaylab/assay/framework/setting"
)

func (a *app) tableCommand() *cobra.Command {
	var sets []string
	var dir, format, only string
	var methods bool
	cmd := &cobra.Command{
		Use:   "table FILE",
		Short: "Print a sweep's tables from what is recorded",
		Long: `Table prints the tables of a sweep from the results folder: from its store, or,
where there is none (results that were committed), from records.jsonl.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(table.Formats(), format) {
				return usage(fmt.Errorf("there is no format %q", format), setting.Suggest(format, table.Formats()))
			}
			tables, err := a.tables(cmd.Context(), args[0], sets, a.results(dir))
			if len(tables) == 0 && err != nil {
				return err
			}
			if only != "" {
				var names []string
				for _, t := range tables {
					names = append(names, t.Name)
				}
				if !slices.Contains(names, only) {
					if err != nil {
						return err
					}
					return usage(fmt.Errorf("the sweep has no table %q", only), setting.Suggest(only, names))
				}
				tables = slices.DeleteFunc(tables, func(t *table.Table) bool { return t.Name != only })
			}
			if methods {
				fmt.Fprint(a.out, table.Wrap(table.MethodsText(tables), 80))
				return err
			}
			if format == "json" {
				return errors.Join(json.NewEncoder(a.out).Encode(map[string]any{"tables": tables}), err)
			}
			out := a.out
			if table.IsDocument(format) && !isWatched(out) { // it escapes in its own way, or is no text
				out = terminal.Raw(out)
			} else if format == "png" {
				return usage(errors.New("a picture is not for a terminal"), "write it into a file: > table.png")
			}
			return errors.Join(table.RenderAll(out, tables, format), err)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVar(&format, "format", "text", strings.Join(table.Formats(), ", "))
	cmd.Flags().BoolVar(&methods, "methods-text", false, "print a paragraph for a Methods section: how the numbers were made")
	cmd.Flags().StringVar(&only, "name", "", "only the table of this `NAME`")
	return cmd
}

func (a *app) tables(ctx context.Context, file string, sets []string, dir string) ([]*table.Table, error) {
	if !store.Exists(dir) {
		return study.CommittedTables(file, sets, dir)
	}
	s, giveBack, err := a.openStudy(ctx, file, sets, nil)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	l, err := s.View(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if c := l.Count(nil); c.New > 0 {
		fmt.Fprintf(a.talk, "assay: %d of %d trials have not run yet\n", c.New, c.Trials)
	}
	return l.Tables(ctx)
}
