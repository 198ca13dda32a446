package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

// dataPreview draws a whole recording.
func (a *app) dataPreview() *cobra.Command {
	var out, role string
	var read []string
	cmd := &cobra.Command{
		Use:   "preview SOURCE|FILE|SWEEP#DATASET --out FILE",
		Short: "Draw a recording as one picture",
		Long: `Preview draws a recording as a sweep would read it: the first trials as a map of
channels over time with the targets below, all samples with trials, labels and parts
of the division, the mean of each channel, and how often each label occurs.`,
		Example: "  assay data preview sweep.yaml#day3 --out day3.png",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format := filepath.Ext(out)
			if !slices.Contains(figure.Formats, format) {
				return usage(fmt.Errorf("cannot draw %q", out), "the name after --out must end in "+strings.Join(figure.Formats, " or "))
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
			built, set, err := a.build(cmd.Context(), recipe)
			if err != nil {
				return err
			}
			defer set.Close()
			roles := set.Roles()
			if role == "" {
				role = roles[0]
			}
			r, ok := set.Recordings[role]
			if !ok {
				return usage(fmt.Errorf("%s has no recording in role %q", args[0], role), setting.Suggest(role, roles))
			}
			labels := map[string][]string{}
			for name, t := range built.About[role].Targets {
				labels[name] = t.Labels
			}
			var picture bytes.Buffer
			if err := figure.Preview(&picture, format, r, filepath.Base(args[0]), labels); err != nil {
				return err
			}
			if err := os.WriteFile(out, picture.Bytes(), 0o644); err != nil {
				return fmt.Errorf("--out: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the `FILE` to draw into, "+strings.Join(figure.Formats, " or "))
	cmd.Flags().StringVar(&role, "role", "", "the recording in this `ROLE` (default: the only one, or the first)")
	cmd.Flags().StringArrayVar(&read, "read", nil, "say what in a file is what, `NAME=VALUE` or {NAME: VALUE, ...} (repeatable)")
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}
