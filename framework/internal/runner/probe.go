package runner

import (
	"context"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
)

// probe fits the probes on the embeddings; the plugin has ended by now, or waits.
func (a *attempt) probe(ctx context.Context) error {
	if len(a.req.Spec.Probes) == 0 {
		return nil
	}
	parts := probe.Parts{}
	for _, split := range a.recording.Splits() {
		x, unmap, err := data.ReadArray(a.embeddingFile(split))
		if err != nil {
			return err
		}
		defer unmap()
		parts[split] = probe.Part{X: x, Recording: a.recording.On(split)}
	}
	for _, spec := range a.req.Spec.Probes {
		a.show("probe")
		values, err := probe.Run(ctx, spec, parts, a.req.Spec.Seed)
		if err != nil {
			if ctx.Err() != nil {
				return host.Stopped(ctx)
			}
			about, _ := problem.Find(err) // which names the probe
			return &failure.Failure{Kind: failure.Probe, Reason: err.Error(), Hint: about.Hint}
		}
		a.metrics = append(a.metrics, values...)
	}
	return nil
}
