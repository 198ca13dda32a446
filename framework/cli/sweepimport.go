package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (a *app) sweepImport() *cobra.Command {
	var plugin, source, out string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Write the sweep that a W&B sweep's configuration comes to, and say what carries over",
		Long: `Import reads FILE as "wandb sweep" takes it and prints a sweep: the parameters as
settings and search, the method as strategy, early_terminate as pruning. Line by
line it says what carries over, what does not, and why. The training itself becomes
a plugin: "assay plugin new" makes its frame.`,
		Example: "  assay sweep import wandb.yaml --plugin ./mymethod --data day3.npz --out mine.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			src, err := yaml.ReadFile(args[0])
			if err != nil {
				return usage(err, "name the configuration of a W&B sweep")
			}
			text, said, err := sweep.ImportWandb(args[0], src, plugin, source)
			if err != nil {
				return err
			}
			for _, c := range said {
				kind := "carried"
				if c.Lost {
					kind = "left out"
				}
				fmt.Fprintf(a.talk, "%s:%d: %s: %s\n", args[0], c.Place.Line, kind, c.What)
			}
			if out == "" {
				_, err := io.WriteString(a.out, text)
				return err
			}
			if exists(out) {
				return usage(fmt.Errorf("there is a %s already", out), "give another name, or remove it")
			}
			if _, err := store.Replace(out, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
				return err
			}
			fmt.Fprintf(a.talk, "assay: wrote %s; \"assay plan %s\" says whether it runs\n", out, out)
			return nil
		},
	}
	cmd.Flags().StringVar(&plugin, "plugin", "./mymethod", "the `PLUGIN` that holds the training")
	cmd.Flags().StringVar(&source, "data", "generate/swapvae-population", "the `SOURCE` of the recording")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FILE` to write instead of printing")
	return cmd
}
