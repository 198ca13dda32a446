package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/scaffold"
)

func (a *app) pluginNew() *cobra.Command {
	var language, dir, clone string
	var strategy bool
	cmd := &cobra.Command{
		Use:   "new NAME --lang " + strings.Join(scaffold.Languages, "|"),
		Short: "Make the folder of a new plugin, which passes its checks at once",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			if language == "" {
				return usage(errors.New("plugin new needs a language"), "--lang "+strings.Join(scaffold.Languages, ", or --lang "))
			}
			if strategy {
				if language != "python" {
					return usage(errors.New("search strategies are written in Python"), "--strategy --lang python")
				}
				language = scaffold.Strategy
			}
			if dir == "" {
				dir = name
			}
			if clone == "" {
				clone = scaffold.Clone(".")
			}
			files, err := scaffold.Write(dir, name, language, clone)
			if err != nil {
				return err
			}
			if _, err := a.writeSchema(cmd.Context(), dir); err != nil {
				return err
			}
			for _, f := range append(files, schemaFile) {
				if !strings.HasPrefix(f, "sdk/") {
					fmt.Fprintln(a.out, filepath.ToSlash(filepath.Join(dir, f)))
				}
			}
			fmt.Fprintf(a.talk, "assay: made the plugin %s; next: cd %s, and follow its README.md\n", name, dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&language, "lang", "", "`LANGUAGE` of the plugin: "+strings.Join(scaffold.Languages, " or "))
	cmd.Flags().BoolVar(&strategy, "strategy", false, "make a search strategy instead of a method")
	cmd.Flags().StringVar(&dir, "dir", "", "folder to make (default: NAME)")
	cmd.Flags().StringVar(&clone, "assay", "", "folder of the clone of assay that a Go plugin builds against (default: the one around this folder)")
	return cmd
}
