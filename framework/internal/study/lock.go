package study

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// pin is what a lock keeps of a plugin, without starting it. counts says by which
// rule: see lockfile.Plugin.
func pin(ctx context.Context, plug host.Plugin, counts string) (lockfile.Plugin, error) {
	if plug.Broken != nil {
		return lockfile.Plugin{}, plug.Broken
	}
	read := plug.Contents
	if counts == lockfile.Code {
		read = plug.CodeContents
	}
	c, err := read()
	if err != nil {
		return lockfile.Plugin{}, err
	}
	out := lockfile.Plugin{Counts: counts, Digest: c.Digest, Files: c.Files}
	e, _, err := plug.Environment(ctx)
	out.Interpreter, out.Packages = e.Interpreter, e.Packages
	return out, err
}

// newRule is by which a plugin is locked now: of a Python plugin, which is a whole
// folder, the code.
func newRule(plug host.Plugin) string {
	if plug.Manifest != nil && plug.Manifest.Python != "" {
		return lockfile.Code
	}
	return ""
}

// lockKey is how the lock names a plugin: by name where it is found by name.
func lockKey(f *lockfile.File, plug host.Plugin) string {
	if plug.Origin == "path" {
		return f.Relative(plug.Where())
	}
	return plug.Name
}

// Locked is one plugin that was put into a lock file.
type Locked struct {
	Key     string // its name there
	Method  string // name and version that it gives itself
	New     bool
	Changes []string // from what the file had; none: nothing changed
}

// LockPlugin puts a third-party plugin into a lock file; ok is false for built-in
// ones, which need no lock.
func LockPlugin(ctx context.Context, t Tools, f *lockfile.File, plug host.Plugin) (l Locked, ok bool, err error) {
	if plug.Origin == "built-in" {
		return Locked{}, false, nil
	}
	is, err := pin(ctx, plug, newRule(plug))
	if err != nil {
		return Locked{}, false, fmt.Errorf("plugin %s: %w", plug.Where(), err)
	}
	d, err := t.Launcher.Describe(ctx, plug)
	if err != nil {
		return Locked{}, false, err
	}
	is.Method = d.Name + " " + d.Version
	l = Locked{Key: lockKey(f, plug), Method: is.Method}
	was, known := f.Plugins[l.Key]
	if l.New = !known; known {
		same, err := pin(ctx, plug, was.Counts) // by the rule that it was locked by
		if err != nil {
			return Locked{}, false, fmt.Errorf("plugin %s: %w", plug.Where(), err)
		}
		l.Changes = was.Changes(same)
	}
	if f.Plugins == nil {
		f.Plugins = map[string]lockfile.Plugin{}
	}
	f.Plugins[l.Key] = is
	return l, true, nil
}

// LockSweep puts the plugins and datasets of a sweep into a lock file.
func LockSweep(ctx context.Context, t Tools, f *lockfile.File, file string) ([]Locked, error) {
	sw, err := sweep.Load(file, nil)
	if err != nil {
		return nil, err
	}
	found, mistakes := findPlugins(t.Finder, sw, file)
	if err := mistakes.Sorted(); err != nil {
		return nil, err
	}
	var out []Locked
	done := map[string]bool{}
	for _, m := range sw.Methods {
		plug := found[m.ID]
		if done[plug.Where()] {
			continue
		}
		done[plug.Where()] = true
		l, ok, err := LockPlugin(ctx, t, f, plug)
		if err != nil {
			return out, fmt.Errorf("method %s: %w", m.ID, err)
		}
		if ok {
			out = append(out, l)
		}
	}
	digests := map[string]string{}
	for _, d := range sw.Datasets {
		for _, recipe := range d.Recipe.Divisions() {
			for _, seed := range sw.Seeds {
				label := datasetLabel(d.ID, recipe, seed)
				if _, ok := digests[label]; ok {
					continue
				}
				if digests[label], err = t.Builder.Build(ctx, recipe, seed); err != nil {
					return out, fmt.Errorf("dataset %s: %w", d.ID, err)
				}
			}
		}
	}
	if f.Datasets == nil {
		f.Datasets = map[string]map[string]string{}
	}
	f.Datasets[f.Relative(file)] = digests
	return out, nil
}
