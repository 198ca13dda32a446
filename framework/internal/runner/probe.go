package runner

import (
	"context"
	"errors"
	"fmt"

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
		a.metrics, a.measured = append(a.metrics, r.Values...), append(a.measured, spec)
		for _, note := range r.Notes {
			a.say(fmt.Sprintf("probe %s: %s", spec.Name, note))
		}
		for _, v := range r.Values {
			split := data.Split(v.Split)
			if z, ok := r.Cases[split][v.Name]; ok && split != data.Train {
				a.addCases(split, v.Name, v.Value, z)
			}
		}
	}
	return wrong
}

func isProbe(err error) bool {
	f, ok := errors.AsType[*failure.Failure](err)
	return ok && f.Kind == failure.Probe
}
