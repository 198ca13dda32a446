package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (a *app) sweepCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Write a new sweep file, or take one over",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(a.sweepNew(), a.sweepImport(), a.sweepUpgrade())
	return cmd
}

func (a *app) sweepUpgrade() *cobra.Command {
	var dry, keep bool
	cmd := &cobra.Command{
		Use:   "upgrade FILE",
		Short: "Rewrite a sweep file of version 1 as one of version 2, and say what changes",
		Long: `Upgrade rewrites FILE: its comments and their order stay. What a sweep of version 2
does otherwise is said line by line. Nothing that was trained is trained again:
where probes change, the next run scores trials anew. The file as it was stays
beside it as FILE.v1.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			file := args[0]
			src, err := yaml.ReadFile(file)
			if err != nil {
				return usage(err, "name a sweep file")
			}
			text, changes, err := sweep.Upgrade(file, src, keep)
			if err != nil {
				return err
			}
			if len(changes) == 0 {
				fmt.Fprintf(a.talk, "assay: %s is of version 2 already\n", file)
			}
			for _, c := range changes {
				fmt.Fprintf(a.talk, "%s:%d: %s\n", file, c.Line, c.What)
			}
			if dry {
				_, err := a.out.Write(text)
				return err
			}
			if len(changes) == 0 {
				return nil
			}
			for _, f := range []struct { // the copy first: at no time the file is only one of the two
				path string
				text []byte
			}{{file + ".v1", src}, {file, text}} {
				if _, err := store.Replace(f.path, func(w io.Writer) error { _, err := w.Write(f.text); return err }); err != nil {
					return err
				}
			}
			fmt.Fprintf(a.talk, "assay: %s is of version 2 now; as it was it is %s.v1\n", file, file)
			return nil
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the new text, and leave the file alone")
	cmd.Flags().BoolVar(&keep, "keep-probes", false, "let probes read out as they did in version 1")
	return cmd
}
