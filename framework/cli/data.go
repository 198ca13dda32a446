package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/source"
)

func (a *app) dataCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "data", Short: "List, fetch and describe recordings"}
	cmd.AddCommand(a.dataList(), a.dataGet(), a.dataDescribe())
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
			ctx, _, done := interrupts(cmd.Context(), func() { fmt.Fprintln(a.talk, "assay: again to end at once") })
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

func (a *app) dataDescribe() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "describe SOURCE|FILE",
		Short: "Show what a dataset is and what is in it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			recipe := source.Dataset{Recording: source.Recording{Source: args[0]}}
			var about source.Description
			if !exists(args[0]) { // a name, then
				var err error
				if about, err = source.Describe(args[0]); err != nil {
					return err
				}
				recipe.Source = about.Source
			}
			b, err := a.newBuilder()
			if err != nil {
				return err
			}
			built, err := b.Get(cmd.Context(), recipe)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(struct {
					source.Description
					source.Built
				}{about, built})
			}
			describeSource(a.out, about)
			describeBuilt(a.out, built)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func describeSource(w io.Writer, d source.Description) {
	switch {
	case d.Entry != nil:
		fmt.Fprintf(w, "%s: %s\nlicence: %s\ncite: %s\n", d.Source, d.Entry.Summary, d.Entry.Licence, d.Entry.Citation)
		for _, f := range d.Entry.Files {
			fmt.Fprintf(w, "file: %s\n      sha256 %s\n", f.URLs[0], f.SHA256)
		}
	case d.Generator != nil:
		fmt.Fprintf(w, "%s: %s\n%s\ncite: %s\n\n", d.Source, d.Generator.Summary, d.Generator.Doc, d.Generator.Citation)
		var rows [][]string
		for _, s := range d.Generator.Settings {
			rows = append(rows, []string{s.Name, string(s.Kind), fmt.Sprint(s.Default), s.Doc})
		}
		grid(w, []string{"param", "kind", "default", "meaning"}, rows)
		fmt.Fprintln(w, "\nwith the defaults and seed 1:")
	}
}

func describeBuilt(w io.Writer, b source.Built) {
	var roles []string
	for role := range b.Recordings {
		roles = append(roles, role)
	}
	slices.Sort(roles)
	fmt.Fprintf(w, "digest: %s\nfolder: %s\n", b.Digest, b.Dir)
	for _, role := range roles {
		r := b.Recordings[role]
		fmt.Fprintf(w, "\n%s: %d samples x %d channels, %d trials", role, r.Samples, r.Channels, r.Trials)
		if r.BinSeconds > 0 {
			fmt.Fprintf(w, ", bins of %v s", r.BinSeconds)
		}
		fmt.Fprintf(w, "\n  values: mean %.4g, from %.4g to %.4g %s, %.1f %% zeros\n", r.Mean, r.Min, r.Max, r.Unit, 100*r.Zeros)
		for _, t := range r.Targets {
			if t.Class {
				fmt.Fprintf(w, "  target %s: class of %d, samples %v\n", t.Name, t.Classes, t.Counts)
			} else {
				fmt.Fprintf(w, "  target %s: %d-dimensional %s\n", t.Name, t.Dims, t.Unit)
			}
		}
		for _, p := range r.Parts {
			fmt.Fprintf(w, "  split %s: %d samples in %d trials\n", p.Split, p.Samples, p.Trials)
		}
	}
}
