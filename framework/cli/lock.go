package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/study"
)

func (a *app) pluginLock() *cobra.Command {
	var allow bool
	cmd := &cobra.Command{
		Use:   "lock [SWEEP...]",
		Args:  cobra.ArbitraryArgs,
		Short: "Write the digests of third-party plugins and datasets into assay.lock",
		Long: `Lock writes down which plugins and datasets the sweeps use, by SHA-256, so that
"assay run --locked" can refuse others. Without a sweep it locks every
third-party plugin that "assay plugin list" shows. What the lock holds of other
sweeps and plugins stays. Beside the manifest of a Python plugin it writes
requirements.lock, from which the environment can be built anew.

--allow grants plugins what their manifests ask for, in the lock: it holds for
every sweep below, as long as the plugin is the one that is pinned.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer done()
			return a.lock(ctx, args, allow)
		},
	}
	cmd.Flags().BoolVar(&allow, "allow", false, "grant what the manifests ask for")
	return cmd
}

func (a *app) lock(ctx context.Context, sweeps []string, allow bool) error {
	f, err := openLock(sweeps)
	if err != nil {
		return err
	}
	t, giveBack, err := a.tools()
	if err != nil {
		return err
	}
	defer giveBack()
	if len(sweeps) == 0 {
		all, err := t.Finder.List()
		if err != nil {
			return err
		}
		for _, plug := range all {
			l, ok, err := study.LockPlugin(ctx, t, f, plug, allow)
			if err != nil {
				return err
			}
			if ok {
				a.printLocked(ctx, l)
			}
		}
	}
	for _, file := range sweeps {
		locked, err := study.LockSweep(ctx, t, f, file, allow)
		for _, l := range locked {
			a.printLocked(ctx, l)
		}
		if err != nil {
			return err
		}
	}
	if err := f.Write(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %d plugin(s), datasets of %d sweep(s)\n", f.Path(), len(f.Plugins), len(f.Datasets))
	return nil
}

// openLock finds the lock file of the first sweep, or makes a new one where the
// user stands, if that is beside or above the sweep.
func openLock(sweeps []string) (*lockfile.File, error) {
	dir := "."
	if len(sweeps) > 0 {
		dir = filepath.Dir(sweeps[0])
	}
	f, err := lockfile.Find(dir)
	if err != nil {
		return nil, usage(err, "remove the file: it is written anew")
	}
	if f != nil {
		return f, nil
	}
	if rel, err := filepath.Rel(".", dir); err == nil && !strings.HasPrefix(rel, "..") && !filepath.IsAbs(dir) {
		dir = "."
	}
	return lockfile.New(dir)
}

func (a *app) printLocked(ctx context.Context, l study.Locked) {
	if path, err := l.Plugin.WriteRequirements(ctx); err != nil {
		fmt.Fprintf(a.talk, "assay: note: its environment is not written down: %v\n", err)
	} else if path != "" {
		defer fmt.Fprintf(a.talk, "  its environment: %s\n", path)
	}
	if l.Lacks != "" {
		defer fmt.Fprintf(a.talk, "  it asks for more: allow: %s (--allow grants it here)\n", l.Lacks)
	}
	switch {
	case l.New:
		fmt.Fprintf(a.talk, "assay: locked: %s (%s)\n", l.Key, l.Method)
	case len(l.Changes) > 0:
		fmt.Fprintf(a.talk, "assay: locked anew: %s (%s)\n  %s\n", l.Key, l.Method, strings.Join(l.Changes, "\n  "))
	}
}
