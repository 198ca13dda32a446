package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

type describeOptions struct {
	sets       []string
	seed       uint64
	plot, role string
	trial      int
	asJSON     bool
}

func (a *app) dataDescribe() *cobra.Command {
	var o describeOptions
	cmd := &cobra.Command{
		Use:   "describe SOURCE|FILE",
		Short: "Show what a dataset is and what is in it",
		Long: `Describe builds a dataset and says what is in it. With --plot it draws a trial
as well: bodies that move as an animation (.svg), all else as a map of the
channels over time with the targets below.`,
		Example: `  assay data describe chewie-1 --plot reach.png --trial 12
  assay data describe generate/many-body --set system=three-body --set orderings=16 --plot orbits.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.describeData(cmd, args[0], o) },
	}
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set a param of a generator, `NAME=VALUE` (repeatable)")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "`SEED` of a generator")
	cmd.Flags().StringVar(&o.plot, "plot", "", "draw a trial into this `FILE`, "+strings.Join(figure.Formats, " or "))
	cmd.Flags().IntVar(&o.trial, "trial", 0, "`NUMBER` of the trial to draw, counted from 0 in recorded order")
	cmd.Flags().StringVar(&o.role, "role", "", "draw the recording in this `ROLE` (default: the only one, or the first)")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) describeData(cmd *cobra.Command, name string, o describeOptions) error {
	if format := filepath.Ext(o.plot); o.plot != "" && !slices.Contains(figure.Formats, format) {
		return usage(fmt.Errorf("cannot draw %s", o.plot), "its name must end in "+strings.Join(figure.Formats, " or "))
	}
	recipe := source.Dataset{Recording: source.Recording{Source: name}}
	var about source.Description
	if !exists(name) { // a name, then
		var err error
		if about, err = source.Describe(name); err != nil {
			return err
		}
		recipe.Source = about.Source
	}
	var err error
	if recipe.Params, err = sweep.Values(o.sets); err != nil {
		return err
	}
	if cmd.Flags().Changed("seed") {
		recipe.Seed = o.seed
	}
	var problems []error
	for _, p := range recipe.Check() {
		problems = append(problems, usage(p, ""))
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	b, err := a.newBuilder()
	if err != nil {
		return err
	}
	built, err := b.Get(cmd.Context(), recipe)
	if err != nil {
		return err
	}
	if o.plot != "" {
		if err := drawTrial(recipe.Source, built, o); err != nil {
			return err
		}
	}
	if o.asJSON {
		return json.NewEncoder(a.out).Encode(struct {
			source.Description
			source.Built
		}{about, built})
	}
	describeSource(a.out, about, recipe)
	describeBuilt(a.out, built)
	return nil
}

// drawTrial writes the figure. A file is there whole or not at all.
func drawTrial(name string, built source.Built, o describeOptions) error {
	set, err := data.Open(built.Dir)
	if err != nil {
		return err
	}
	defer set.Close()
	roles := set.Roles()
	if o.role == "" {
		o.role = roles[0]
	}
	r, ok := set.Recordings[o.role]
	if !ok {
		return usage(fmt.Errorf("%s has no recording in role %q", name, o.role), setting.Suggest(o.role, roles))
	}
	title := filepath.Base(name)
	if len(roles) > 1 {
		title += ", " + o.role
	}
	var picture bytes.Buffer
	if err := figure.Trial(&picture, filepath.Ext(o.plot), r, title, o.trial); err != nil {
		return usage(err, "choose another with --trial")
	}
	if err := os.WriteFile(o.plot, picture.Bytes(), 0o644); err != nil {
		return fmt.Errorf("the figure: %w", err)
	}
	return nil
}

func describeSource(w io.Writer, d source.Description, recipe source.Dataset) {
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
		params := "the defaults"
		if len(recipe.Params) > 0 {
			params = "these params"
		}
		fmt.Fprintf(w, "\nwith %s and seed %d:\n", params, max(recipe.Seed, 1))
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
				fmt.Fprintf(w, "  target %s: class of %d, samples %s\n", t.Name, t.Classes, tally(t.Counts))
			} else {
				fmt.Fprintf(w, "  target %s: %d-dimensional %s\n", t.Name, t.Dims, t.Unit)
			}
		}
		for _, p := range r.Parts {
			fmt.Fprintf(w, "  split %s: %d samples in %d trials\n", p.Split, p.Samples, p.Trials)
		}
	}
}

// tally lists numbers, or says how many they are where a list would be long.
func tally(n []int) string {
	if least, most := slices.Min(n), slices.Max(n); len(n) > 24 && least == most {
		return fmt.Sprintf("%d each", least)
	} else if len(n) > 24 {
		return fmt.Sprintf("%d to %d each", least, most)
	}
	return fmt.Sprint(n)
}
