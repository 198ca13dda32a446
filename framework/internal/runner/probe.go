package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
)

// probe fits the probes on the embeddings; the plugin has ended by now, or waits. One
// that cannot be fitted takes only its own numbers with it: the error tells of the
// first such.
func (a *attempt) probe(ctx context.Context) error {
	if len(a.req.Spec.Probes) == 0 {
		return nil
	}
	parts := probe.Parts{}
	for _, split := range a.recording.Splits() {
		x, unmap, err := data.ReadArray(a.files[split])
		if err != nil {
			return err
		}
		defer unmap()
		parts[split] = probe.Part{X: x, Recording: a.recording.On(split)}
	}
	var wrong error
	for _, spec := range a.req.Spec.Probes {
		a.show("probe")
		if probe.ReadsAngles(spec) {
			spec.Angles = a.req.Angles[spec.Target]
		}
		r, err := probe.Run(ctx, spec, parts, a.req.Spec.Seed)
		if err != nil {
			if ctx.Err() != nil {
				return host.Stopped(ctx)
			}
			if wrong == nil {
				about, _ := problem.Find(err) // which names the probe
				wrong = &failure.Failure{Kind: failure.Probe, Reason: err.Error(), Hint: about.Hint}
			}
			continue
		}
		a.measured = append(a.measured, spec)
		a.takeResult(spec.Name, r)
		if err := a.putArrays(spec.Name, r); err != nil {
			return err
		}
	}
	return wrong
}

// takeResult takes in what a probe said.
func (a *attempt) takeResult(name string, r probe.Result) {
	a.metrics = append(a.metrics, r.Values...)
	for _, note := range r.Notes {
		a.say(fmt.Sprintf("probe %s: %s", name, note))
	}
	for _, v := range r.Values {
		split := data.Split(v.Split)
		if split == data.Train {
			continue
		}
		if z, ok := r.Cases[split][v.Name]; ok {
			a.addCases(split, v.Name, v.Value, z)
		}
		if why, ok := r.Problems[split][v.Name]; ok {
			a.casesOn(split).Add(v.Name, nil, errors.New(why))
		}
		if lag, ok := r.Lag1[split][v.Name]; ok {
			c := a.casesOn(split)
			if c.Lag1 == nil {
				c.Lag1 = map[string]float64{}
			}
			c.Lag1[v.Name] = lag
		}
	}
}

// putArrays writes a probe's arrays beside those of the method: where these are before
// they are kept, or, of a fit that is scored again, where they have been kept.
func (a *attempt) putArrays(name string, r probe.Result) error {
	if !a.req.Keep.Arrays || a.site.Kept == "" {
		return nil
	}
	root := a.work
	if a.scored {
		root = filepath.Join(a.site.Kept, a.req.Key)
	}
	for split, arrays := range r.Arrays {
		dir := filepath.Join(root, "arrays-"+string(split))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for array, x := range arrays {
			if err := data.WriteArray(filepath.Join(dir, "probe-"+name+"-"+array+".npy"), x); err != nil {
				return err
			}
		}
	}
	return nil
}

func isProbe(err error) bool {
	f, ok := errors.AsType[*failure.Failure](err)
	return ok && f.Kind == failure.Probe
}
