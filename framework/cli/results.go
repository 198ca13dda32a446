package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/store"
)

func (a *app) resultsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "results", Short: "List, tidy up and repair a folder of results"}
	var dir string
	cmd.PersistentFlags().StringVar(&dir, "results", "", "folder of results (default: ASSAY_RESULTS or assay-results)")
	cmd.AddCommand(a.resultsList(&dir), a.resultsGC(&dir), a.resultsRepair(&dir))
	return cmd
}

func (a *app) resultsList(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show which sweeps have run in the folder, and what is kept of them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := a.viewStore(a.results(*dir))
			if err != nil {
				return err
			}
			defer st.Close()
			sweeps, err := st.Sweeps(cmd.Context())
			if err != nil {
				return err
			}
			kept, err := st.Kept()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(map[string]any{"sweeps": sweeps, "kept": kept})
			}
			var rows [][]string
			for _, s := range sweeps {
				rows = append(rows, []string{s.Name, fmt.Sprint(s.Trials), fmt.Sprint(s.Finished)})
			}
			grid(a.out, []string{"sweep", "trials", "trained"}, rows)
			var embeddings, other int64
			for _, k := range kept {
				embeddings, other = embeddings+k.Embeddings, other+k.Other
			}
			fmt.Fprintf(a.out, "kept of %d trials: embeddings %s, models and arrays %s\n", len(kept), bytesize.Format(embeddings), bytesize.Format(other))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) resultsGC(dir *string) *cobra.Command {
	var dry bool
	var room string
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Remove what nobody needs: leftovers, checkpoints of finished trials, embeddings over the limit",
		Long: `Gc removes from a folder of results what no trial needs any more: checkpoints of
trials that have succeeded, what is kept of trials that are not there, files that
a kill left unfinished, the copy of a store of the first edition. With --embeddings
SIZE it removes kept embeddings too, those that were used least recently first,
until they fit. Trials, numbers and logs stay: "assay trial rm" removes those.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var limit int64
			if room != "" {
				var err error
				if limit, err = bytesize.Parse(room); err != nil {
					return usage(fmt.Errorf("--embeddings %s: %w", room, err), bytesize.Hint)
				}
			}
			ctx := cmd.Context()
			if !store.Exists(a.results(*dir)) {
				_, err := a.viewStore(a.results(*dir))
				return err
			}
			st, err := a.openStore(ctx, nil, a.results(*dir), true)
			if err != nil {
				return err
			}
			defer st.Close()
			g, err := st.Garbage(ctx)
			if err != nil {
				return err
			}
			for _, f := range g.Files {
				fmt.Fprintf(a.out, "%s  %s  (%s)\n", bytesize.Format(f.Bytes), f.Path, f.Why)
			}
			if dry {
				fmt.Fprintf(a.talk, "assay: %s could go; nothing was removed\n", bytesize.Format(g.Bytes()))
				return nil
			}
			if err := st.Collect(ctx, g); err != nil {
				return err
			}
			freed := g.Bytes()
			if room != "" {
				removed, err := st.Trim(limit, nil)
				if err != nil {
					return err
				}
				for _, k := range removed {
					fmt.Fprintf(a.out, "%s  embeddings of %s, used last %s\n", bytesize.Format(k.Embeddings), k.Key[:12], k.Used.Format(time.DateTime))
					freed += k.Embeddings
				}
			}
			fmt.Fprintf(a.talk, "assay: freed %s\n", bytesize.Format(freed))
			return nil
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only show what would go")
	cmd.Flags().StringVar(&room, "embeddings", "", "leave kept embeddings at most this `SIZE`, such as 500MiB")
	return cmd
}

func (a *app) resultsRepair(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "repair",
		Short: "Rebuild a damaged store from all that can be read",
		Long: `Repair makes the store of a folder whole again: from what can be read of it, from
copies, from the sweeps' records.jsonl and from what workers left. A damaged store
is kept aside. A store that is whole stays, and gets what is missing in it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out, err := store.Repair(cmd.Context(), a.results(*dir))
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(out)
			}
			if out.Sound {
				fmt.Fprintln(a.out, "the store was sound")
			}
			if out.Kept != "" {
				fmt.Fprintf(a.out, "what was there is kept in %s\n", out.Kept)
			}
			for from, n := range out.Found {
				fmt.Fprintf(a.out, "%d record(s) from %s\n", n, from)
			}
			for _, s := range out.Skipped {
				fmt.Fprintf(a.out, "skipped: %s\n", s)
			}
			fmt.Fprintf(a.out, "%d trial(s) now", out.Trials)
			if out.Lost > 0 {
				fmt.Fprintf(a.out, "; of %d row(s) of the old store nothing could be read", out.Lost)
			}
			fmt.Fprintln(a.out)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// viewStore opens a folder of results for reading.
func (a *app) viewStore(dir string) (*store.Store, error) {
	st, err := store.View(dir)
	if isMissing(err) {
		return nil, advise(fmt.Errorf("%s holds no store", dir), "name the folder of results with --results")
	}
	return st, err
}
