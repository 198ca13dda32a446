package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/bundle"
	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/store"
)

func (a *app) bundleCommand() *cobra.Command {
	var sets []string
	var dir, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bundle FILE",
		Short: "Put a sweep with its results into one file that others can run again",
		Long: `Bundle writes one archive (tar, zstd) with the sweep and what it includes,
assay.lock, what the plugins had installed, trials, numbers per test case, tables, and
the digests of datasets and plugins. It carries no recording and no program. It reads
the store of the results folder or, where there is none (results that were committed),
records.jsonl. Equal results give equal bytes. "assay reproduce" runs trials of it.`,
		Example: `  assay bundle sweep.yaml
  assay reproduce sweep` + bundle.Extension + ` --sample 5`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, giveBack, wrong := a.source(cmd.Context(), args[0], sets, a.results(dir))
			if giveBack == nil {
				return wrong
			}
			defer giveBack()
			if out == "" {
				out = s.Sweep + bundle.Extension
			}
			from := bundle.Source{File: args[0], Set: sets, Name: filepath.Base(out), Rows: s.Rows, Tables: s.Tables, Finder: a.finder(), Build: build.This()}
			var m bundle.Manifest
			var notes []string
			_, err := store.Replace(out, func(w io.Writer) (err error) {
				m, notes, err = bundle.Make(cmd.Context(), from, w)
				return err
			})
			for _, n := range notes {
				fmt.Fprintf(a.talk, "assay: %s\n", n)
			}
			if err != nil {
				return errors.Join(wrong, err)
			}
			if asJSON {
				return errors.Join(wrong, json.NewEncoder(a.out).Encode(map[string]any{"file": out, "manifest": m, "notes": append([]string{}, notes...)}))
			}
			size := int64(0)
			if info, err := os.Stat(out); err == nil {
				size = info.Size()
			}
			fmt.Fprintf(a.out, "%s: %d trials, %d failed, %d tables, %s\n%s\n", out, m.Trials, m.Failed, len(s.Tables), bytesize.Format(size), m.Commands[0])
			return wrong
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FILE` to write (default: the sweep's name and "+bundle.Extension+")")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// told is what stands beside a verdict.
func told(v bundle.Verdict) string {
	parts := []string{}
	if v.Note != "" {
		parts = append(parts, v.Note)
	}
	const enough = 3
	for i, d := range v.Differences {
		if i == enough {
			parts = append(parts, fmt.Sprintf("and %d more", len(v.Differences)-enough))
			break
		}
		parts = append(parts, d)
	}
	if v.Verdict != bundle.Equal && len(v.Elsewhere) > 0 {
		parts = append(parts, "other here: "+strings.Join(v.Elsewhere, ", "))
	}
	if v.Verdict == bundle.Equal {
		parts = append(parts, fmt.Sprintf("%d metrics, %d embeddings", v.Metrics, v.Embeddings))
	}
	return strings.Join(parts, "; ")
}
