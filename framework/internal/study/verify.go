package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// Verify runs a recorded trial again, as any trial is run, and lists what differs.
// A plugin named by a relative path is looked for from dir.
func Verify(ctx context.Context, t Tools, old trial.Record, dir string) ([]string, error) {
	now, other, err := Rerun(ctx, t, old, Again{Recipe: old.Provenance.Recipe, Plugin: old.Provenance.Plugin, Dir: dir})
	switch {
	case err != nil:
		return nil, err
	case other != "":
		return []string{other}, nil
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
