package cli

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/report"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/view"
)

func (a *app) viewCommand() *cobra.Command {
	var dir string
	var port int
	cmd := &cobra.Command{
		Use:   "view [FILE ...]",
		Short: "Show sweeps in the browser while they run",
		Long: `View serves the page of "assay report" to the browsers of this machine, and above it
what happens now: how far the sweep has come, the trials that run, their curves while
they train, and the brake. Without a file it shows the sweeps of this folder that have
results. A run may begin, end or be killed meanwhile; it notices nothing of who looks.

The address that is printed holds a token, without which nobody is let in. To look at
a run on another machine, forward the port: ssh -L 8080:127.0.0.1:8080 login, and
"assay view --port 8080" there.`,
		Example: `  assay view sweep.yaml
  assay view --port 8080`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer done()
			sweeps, err := a.viewed(args, a.results(dir))
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				return advise(err, "--port 0 takes one that is free")
			}
			s := view.Serve(listener, sweeps)
			defer s.Close()
			fmt.Fprintln(a.out, s.Address())
			fmt.Fprintln(a.talk, "assay: open this address in a browser of this machine; Ctrl-C ends the server, and no run")
			<-ctx.Done()
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().IntVar(&port, "port", 0, "to listen on (default: a free one)")
	return cmd
}

// viewed are the sweeps to show: those that are named, or those here with results.
func (a *app) viewed(files []string, results string) (out []view.Sweep, err error) {
	if len(files) == 0 {
		for _, pattern := range []string{"*.yaml", "*.yml", "sweeps/*.yaml", "sweeps/*.yml"} {
			found, err := filepath.Glob(pattern)
			if err != nil {
				return nil, err
			}
			for _, file := range found {
				if sw, err := sweep.Load(file, nil); err == nil && exists(filepath.Join(results, sw.Name)) {
					files = append(files, file)
				}
			}
		}
		if len(files) == 0 {
			return nil, usage(fmt.Errorf("no sweep of this folder has results in %s", results), "name one: assay view sweep.yaml")
		}
	}
	for _, file := range files {
		sw, err := sweep.Load(file, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, view.Sweep{
			Name: sw.Name, Results: results,
			Page:   func(ctx context.Context) ([]byte, error) { return a.livePage(ctx, file, results) },
			Counts: func(ctx context.Context) (view.Counts, error) { return a.counted(ctx, file, results) },
		})
	}
	return out, nil
}

// livePage is a sweep's report with a place for what happens now. A table that cannot
// be made yet is left out.
func (a *app) livePage(ctx context.Context, file, results string) ([]byte, error) {
	o := report.Options{File: file, Version: build.This().Name(), Redact: true, Live: true}
	p, wrong := a.page(ctx, o, nil, results)
	if p == nil && !store.Exists(results) { // nothing has run yet
		var sw *sweep.Sweep
		if sw, wrong = sweep.Load(file, nil); wrong == nil {
			o.Sweep = sw.Name
			p, wrong = report.New(o, nil, func(func(store.Line, error) bool) {})
		}
	}
	if p == nil {
		return nil, wrong
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// counted is how far a sweep has come by what is recorded.
func (a *app) counted(ctx context.Context, file, results string) (n view.Counts, err error) {
	s, giveBack, err := a.openStudy(ctx, file, nil, nil)
	if err != nil {
		return n, err
	}
	defer giveBack()
	l, err := s.View(ctx, results)
	if err != nil {
		return n, err
	}
	defer l.Close()
	c := l.Count(nil)
	return view.Counts{Done: c.Cached, Total: c.Trials, Failed: c.Failed}, nil
}
