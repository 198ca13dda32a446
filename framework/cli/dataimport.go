package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// dataImport makes a file that needs no other program to be read.
func (a *app) dataImport() *cobra.Command {
	var out string
	var read []string
	cmd := &cobra.Command{
		Use:   "import FILE|SWEEP#DATASET --out FILE.npz",
		Short: "Read a recording and write it as an .npz",
		Long: `Import reads a recording as a sweep would, with what --read says of it, and writes
it as an .npz: samples, trial, bin_seconds and the targets. That file is read without
Python, on any machine, and is small enough to be kept beside a sweep. What a sweep
says of it is printed.`,
		Example: "  assay data import day3.nwb --read spikes=units --read bin=50ms --read trials=trials --out day3.npz",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !strings.EqualFold(filepath.Ext(out), ".npz") {
				return usage(fmt.Errorf("--out must name an .npz file, got %q", out), "--out day3.npz")
			}
			recipe, _, err := a.named(args[0])
			if err != nil {
				return err
			}
			if columns, err := sweep.Columns(read); err != nil {
				return err
			} else if columns != nil {
				recipe.Read = columns
			}
			if len(recipe.Roles) > 0 || !recipe.IsFile() {
				return usage(fmt.Errorf("%s is no file", args[0]), "import one recording at a time")
			}
			recipe.Keep, recipe.MinSpeed, recipe.Split = nil, 0, nil // the file keeps all
			built, set, err := a.build(cmd.Context(), recipe)
			if err != nil {
				return err
			}
			defer set.Close()
			about := built.About[data.MainRole]
			var text bytes.Buffer
			columns, err := file.Write(&text, set.Recordings[data.MainRole], about)
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, text.Bytes(), 0o644); err != nil {
				return fmt.Errorf("--out: %w", err)
			}
			fmt.Fprint(a.out, file.YAMLOf(out, columns, about.Subject, about.Session))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the .npz `FILE` to write")
	cmd.Flags().StringArrayVar(&read, "read", nil, "say what in a file is what, `NAME=VALUE` or {NAME: VALUE, ...} (repeatable)")
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}
