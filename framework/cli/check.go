package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/conformance"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/terminal"
)

// checkReport is what `assay plugin check --json` prints.
type checkReport struct {
	Plugin    string                `json:"plugin"`
	Method    string                `json:"method"`
	Version   string                `json:"version"`
	Transport string                `json:"transport"`
	Passed    bool                  `json:"passed"`
	Failed    int                   `json:"failed"`
	Warnings  int                   `json:"warnings"`
	Findings  []conformance.Finding `json:"findings"`
	Seconds   float64               `json:"seconds"`
	Confined  string                `json:"confinement,omitempty"` // how far it was confined; not: ""
}

// checkOptions are the flags of plugin check.
type checkOptions struct {
	settings, slow []string
	only           []string
	data           string
	limit          time.Duration
	asJSON         bool
	strategy       bool
}

func (a *app) pluginCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check NAME|PATH",
		Short: "Run the conformance suite over a plugin",
		Long: `Check launches the plugin as for trials and asks everything that the host relies
on: one line per check. It trains on small generated recordings with every
target that the method asks for, or on the dataset that --data names.
Exit code 0: all checks passed; 1: some failed.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer done()
			if o.strategy {
				return a.checkStrategy(ctx, args[0], o.asJSON)
			}
			return a.check(ctx, args[0], o)
		},
	}
	cmd.Flags().StringArrayVar(&o.settings, "set", nil, "train with this setting, `NAME=VALUE` (repeatable)")
	cmd.Flags().StringArrayVar(&o.slow, "slow", nil, "train slowly with this setting, `NAME=VALUE`, where training is to be interrupted (repeatable)")
	cmd.Flags().StringVar(&o.data, "data", "", "train on this `SOURCE`: catalogue/NAME, generate/NAME or a file")
	cmd.Flags().StringArrayVar(&o.only, "only", nil, "run only the checks whose name begins with `TEXT` (repeatable)")
	cmd.Flags().DurationVar(&o.limit, "timeout", 2*time.Minute, "time for one check")
	cmd.Flags().BoolVar(&o.strategy, "strategy", false, "the plugin is a search strategy (docs/search.md)")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) check(ctx context.Context, name string, o checkOptions) error {
	p, err := a.finder().Find(name, ".")
	if err != nil {
		return err
	}
	launcher, err := a.newLauncher()
	if err != nil {
		return err
	}
	defer launcher.Close()
	dir, err := os.MkdirTemp("", "assay-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := conformance.Case{}
	if c.Settings, err = sweep.Values(o.settings); err != nil {
		return err
	}
	if c.Slow, err = sweep.Values(o.slow); err != nil {
		return err
	}
	if c.Slow != nil {
		for name, v := range c.Settings {
			if _, own := c.Slow[name]; !own {
				c.Slow[name] = v
			}
		}
	}
	if o.data != "" {
		close, err := a.checkData(ctx, o.data, &c)
		if err != nil {
			return err
		}
		defer close()
	}
	s := &conformance.Suite{
		Target: host.Target{Launcher: launcher, Plugin: p, Options: host.Options{Threads: max(1, p.Needs().Threads), Dir: dir}},
		Case:   c, Dir: dir, Limit: o.limit,
	}
	chosen := slices.DeleteFunc(conformance.Checks(), func(c conformance.Check) bool {
		return len(o.only) > 0 && !slices.ContainsFunc(o.only, func(name string) bool { return strings.HasPrefix(c.Name, name) })
	})
	if len(chosen) == 0 {
		return usage(fmt.Errorf("no check begins with %q", strings.Join(o.only, "\", \"")), "\"assay plugin check\" without --only shows their names")
	}
	began := time.Now()
	if err := s.Open(ctx); err != nil {
		if !o.asJSON || ctx.Err() != nil {
			return err
		}
		f := conformance.Finding{Check: "starts", Status: conformance.Fail, Details: []string{err.Error()}}
		var why *failure.Failure
		if errors.As(err, &why) {
			f.Details, f.Hint = append([]string{why.Reason}, why.Stderr...), why.Hint
		}
		report := checkReport{Plugin: p.Where(), Failed: 1, Findings: []conformance.Finding{f}, Seconds: time.Since(began).Seconds()}
		if err := json.NewEncoder(a.out).Encode(report); err != nil {
			return err
		}
		return exitCode(exitError)
	}
	d := s.Description()
	report := checkReport{Plugin: p.Where(), Method: d.Name, Version: d.Version, Transport: s.Transport()}
	if launcher.Confine != host.ConfineOff {
		report.Confined = host.Strength()
	}
	if !o.asJSON {
		how := "not confined"
		if report.Confined != "" {
			how = "confined by " + report.Confined
		}
		fmt.Fprintf(a.out, "%s %s (%s), over %s, %s\n", d.Name, d.Version, p.Where(), report.Transport, how)
		if lacks := (host.Access{Env: launcher.Env}).Lacks(p.Needs().Access); lacks != "" {
			fmt.Fprintf(a.out, "it asks for what a sweep grants: allow: %s\n", lacks)
		}
		if words := p.Environs(ctx); words != "" {
			fmt.Fprintf(a.out, "its environment: %s\n", words)
		}
		fmt.Fprintln(a.out)
	}
	for _, check := range chosen {
		if a.terminal && !o.asJSON {
			fmt.Fprintf(terminal.Raw(a.talk), "\r      %s ...", check.Name)
		}
		f := s.Do(ctx, check)
		if a.terminal && !o.asJSON {
			fmt.Fprint(terminal.Raw(a.talk), "\r\x1b[K")
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch f.Status {
		case conformance.Fail:
			report.Failed++
		case conformance.Warn:
			report.Warnings++
		}
		report.Findings = append(report.Findings, f)
		if !o.asJSON {
			a.printFinding(f)
		}
	}
	report.Passed, report.Seconds = report.Failed == 0, time.Since(began).Seconds()
	if o.asJSON {
		if err := json.NewEncoder(a.out).Encode(report); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.out, "\n%s: %d checks, %d failed, %d warnings, in %.1f s\n", d.Name, len(report.Findings), report.Failed, report.Warnings, report.Seconds)
	}
	if !report.Passed {
		return exitCode(exitError)
	}
	return nil
}

// checkData reads a dataset for the suite. Its arrays are valid until the
// returned function is called.
func (a *app) checkData(ctx context.Context, name string, c *conformance.Case) (func() error, error) {
	builder, err := a.newBuilder()
	if err != nil {
		return nil, err
	}
	digest, err := builder.Build(ctx, source.Dataset{Recording: source.Recording{Source: name}}, 1)
	if err != nil {
		return nil, err
	}
	set, err := data.Open(builder.Cache.Dir(digest))
	if err != nil {
		return nil, err
	}
	c.Data = set.Recordings
	return set.Close, nil
}

var checkWords = map[conformance.Status]string{conformance.Pass: "ok  ", conformance.Warn: "warn", conformance.Fail: "FAIL", conformance.Skip: "-   "}

func (a *app) printFinding(f conformance.Finding) {
	fmt.Fprintf(a.out, "%s  %-33s %6.2f s", checkWords[f.Status], f.Check, f.Seconds)
	short := len(f.Details) == 1 && !strings.Contains(f.Details[0], "\n") && f.Status != conformance.Fail
	if short {
		fmt.Fprintf(a.out, "  %s", f.Details[0])
	}
	fmt.Fprintln(a.out)
	if !short {
		for _, d := range f.Details {
			fmt.Fprintf(a.out, "      %s\n", strings.ReplaceAll(d, "\n", "\n      "))
		}
	}
	if f.Hint != "" {
		fmt.Fprintf(a.out, "      hint: %s\n", f.Hint)
	}
}
