package study

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
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
	Lacks   string   // what its manifest asks for and the lock does not grant
	Plugin  host.Plugin
}

// LockPlugin puts a third-party plugin into a lock file; ok is false for built-in
// ones, which need no lock. With allow it grants what the manifest asks for; without,
// what the lock granted before stays.
func LockPlugin(ctx context.Context, t Tools, f *lockfile.File, plug host.Plugin, allow bool) (l Locked, ok bool, err error) {
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
	l = Locked{Key: lockKey(f, plug), Method: is.Method, Plugin: plug}
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
	if is.Allow = was.Allow; allow {
		is.Allow = allowOf(f, plug.Needs().Access)
	}
	given := trial.Grant{}
	if is.Allow != nil {
		if given, err = grantOf(f, is.Allow); err != nil {
			return Locked{}, false, problem.Usage(fmt.Errorf("%s: plugin %s: allow: %w", f.Path(), l.Key, err), "--allow writes what its manifest asks for")
		}
	}
	l.Lacks = given.Lacks(plug.Needs().Access)
	f.Plugins[l.Key] = is
	return l, true, nil
}

// LockSweep puts the plugins and datasets of a sweep into a lock file.
func LockSweep(ctx context.Context, t Tools, f *lockfile.File, file string, allow bool) ([]Locked, error) {
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
		l, ok, err := LockPlugin(ctx, t, f, plug, allow)
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
