package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/cite"
	"github.com/assaylab/assay/framework/internal/source"
)

func (a *app) citeCommand() *cobra.Command {
	var sets []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "cite FILE",
		Short: "Print whom to cite for a sweep's methods and recordings, as BibTeX",
		Long: `Cite asks the methods of a sweep and the catalogue what they want to be cited for and
prints it as BibTeX, each work once, with Assay itself. A comment before each entry
says which methods and datasets ask for it. A plugin's citation may be BibTeX; a
sentence becomes the note of a @misc, unless it has the title of a known work in it, or its arXiv number.`,
		Example: "  assay cite sweep.yaml >sweep.bib",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, giveBack, err := a.openStudy(cmd.Context(), args[0], sets, nil)
			if err != nil {
				return err
			}
			defer giveBack()
			var list cite.List
			for _, m := range s.Sweep.Methods {
				d := s.Description(m.ID)
				if d.Citation == "" {
					fmt.Fprintf(a.talk, "assay: method %s names nothing to cite\n", m.ID)
				}
				list.Add("method "+m.ID, d.Citation)
			}
			for _, d := range s.Sweep.Datasets {
				cited := source.Citations(d.Recipe)
				if len(cited) == 0 {
					fmt.Fprintf(a.talk, "assay: dataset %s is a file of yours: who is to be cited for it, nobody knows here\n", d.ID)
				}
				for _, c := range cited {
					list.Add("dataset "+d.ID, c)
				}
			}
			list.AddAssay(build.This())
			if asJSON {
				out := []map[string]any{}
				for _, e := range list.Entries() {
					fields := map[string]string{}
					for _, f := range e.Fields {
						fields[f.Name] = f.Value
					}
					out = append(out, map[string]any{"key": e.Key, "type": e.Kind, "fields": fields, "for": e.For})
				}
				return json.NewEncoder(a.out).Encode(map[string]any{"sweep": s.Sweep.Name, "entries": out})
			}
			var all []string
			for _, e := range list.Entries() {
				all = append(all, e.String())
			}
			_, err = fmt.Fprint(a.out, strings.Join(all, "\n"))
			return err
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
