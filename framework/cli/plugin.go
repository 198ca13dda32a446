package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
)

func (a *app) pluginCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "plugin", Short: "List, describe, check, make and lock methods"}
	cmd.AddCommand(a.pluginList(), a.pluginDescribe(), a.pluginCheck(), a.pluginNew(), a.pluginLock())
	return cmd
}

func (a *app) pluginList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show which plugins were found, and where",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := a.finder().List()
			if err != nil {
				return err
			}
			launcher, err := a.newLauncher()
			if err != nil {
				return err
			}
			defer launcher.Close()
			entries, err := listed(cmd.Context(), launcher, all)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(entries)
			}
			var rows [][]string
			for _, e := range entries {
				note := e.Summary
				if e.Problem != "" {
					note = "! " + brief(e.Problem)
				}
				rows = append(rows, []string{e.Name, e.Version, e.Origin, note})
			}
			grid(a.out, []string{"name", "version", "from", "summary"}, rows)
			for _, e := range entries {
				if e.Problem != "" {
					fmt.Fprintf(a.out, "! %s, %s: %s\n", e.Name, e.Path, e.Problem)
				}
				if e.Hint != "" {
					fmt.Fprintf(a.out, "  hint: %s\n", e.Hint)
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// entry is one plugin of the list.
type entry struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Origin  string `json:"origin"`
	Summary string `json:"summary,omitempty"`
	Problem string `json:"problem,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Path    string `json:"path"`
}

// listed asks the plugins what they are, a few at a time.
func listed(ctx context.Context, launcher *host.Launcher, all []host.Plugin) ([]entry, error) {
	entries := make([]entry, len(all))
	errs := make([]error, len(all))
	free := make(chan struct{}, 2*runtime.NumCPU())
	var asked sync.WaitGroup
	for i, p := range all {
		asked.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			e := entry{Name: p.Name, Origin: p.Origin, Path: p.Where()}
			d, err := launcher.Describe(ctx, p)
			var f *failure.Failure
			if errors.As(err, &f) {
				e.Problem, e.Hint = f.Reason, f.Hint
				if f.Plugin != "" {
					e.Path = f.Plugin // with the line of a mistake in a manifest
				}
			} else if err != nil {
				errs[i] = err
			}
			e.Version, e.Summary = d.Version, d.Summary
			entries[i] = e
		})
	}
	asked.Wait()
	seen := map[string]string{}
	for i, e := range entries {
		if winner, taken := seen[e.Name]; taken {
			entries[i].Problem, entries[i].Hint = "hidden by the one from "+winner, ""
		} else {
			seen[e.Name] = e.Origin
		}
	}
	return entries, errors.Join(errs...)
}

// brief is the beginning of a text that stands in full elsewhere.
func brief(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}

func (a *app) pluginDescribe() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "describe NAME|PATH",
		Short: "Show a method's settings, roles and metrics",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.finder().Find(args[0], ".")
			if err != nil {
				return err
			}
			launcher, err := a.newLauncher()
			if err != nil {
				return err
			}
			defer launcher.Close()
			d, transport, err := launcher.Look(cmd.Context(), p)
			if err != nil {
				return err
			}
			if asJSON {
				d.Settings = nil // the schema says it
				return json.NewEncoder(a.out).Encode(d)
			}
			a.printDescription(d)
			fmt.Fprintf(a.out, "\nfound: %s (%s)\nstarted as: %s\nspoken to over: %s\n", p.Where(), p.Origin, strings.Join(append([]string{p.Path}, p.Args...), " "), transport)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// claims are what a description says beyond yes and no, a line each.
func claims(d framework.Description) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	when := func(condition string) string {
		switch condition {
		case framework.Always:
			return "always"
		case framework.Never:
			return "never"
		}
		return "when " + condition
	}
	if d.Budget != "" {
		add("training budget: %s", d.Budget)
	}
	switch d.Context {
	case framework.Context{}:
	case framework.Context{Before: "0", After: "0"}:
		add("an embedded sample sees: itself alone")
	default:
		add("an embedded sample sees: %s before and %s after (-1: all of its part)", d.Context.Before, d.Context.After)
	}
	if d.UsesLabels != "" {
		add("embeddings use targets: %s", when(d.UsesLabels))
	}
	if d.Seedless != "" {
		add("needs no seed: %s", when(d.Seedless))
	}
	if len(d.Several) > 0 {
		add("takes several recordings in: %s", strings.Join(d.Several, ", "))
	}
	if d.GPU != "" {
		add("GPU: %s", d.GPU)
	}
	return lines
}

func (a *app) printDescription(d framework.Description) {
	fmt.Fprintf(a.out, "%s %s: %s\n", d.Name, d.Version, d.Summary)
	if d.Citation != "" {
		fmt.Fprintf(a.out, "cite: %s\n", d.Citation)
	}
	fmt.Fprintf(a.out, "needs recordings in roles: %s; embeds: %s\n", strings.Join(d.RoleNames(), ", "), d.EmbedRole())
	for _, o := range d.Optional {
		fmt.Fprintf(a.out, "needs, when %s, a recording in role %s\n", o.When, o.Name)
	}
	if len(d.Targets) > 0 {
		fmt.Fprintf(a.out, "needs targets: %s\n", strings.Join(d.Targets, ", "))
	}
	var can []string
	for _, c := range []struct {
		has  bool
		name string
	}{{d.Deterministic, "deterministic"}, {d.OutOfSample, "embeds out of sample"}, {d.Reuse, "one process serves many trials"}, {d.Resumable, "continues from checkpoints"}} {
		if c.has {
			can = append(can, c.name)
		}
	}
	if len(can) > 0 {
		fmt.Fprintf(a.out, "says of itself: %s\n", strings.Join(can, ", "))
	}
	for _, line := range claims(d) {
		fmt.Fprintln(a.out, line)
	}
	var rows [][]string
	for _, s := range d.Schema {
		var limits []string
		for _, b := range []struct {
			sign  string
			value *float64
		}{{">=", s.Min}, {">", s.Above}, {"<=", s.Max}, {"<", s.Below}} {
			if b.value != nil {
				limits = append(limits, fmt.Sprintf("%s %v", b.sign, *b.value))
			}
		}
		if len(s.Choices) > 0 {
			limits = append(limits, strings.Join(s.Choices, " | "))
		}
		doc := s.Doc
		if s.When != "" {
			doc += " (when " + s.When + ")"
		}
		rows = append(rows, []string{s.Name, string(s.Kind), fmt.Sprint(s.Default), strings.Join(limits, ", "), doc})
	}
	fmt.Fprintln(a.out)
	grid(a.out, []string{"setting", "kind", "default", "range", "meaning"}, rows)
	rows = nil
	for _, m := range d.Metrics {
		rows = append(rows, []string{m.Name, string(m.Goal), m.Doc})
	}
	if len(rows) > 0 {
		fmt.Fprintln(a.out)
		grid(a.out, []string{"metric", "better", "meaning"}, rows)
	}
	rows = nil
	for _, x := range d.Arrays {
		rows = append(rows, []string{x.Name, x.Doc})
	}
	if len(rows) > 0 {
		fmt.Fprintln(a.out)
		grid(a.out, []string{"array", "shape and meaning"}, rows)
	}
}
