package study

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Pins hold what a sweep uses against assay.lock. The nil Pins ask for nothing.
type Pins struct {
	strict   bool // what differs or is missing is an error
	lock     *lockfile.File
	sweep    string                 // as the lock names it
	plugins  map[string]verdict     // by Where()
	packages map[string]string      // digest of the environment, by Where()
	datasets map[string]verdict     // by label
	grants   map[string]trial.Grant // by Where(): what the lock grants
}

// verdict is what the lock says of one thing: one of trial.Locked, ...
type verdict string

// NewPins are those of a run; strict is --locked.
func NewPins(strict bool) *Pins {
	return &Pins{strict: strict, plugins: map[string]verdict{}, packages: map[string]string{}, datasets: map[string]verdict{}, grants: map[string]trial.Grant{}}
}

// open reads the lock and looks at every third-party plugin of the sweep.
func (p *Pins) open(ctx context.Context, t Tools, sw *sweep.Sweep, found map[string]host.Plugin, file string) error {
	var err error
	if p.lock, err = lockfile.Find(filepath.Dir(file)); err != nil {
		return problem.Usage(err, "\"assay plugin lock\" writes the file anew once it is removed")
	}
	if p.lock == nil && p.strict {
		return problem.Usage(fmt.Errorf("there is no %s in %s or above", lockfile.Name, filepath.Dir(file)), fmt.Sprintf("\"assay plugin lock %s\" writes one", file))
	}
	if p.lock != nil {
		p.sweep = p.lock.Relative(file)
	}
	for _, m := range sw.Methods {
		plug, ok := found[m.ID]
		if !ok {
			continue
		}
		if _, seen := p.plugins[plug.Where()]; seen || plug.Broken != nil { // which the start will say
			continue
		}
		if p.plugins[plug.Where()], err = p.plugin(ctx, t, plug, file); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pins) plugin(ctx context.Context, t Tools, plug host.Plugin, file string) (verdict, error) {
	if plug.Origin == "built-in" { // as trustworthy as this binary
		return trial.Locked, nil
	}
	var was lockfile.Plugin
	ok := false
	if p.lock != nil {
		was, ok = p.lock.Plugins[lockKey(p.lock, plug)]
	}
	is, err := pin(ctx, plug, was.Counts) // by the rule that it was locked by
	if err != nil {
		if p.strict {
			return "", fmt.Errorf("plugin %s: %w", plug.Where(), err)
		}
		return trial.Unlocked, nil // the start will say what is wrong
	}
	if is.Interpreter != "" {
		p.packages[plug.Where()] = host.Environment{Interpreter: is.Interpreter, Packages: is.Packages}.Digest()
	}
	if p.lock == nil {
		return "", nil
	}
	if !ok {
		if p.strict {
			return "", problem.Usage(fmt.Errorf("plugin %s is not in %s", plug.Where(), p.lock.Path()), fmt.Sprintf("look at it, then \"assay plugin lock %s\" adds it", file))
		}
		return trial.Unlocked, nil
	}
	changes := was.Changes(is)
	if len(changes) == 0 {
		if was.Allow != nil {
			if p.grants[plug.Where()], err = grantOf(p.lock, was.Allow); err != nil {
				return "", problem.Usage(fmt.Errorf("%s: plugin %s: allow: %w", p.lock.Path(), lockKey(p.lock, plug), err), "\"assay plugin lock --allow\" writes what its manifest asks for")
			}
		}
		return trial.Locked, nil
	}
	if was.Allow != nil {
		changes = append(changes, "what the lock grants it does not hold for another plugin")
	}
	text := fmt.Sprintf("plugin %s differs from %s:\n  %s", plug.Where(), p.lock.Path(), strings.Join(changes, "\n  "))
	if p.strict {
		return "", problem.Usage(fmt.Errorf("%s", text), fmt.Sprintf("\"assay plugin lock %s\" accepts it; without --locked it runs, marked as override in the records", file))
	}
	t.Note("note: %s", text)
	t.Note("its trials are marked as override in the records")
	return trial.Override, nil
}

// dataset holds the digest of a dataset against the lock.
func (p *Pins) dataset(note func(string, ...any), label, digest string) error {
	if p == nil || p.lock == nil {
		return nil
	}
	was, ok := p.lock.Datasets[p.sweep][label]
	switch {
	case ok && was == digest:
		p.datasets[label] = trial.Locked
	case !ok && p.strict:
		return problem.Usage(fmt.Errorf("dataset %s of %s is not in %s", label, p.sweep, p.lock.Path()), "\"assay plugin lock\" with the sweep adds it")
	case !ok:
		p.datasets[label] = trial.Unlocked
	case p.strict:
		return problem.Usage(fmt.Errorf("dataset %s of %s differs from %s: it is %s, was %s", label, p.sweep, p.lock.Path(), digest, was),
			"its file, recipe or split has changed; \"assay plugin lock\" with the sweep accepts it")
	default:
		note("note: dataset %s differs from %s: it is %s, was %s", label, p.lock.Path(), digest, was)
		p.datasets[label] = trial.Override
	}
	return nil
}

// state is what a record says: the digest of the plugin's environment, and the
// worse of the verdicts over plugin and dataset.
func (p *Pins) state(plug host.Plugin, dataset string) (packages, lock string) {
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

// granted is what the lock grants a plugin that is the one it pins.
func (p *Pins) granted(plug host.Plugin) trial.Grant {
	if p == nil {
		return trial.Grant{}
	}
	return p.grants[plug.Where()]
}

// environment is the digest of a plugin's environment now, where somebody has looked.
func (p *Pins) environment(plug host.Plugin) string {
	if p == nil {
		return ""
	}
	return p.packages[plug.Where()]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
