package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	read       []string
	seed       uint64
	plot, role string
	trial      int
	asJSON     bool
}

func (a *app) dataDescribe() *cobra.Command {
	var o describeOptions
	cmd := &cobra.Command{
		Use:   "describe SOURCE|FILE|SWEEP#DATASET",
		Short: "Show what a dataset is and what is in it",
		Long: `Describe builds a dataset and says what is in it: of a file which array became
what and why, and what had to be guessed; --read says what stands under read in a
sweep, and SWEEP#DATASET takes all from there. With --plot it draws a trial as
well: bodies that move as an animation (.svg), all else as a map of the channels
over time with the targets below.`,
		Example: `  assay data describe chewie-1 --plot reach.png --trial 12
  assay data describe day3.mat --read samples=day.fr --read transpose=true --read classes.state=day.state
  assay data describe sweep.yaml#day3
  assay data describe generate/many-body --set system=three-body --set orderings=16 --plot orbits.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.describeData(cmd, args[0], o) },
	}
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set a param of a generator, `NAME=VALUE` (repeatable)")
	cmd.Flags().StringArrayVar(&o.read, "read", nil, "say what in a file is what, `NAME=VALUE` or {NAME: VALUE, ...} (repeatable)")
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
	recipe, about, err := a.named(name)
	if err != nil {
		return err
	}
	if read, err := sweep.Columns(o.read); err != nil {
		return err
	} else if read != nil {
		recipe.Read = read
	}
	if params, err := sweep.Values(o.sets); err != nil {
		return err
	} else if params != nil {
		recipe.Params = params
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
	var arrays []source.Array
	if recipe.IsFile() && len(recipe.Roles) == 0 {
		if arrays, err = b.Look(cmd.Context(), recipe.Source); err != nil {
			return err
		}
	}
	built, err := b.Get(cmd.Context(), recipe)
	if err != nil {
		describeArrays(a.out, arrays) // what there is to choose from
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
			Arrays []source.Array `json:"arrays,omitempty"`
		}{about, built, arrays})
	}
	describeSource(a.out, about, recipe)
	describeArrays(a.out, arrays)
	describeBuilt(a.out, built)
	return nil
}

// named is the recipe that an argument means: a file, a dataset of a sweep, or a
// name of the catalogue or a generator.
func (a *app) named(name string) (recipe source.Dataset, about source.Description, err error) {
	if exists(name) {
		recipe.Source = name
		return recipe, about, nil
	}
	if file, id, ok := strings.Cut(name, "#"); ok && exists(file) {
		sw, err := sweep.Load(file, nil)
		if err != nil {
			return recipe, about, err
		}
		var ids []string
		for _, d := range sw.Datasets {
			if d.ID == id {
				return d.Recipe, about, nil
			}
			ids = append(ids, d.ID)
		}
		return recipe, about, usage(fmt.Errorf("%s has no dataset %q", file, id), setting.Suggest(id, ids))
	}
	if file := (source.Recording{Source: name}); file.IsFile() && strings.ContainsRune(filepath.Base(name), '.') {
		recipe.Source = name // a path: that there is no such file is told with advice
		return recipe, about, nil
	}
	about, err = source.Describe(name)
	recipe.Source = about.Source
	return recipe, about, err
}

// describeArrays lists what is in a file.
func describeArrays(w io.Writer, arrays []source.Array) {
	const most = 60
	var rows [][]string
	for _, x := range arrays[:min(len(arrays), most)] {
		rows = append(rows, []string{x.Name, x.Size(), string(x.Kind), x.Why})
	}
	if len(rows) == 0 {
		return
	}
	grid(w, []string{"in the file", "size", "kind", ""}, rows)
	if n := len(arrays) - most; n > 0 {
		fmt.Fprintf(w, "... and %d more\n", n)
	}
	fmt.Fprintln(w)
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
		about := b.About[role]
		if about.Subject != "" || about.Session != "" {
			fmt.Fprintf(w, "  subject %s, session %s\n", cmp.Or(about.Subject, "unknown"), cmp.Or(about.Session, "unknown"))
		}
		for _, t := range r.Targets {
			if t.Class {
				fmt.Fprintf(w, "  target %s: class of %d, samples %s\n", t.Name, t.Classes, named(t.Counts, about.Targets[t.Name]))
			} else {
				fmt.Fprintf(w, "  target %s: %d-dimensional %s\n", t.Name, t.Dims, t.Unit)
			}
		}
		for _, p := range r.Parts {
			fmt.Fprintf(w, "  split %s: %d samples in %d trials\n", p.Split, p.Samples, p.Trials)
		}
		for _, n := range about.Notes {
			if n.Question {
				fmt.Fprintf(w, "  ? %s\n", n.Text)
			} else {
				fmt.Fprintf(w, "  - %s\n", n.Text)
			}
		}
	}
}

// named is tally with the names and angles of the labels, where they have any.
func named(counts []int, about data.AboutTarget) string {
	plain := len(about.Angles) == 0
	for i, name := range about.Labels {
		plain = plain && name == strconv.Itoa(i)
	}
	if plain || len(counts) > 24 || len(about.Labels) != len(counts) {
		return tally(counts)
	}
	var parts []string
	for i, n := range counts {
		name := about.Labels[i]
		if len(about.Angles) == len(counts) {
			name += fmt.Sprintf(" (%.4g°)", about.Angles[i]*180/math.Pi)
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, n))
	}
	return strings.Join(parts, ", ")
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
