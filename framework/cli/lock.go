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

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// pins hold what a sweep uses against assay.lock. The nil pins ask for nothing.
type pins struct {
	strict   bool // --locked: what differs or is missing is an error
	lock     *lockfile.File
	sweep    string             // as the lock names it
	plugins  map[string]verdict // by Where()
	packages map[string]string  // digest of the environment, by Where()
	datasets map[string]verdict // by label
}

// verdict is what the lock says of one thing: one of trial.Locked, ...
type verdict string

func newPins(strict bool) *pins {
	return &pins{strict: strict, plugins: map[string]verdict{}, packages: map[string]string{}, datasets: map[string]verdict{}}
}

// open reads the lock and looks at every third-party plugin of the session.
func (p *pins) open(ctx context.Context, a *app, s *session, file string) error {
	var err error
	if p.lock, err = lockfile.Find(filepath.Dir(file)); err != nil {
		return usage(err, "\"assay plugin lock\" writes the file anew once it is removed")
	}
	if p.lock == nil && p.strict {
		return usage(fmt.Errorf("there is no %s in %s or above", lockfile.Name, filepath.Dir(file)), fmt.Sprintf("\"assay plugin lock %s\" writes one", file))
	}
	if p.lock != nil {
		p.sweep = p.lock.Relative(file)
	}
	for _, m := range s.sweep.Methods {
		plug := s.plugins[m.ID]
		if _, seen := p.plugins[plug.Where()]; seen || plug.Broken != nil { // which the start will say
			continue
		}
		if p.plugins[plug.Where()], err = p.plugin(ctx, a, plug, file); err != nil {
			return err
		}
	}
	return nil
}

func (p *pins) plugin(ctx context.Context, a *app, plug host.Plugin, file string) (verdict, error) {
	if plug.Origin == "built-in" { // as trustworthy as this binary
		return trial.Locked, nil
	}
	is, err := pin(ctx, plug)
	if err != nil {
		if p.strict {
			return "", advise(fmt.Errorf("plugin %s: %w", plug.Where(), err), "")
		}
		return trial.Unlocked, nil // the start will say what is wrong
	}
	if is.Interpreter != "" {
		p.packages[plug.Where()] = host.Environment{Interpreter: is.Interpreter, Packages: is.Packages}.Digest()
	}
	if p.lock == nil {
		return "", nil
	}
	was, ok := p.lock.Plugins[lockKey(p.lock, plug)]
	if !ok {
		if p.strict {
			return "", usage(fmt.Errorf("plugin %s is not in %s", plug.Where(), p.lock.Path()), fmt.Sprintf("look at it, then \"assay plugin lock %s\" adds it", file))
		}
		return trial.Unlocked, nil
	}
	changes := was.Changes(is)
	if len(changes) == 0 {
		return trial.Locked, nil
	}
	text := fmt.Sprintf("plugin %s differs from %s:\n  %s", plug.Where(), p.lock.Path(), strings.Join(changes, "\n  "))
	if p.strict {
		return "", usage(fmt.Errorf("%s", text), fmt.Sprintf("\"assay plugin lock %s\" accepts it; without --locked it runs, marked as override in the records", file))
	}
	fmt.Fprintf(a.talk, "assay: note: %s\nassay: its trials are marked as override in the records\n", text)
	return trial.Override, nil
}

// dataset holds the digest of a dataset against the lock.
func (p *pins) dataset(a *app, label, digest string) error {
	if p == nil || p.lock == nil {
		return nil
	}
	was, ok := p.lock.Datasets[p.sweep][label]
	switch {
	case ok && was == digest:
		p.datasets[label] = trial.Locked
	case !ok && p.strict:
		return usage(fmt.Errorf("dataset %s of %s is not in %s", label, p.sweep, p.lock.Path()), "\"assay plugin lock\" with the sweep adds it")
	case !ok:
		p.datasets[label] = trial.Unlocked
	case p.strict:
		return usage(fmt.Errorf("dataset %s of %s differs from %s: it is %s, was %s", label, p.sweep, p.lock.Path(), digest, was),
			"its file, recipe or split has changed; \"assay plugin lock\" with the sweep accepts it")
	default:
		fmt.Fprintf(a.talk, "assay: note: dataset %s differs from %s: it is %s, was %s\n", label, p.lock.Path(), digest, was)
		p.datasets[label] = trial.Override
	}
	return nil
}

// state is what a record says: the digest of the plugin's environment, and the
// worse of the verdicts over plugin and dataset.
func (p *pins) state(plug host.Plugin, dataset string) (packages, lock string) {
	if p == nil {
		return "", ""
	}
	packages = p.packages[plug.Where()]
	if p.lock == nil {
		return packages, ""
	}
	for _, v := range []verdict{trial.Override, trial.Unlocked} {
		if p.plugins[plug.Where()] == v || p.datasets[dataset] == v {
			return packages, string(v)
		}
	}
	return packages, trial.Locked
}

// pin is what a lock keeps of a plugin, without starting it.
func pin(ctx context.Context, plug host.Plugin) (lockfile.Plugin, error) {
	if plug.Broken != nil {
		return lockfile.Plugin{}, plug.Broken
	}
	c, err := plug.Contents()
	if err != nil {
		return lockfile.Plugin{}, err
	}
	out := lockfile.Plugin{Digest: c.Digest, Files: c.Files}
	e, _, err := plug.Environment(ctx)
	out.Interpreter, out.Packages = e.Interpreter, e.Packages
	return out, err
}

// lockKey is how the lock names a plugin: by name where it is found by name.
func lockKey(f *lockfile.File, plug host.Plugin) string {
	if plug.Origin == "path" {
		return f.Relative(plug.Where())
	}
	return plug.Name
}

func datasetLabel(id string, recipe source.Dataset, seed uint64) string {
	if recipe.Redrawn() {
		return fmt.Sprintf("%s, seed %d", id, seed)
	}
	return id
}

func (a *app) pluginLock() *cobra.Command {
	return &cobra.Command{
		Use:   "lock [SWEEP...]",
		Args:  cobra.ArbitraryArgs,
		Short: "Write the digests of third-party plugins and datasets into assay.lock",
		Long: `Lock writes down which plugins and datasets the sweeps use, by SHA-256, so that
"assay run --locked" can refuse others. Without a sweep it locks every
third-party plugin that "assay plugin list" shows. What the lock holds of other
sweeps and plugins stays.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, done := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer done()
			return a.lock(ctx, args)
		},
	}
}

func (a *app) lock(ctx context.Context, sweeps []string) error {
	dir := "."
	if len(sweeps) > 0 {
		dir = filepath.Dir(sweeps[0])
	}
	f, err := lockfile.Find(dir)
	if err != nil {
		return usage(err, "remove the file: it is written anew")
	}
	if f == nil {
		if rel, err := filepath.Rel(".", dir); err == nil && !strings.HasPrefix(rel, "..") && !filepath.IsAbs(dir) {
			dir = "." // beside or above the sweep
		}
		if f, err = lockfile.New(dir); err != nil {
			return err
		}
	}
	launcher, err := a.newLauncher()
	if err != nil {
		return err
	}
	defer launcher.Close()
	if len(sweeps) == 0 {
		all, err := a.finder().List()
		if err != nil {
			return err
		}
		for _, plug := range all {
			if err := a.lockPlugin(ctx, f, launcher, plug); err != nil {
				return err
			}
		}
	}
	for _, file := range sweeps {
		if err := a.lockSweep(ctx, f, launcher, file); err != nil {
			return err
		}
	}
	if err := f.Write(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %d plugin(s), datasets of %d sweep(s)\n", f.Path(), len(f.Plugins), len(f.Datasets))
	return nil
}

func (a *app) lockPlugin(ctx context.Context, f *lockfile.File, launcher *host.Launcher, plug host.Plugin) error {
	if plug.Origin == "built-in" {
		return nil
	}
	is, err := pin(ctx, plug)
	if err != nil {
		return fmt.Errorf("plugin %s: %w", plug.Where(), err)
	}
	d, err := launcher.Describe(ctx, plug)
	if err != nil {
		return err
	}
	is.Method = d.Name + " " + d.Version
	key := lockKey(f, plug)
	was, known := f.Plugins[key]
	switch changes := was.Changes(is); {
	case !known:
		fmt.Fprintf(a.talk, "assay: locked: %s (%s)\n", key, is.Method)
	case len(changes) > 0:
		fmt.Fprintf(a.talk, "assay: locked anew: %s (%s)\n  %s\n", key, is.Method, strings.Join(changes, "\n  "))
	}
	if f.Plugins == nil {
		f.Plugins = map[string]lockfile.Plugin{}
	}
	f.Plugins[key] = is
	return nil
}

func (a *app) lockSweep(ctx context.Context, f *lockfile.File, launcher *host.Launcher, file string) error {
	sw, err := sweep.Load(file, nil)
	if err != nil {
		return err
	}
	found, err := a.findPlugins(sw, file)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, m := range sw.Methods {
		if plug := found[m.ID]; !done[plug.Where()] {
			done[plug.Where()] = true
			if err := a.lockPlugin(ctx, f, launcher, plug); err != nil {
				return fmt.Errorf("method %s: %w", m.ID, err)
			}
		}
	}
	builder, err := a.newBuilder()
	if err != nil {
		return err
	}
	digests := map[string]string{}
	for _, d := range sw.Datasets {
		for _, seed := range sw.Seeds {
			label := datasetLabel(d.ID, d.Recipe, seed)
			if _, ok := digests[label]; ok {
				continue
			}
			if digests[label], err = builder.Build(ctx, d.Recipe, seed); err != nil {
				return fmt.Errorf("dataset %s: %w", d.ID, err)
			}
		}
	}
	if f.Datasets == nil {
		f.Datasets = map[string]map[string]string{}
	}
	f.Datasets[f.Relative(file)] = digests
	return nil
}
