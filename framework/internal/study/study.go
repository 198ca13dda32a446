// Package study carries out a sweep against a store: it asks the strategies for
// configurations, makes requests of them, has an executor run these, records what
// comes back, tells the strategies, and makes rows and tables of what is known.
//
// [Open] reads a sweep with everything that it names; [Study.Plan] says what is
// known of its trials; [Study.Run] runs what is not.
package study

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Tools are what a study works with on this machine.
type Tools struct {
	Finder   *host.Finder
	Launcher *host.Launcher
	Builder  *source.Builder
	Build    build.Build                      // of assay itself
	Jobs     int                              // trials at a time where the sweep does not say; 0: as many as fit the cores
	Note     func(format string, args ...any) // a line for the user who waits
}

// Study is one sweep with everything it names found and checked.
type Study struct {
	Tools
	Sweep   *sweep.Sweep
	plugins map[string]runner.Plugin  // by method id
	digests map[string]string         // of datasets: by id, and by id and seed
	trials  map[string]map[string]int // behavioural trials in the parts of datasets that are divided several times
	recipes map[recipeKey]*source.Dataset
	shared  map[string]*store.Probes    // what points have in common
	abouts  map[string]data.About       // as digests: equal numbers may be about different things
	wanted  map[[2]string]*store.Probes // of a method on a dataset, by its label
	looked  map[string]*embedded        // recordings, by label of the dataset and role
	origin  trial.Provenance            // what all trials of this run share
	jobs    int                         // trials at a time that a run was asked for
	pins    *Pins                       // what assay.lock says; nil where nobody asks

	strategist *host.Strategist // that the sweep searches with, if it is a plugin
}

// Open reads a sweep file, asks its plugins what they are, and checks the one
// against the other. With pins they are held against assay.lock before any of
// them is started.
func Open(ctx context.Context, t Tools, file string, sets []string, pins *Pins) (*Study, error) {
	sw, err := sweep.Load(file, sets)
	if err != nil {
		return nil, err
	}
	s := &Study{Tools: t, Sweep: sw, digests: map[string]string{}, trials: map[string]map[string]int{}, shared: map[string]*store.Probes{},
		wanted: map[[2]string]*store.Probes{}, looked: map[string]*embedded{}, abouts: map[string]data.About{}, pins: pins}
	if sw.Limits.Confine != "" && t.Launcher.Confine != host.ConfineRequired { // which nobody takes back
		t.Launcher.Confine = host.Confine(sw.Limits.Confine)
	}
	found, mistakes := findPlugins(t.Finder, sw, file)
	if pins != nil {
		if err := pins.open(ctx, t, sw, found, file); err != nil {
			return nil, err
		}
	}
	failed := s.describe(ctx, found)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	bound, _ := errors.AsType[problem.List](sw.Bind(s.descriptions()))
	if err := errors.Join(append(mistakes, bound...).Sorted(), failed, s.distinct(), s.enough()); err != nil {
		return nil, err
	}
	if err := s.openStrategy(ctx, file); err != nil {
		return nil, err
	}
	s.origin = origin(t.Build)
	return s, nil
}

// findPlugins finds the plugins of a sweep, by method id.
func findPlugins(f *host.Finder, sw *sweep.Sweep, file string) (map[string]host.Plugin, problem.List) {
	out, mistakes := map[string]host.Plugin{}, problem.List{}
	for _, m := range sw.Methods {
		p, err := f.Find(m.Plugin, filepath.Dir(file))
		if err != nil {
			mistakes = append(mistakes, problem.All(sw.At(fmt.Errorf("method %s: %w", m.ID, err), "methods", m.ID, "plugin"))...)
			continue
		}
		out[m.ID] = p
	}
	return out, mistakes
}

// describe asks every plugin that was found once what it is. Those that cannot
// say it are in the error, joined.
func (s *Study) describe(ctx context.Context, found map[string]host.Plugin) error {
	s.plugins = map[string]runner.Plugin{}
	described := map[string]framework.Description{}
	asked := map[string]bool{}
	var failed []error
	for _, m := range s.Sweep.Methods {
		p, ok := found[m.ID]
		if !ok {
			continue
		}
		if !asked[m.Plugin] {
			asked[m.Plugin] = true
			d, err := s.Launcher.Describe(ctx, p)
			if err != nil {
				failed = append(failed, s.Sweep.At(fmt.Errorf("method %s: %w", m.ID, err), "methods", m.ID, "plugin"))
				continue
			}
			described[m.Plugin] = d
		}
		if d, ok := described[m.Plugin]; ok {
			s.plugins[m.ID] = runner.Plugin{Plugin: p, Description: d}
		}
	}
	return errors.Join(failed...)
}

func (s *Study) descriptions() map[string]framework.Description {
	out := map[string]framework.Description{}
	for id, p := range s.plugins {
		out[id] = p.Description
	}
	return out
}

// distinct refuses two executables that give themselves one name and version:
// their trials could not be told apart.
func (s *Study) distinct() error {
	first := map[string]string{} // name and version -> method id
	for _, m := range s.Sweep.Methods {
		p, ok := s.plugins[m.ID]
		if !ok {
			continue
		}
		name := p.Description.Name + " " + p.Description.Version
		if other, ok := first[name]; ok && s.plugins[other].Where() != s.plugins[m.ID].Where() {
			return s.Sweep.At(problem.Usage(fmt.Errorf("methods %s and %s: two plugins call themselves %s: %s and %s", other, m.ID, name, s.plugins[other].Where(), p.Where()),
				"a trial is known by its method's name and version: give one of the plugins another"), "methods", m.ID)
		}
		first[name] = m.ID
	}
	return nil
}

// enough refuses a sweep that allows less memory than a plugin needs.
func (s *Study) enough() error {
	var errs []error
	for _, m := range s.Sweep.Methods {
		need, limit := s.plugins[m.ID].Needs().Memory, s.Sweep.Limits.Memory
		if limit > 0 && need > limit {
			errs = append(errs, s.Sweep.At(problem.Usage(fmt.Errorf("method %s: %s needs %s of memory; limits.memory is %s", m.ID, s.plugins[m.ID].Where(), bytesize.Format(need), bytesize.Format(limit)),
				"raise limits.memory in the sweep"), "limits", "memory"))
		}
	}
	return errors.Join(errs...)
}

// Workers is how many trials run at a time: what the user asks for now, what the
// sweep says, what this machine is set to, or what its cores can do.
func (s *Study) Workers(asked int) int {
	for _, n := range []int{asked, s.Sweep.Run.Jobs, s.Jobs} {
		if n > 0 {
			return n
		}
	}
	return max(1, runtime.NumCPU()/s.threads())
}

func (s *Study) threads() int { return max(1, s.Sweep.Limits.Threads) }

// Description is what the plugin of a method of the sweep says of itself.
func (s *Study) Description(method string) framework.Description {
	return s.plugins[method].Description
}
