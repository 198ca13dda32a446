package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/failure"
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
			type entry struct {
				Name    string `json:"name"`
				Version string `json:"version,omitempty"`
				Origin  string `json:"origin"`
				Summary string `json:"summary,omitempty"`
				Problem string `json:"problem,omitempty"`
				Hint    string `json:"hint,omitempty"`
				Path    string `json:"path"`
			}
			var entries []entry
			seen := map[string]string{}
			for _, p := range all {
				e := entry{Name: p.Name, Origin: p.Origin, Path: p.Where()}
				d, err := launcher.Describe(cmd.Context(), p)
				var f *failure.Failure
				if errors.As(err, &f) {
					e.Problem, e.Hint = f.Reason, f.Hint
					if f.Plugin != "" {
						e.Path = f.Plugin // with the line of a mistake in a manifest
					}
				} else if err != nil {
					return err
				}
				e.Version, e.Summary = d.Version, d.Summary
				if winner, taken := seen[p.Name]; taken {
					e.Problem, e.Hint = "hidden by the one from "+winner, ""
				} else {
					seen[p.Name] = p.Origin
				}
				entries = append(entries, e)
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(entries)
			}
			var rows [][]string
			for _, e := range entries {
				note := e.Summary
				if e.Problem != "" {
					note = "! " + e.Problem
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

func (a *app) printDescription(d framework.Description) {
	fmt.Fprintf(a.out, "%s %s: %s\n", d.Name, d.Version, d.Summary)
	if d.Citation != "" {
		fmt.Fprintf(a.out, "cite: %s\n", d.Citation)
	}
	fmt.Fprintf(a.out, "needs recordings in roles: %s; embeds: %s\n", strings.Join(d.RoleNames(), ", "), d.EmbedRole())
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
}
