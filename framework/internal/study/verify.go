package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// Verify runs a recorded trial again, as any trial is run, and lists what differs.
// A plugin named by a relative path is looked for from dir.
func Verify(ctx context.Context, t Tools, old trial.Record, dir string) ([]string, error) {
	digest, err := t.Builder.Build(ctx, old.Provenance.Recipe, old.Spec.Seed)
	if err != nil {
		return nil, err
	}
	if digest != old.Spec.Dataset {
		return []string{fmt.Sprintf("the dataset is another one now: %s, was %s", digest, old.Spec.Dataset)}, nil
	}
	p, err := t.Finder.Find(old.Provenance.Plugin, dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.Where()); err != nil && p.Origin == "path" {
		return nil, problem.Advise(fmt.Errorf("the trial's plugin %s is not at %s", old.Provenance.Plugin, p.Where()), "the path is relative to the sweep: name that with --sweep FILE")
	}
	d, err := t.Launcher.Describe(ctx, p)
	if err != nil {
		return nil, err
	}
	if d.Version != old.Spec.Version {
		return []string{fmt.Sprintf("the method is version %s now, was %s", d.Version, old.Spec.Version)}, nil
	}
	work, err := os.MkdirTemp("", "assay-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	site := runner.Site{
		Plugin: func(context.Context, trial.PluginRef) (runner.Plugin, error) {
			return runner.Plugin{Plugin: p, Description: d}, nil
		},
		Dataset: t.Builder.Cache.Dir,
		Work:    work,
	}
	r := runner.New(runner.With(t.Launcher), 0)
	defer r.Close()
	now := r.Run(ctx, trial.Request{
		Attempt: "verify", Number: 1, Key: old.Key, Spec: old.Spec, Resources: trial.Resources{CPUs: old.Provenance.Threads},
	}, site, nil).Record
	if now.Failure != nil {
		return nil, errors.Join(errors.New("the trial failed this time"), now.Failure)
	}
	return Differences(old, now), nil
}

// Differences lists the numbers and arrays of a trial that are not the same now.
func Differences(old, now trial.Record) []string {
	var diff []string
	was, is := inOrder(old.Metrics), inOrder(now.Metrics)
	if len(was) != len(is) {
		diff = append(diff, fmt.Sprintf("%d metrics, were %d", len(is), len(was)))
	}
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			diff = append(diff, fmt.Sprintf("%s on %s: %v, was %v", is[i].Name, is[i].Split, is[i].Value, was[i].Value))
		}
	}
	for _, split := range sortedKeys(old.Embeddings) {
		if old.Embeddings[split].SHA256 != now.Embeddings[split].SHA256 {
			diff = append(diff, fmt.Sprintf("the embedding of split %s has other bytes", split))
		}
	}
	return diff
}

// inOrder sorts values for people: by name, then split.
func inOrder(values []metric.Value) []metric.Value {
	out := slices.Clone(values)
	slices.SortFunc(out, func(a, b metric.Value) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Split, b.Split))
	})
	return out
}
