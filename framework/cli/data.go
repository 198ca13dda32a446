package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/source"
)

func (a *app) dataCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "data", Short: "List, fetch and describe recordings"}
	cmd.AddCommand(a.dataList(), a.dataGet(), a.dataDescribe(), a.dataInit(), a.dataImport(), a.dataPreview(), a.dataGC())
	return cmd
}

func (a *app) dataList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the catalogue and the generators",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			items := source.List()
			if asJSON {
				return json.NewEncoder(a.out).Encode(items)
			}
			var rows [][]string
			for _, i := range items {
				size := ""
				if i.Bytes > 0 {
					size = fmt.Sprintf("%.1f MB", float64(i.Bytes)/1e6)
				}
				rows = append(rows, []string{i.Source, strings.Join(i.Roles, ", "), size, i.Summary})
			}
			grid(a.out, []string{"source", "roles", "download", "summary"}, rows)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) dataGet() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "get SOURCE ...",
		Short: "Fetch datasets into the cache and verify them",
		Long: `Get fetches catalogue entries ahead of time, so that sweeps need no network.
ASSAY_DATA_MIRROR may name a folder that has the files already.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer done()
			b, err := a.newBuilder()
			if err != nil {
				return err
			}
			for _, name := range args {
				d, err := source.Describe(name)
				if err != nil {
					return err
				}
				built, err := b.Get(ctx, source.Dataset{Recording: source.Recording{Source: d.Source}})
				if err != nil {
					return err
				}
				if asJSON {
					if err := json.NewEncoder(a.out).Encode(built); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(a.out, "%s\n%s\n", d.Source, built.Dir)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) dataInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init FILE",
		Short: "Write what a sweep would say of a file of yours, to start from",
		Long: `Init looks into a file and prints a dataset for a sweep: which array seems to be
the samples, which the trials and targets, what is not sure as remarks. Look it
over, change what is wrong, and see with "assay data describe SWEEP#DATASET" what
is read.`,
		Example: "  assay data init day3.mat >> sweep.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.newBuilder()
			if err != nil {
				return err
			}
			text, err := b.Suggest(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprint(a.out, text)
			return nil
		},
	}
}
