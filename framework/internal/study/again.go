package study

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Again is what a recorded trial needs to be run again.
type Again struct {
	Recipe source.Dataset // of its dataset, as files lie here
	Plugin string         // as its sweep names it
	Dir    string         // of the sweep: a relative path of a plugin starts there
}

// Rerun runs a recorded trial again, as any trial is run; other says why there is
// nothing to compare: what the trial is made of is another thing now.
func Rerun(ctx context.Context, t Tools, old trial.Record, from Again) (now trial.Record, other string, err error) {
	made, err := t.Builder.Make(ctx, from.Recipe, old.Spec.Seed)
	if err != nil {
		return now, "", err
	}
	if made.Digest != old.Spec.Dataset {
		return now, fmt.Sprintf("the dataset is another one now: %s, was %s", made.Digest, old.Spec.Dataset), nil
	}
	p, err := t.Finder.Find(from.Plugin, from.Dir)
	if err != nil {
		return now, "", err
	}
	if _, err := os.Stat(p.Where()); err != nil && p.Origin == "path" {
		return now, "", problem.Advise(fmt.Errorf("the trial's plugin %s is not at %s", from.Plugin, p.Where()), "the path is relative to the sweep: name that with --sweep FILE")
	}
	d, err := t.Launcher.Describe(ctx, p)
	if err != nil {
		return now, "", err
	}
	if d.Version != old.Spec.Version {
		return now, fmt.Sprintf("the method is version %s now, was %s", d.Version, old.Spec.Version), nil
	}
	work, err := os.MkdirTemp("", "assay-verify-")
	if err != nil {
		return now, "", err
	}
	defer os.RemoveAll(work)
	site := runner.Site{
		Plugin: func(context.Context, trial.PluginRef) (runner.Plugin, error) {
			return runner.Plugin{Plugin: p, Description: d}, nil
		},
		Dataset: t.Builder.Cache.Dir,
		Work:    work,
	}
	req := trial.Request{
		Attempt: "verify", Number: 1, Key: old.Key, Spec: old.Spec, Resources: trial.Resources{CPUs: old.Provenance.Threads},
		Angles: map[string][]float64{}, Measured: old.Measured,
	}
	for _, probe := range old.Spec.Probes { // those that were scored by angles are again
		about := old.Measured[probe.Name].About
		if about == "" {
			continue
		}
		angles := made.About.Recordings[d.EmbedRole()].Targets[probe.Target].Angles
		if trial.AboutAngles(angles) != about { // a fit keeps the recipe that it was trained by, and may be scored by another
			return now, fmt.Sprintf("probe %s was scored by angles of classes that the recorded recipe of the dataset does not say", probe.Name), nil
		}
		req.Angles[probe.Target] = angles
	}
	r := runner.New(runner.With(t.Launcher), 0)
	defer r.Close()
	now = r.Run(ctx, req, site, nil).Record
	if now.Failure != nil {
		return now, "", errors.Join(errors.New("the trial failed this time"), now.Failure)
	}
	return now, "", nil
}
