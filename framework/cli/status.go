package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/store"
)

func (a *app) statusCommand() *cobra.Command {
	var sets []string
	var dir string
	var asJSON, watch bool
	cmd := &cobra.Command{
		Use:   "status FILE",
		Short: "Show how far a sweep has come, while it runs or afterwards",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if watch {
				return a.watchRun(ctx, a.results(dir))
			}
			s, giveBack, err := a.openStudy(ctx, args[0], sets, nil)
			if err != nil {
				return err
			}
			defer giveBack()
			l, err := s.View(ctx, a.results(dir))
			if err != nil {
				return err
			}
			defer l.Close()
			c, holder := l.Count(nil), store.Holder(a.results(dir))
			if asJSON {
				return json.NewEncoder(a.out).Encode(map[string]any{"sweep": s.Sweep.Name, "trials": c.Trials, "finished": c.Cached, "failed": c.Failed, "open": c.New, "held_by": holder, "following": l.Following(), "searches": l.Searches()})
			}
			fmt.Fprintf(a.out, "%s: %d of %d trials finished, %d failed, %d open\n", s.Sweep.Name, c.Cached, c.Trials, c.Failed, c.New)
			for _, k := range l.Searches() {
				line := fmt.Sprintf("search of %s: %d of %d configurations", k.Name(), k.Asked, k.Of)
				if !k.Over {
					line += fmt.Sprintf(", up to %d trials follow", k.Follow)
				}
				if k.Pruned > 0 {
					line += fmt.Sprintf(", %d pruned", k.Pruned)
				}
				if k.Budget > 0 {
					line += fmt.Sprintf(", %.0f of %.0f s of CPU spent", k.CPU, k.Budget)
				}
				fmt.Fprintln(a.out, line)
			}
			if holder != "" {
				fmt.Fprintf(a.out, "running: %s\n", holder)
			}
			a.printFailures(l)
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&watch, "watch", false, "look on while it runs on this machine, until it ends")
	return cmd
}
