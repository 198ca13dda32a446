package runner

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/probe"
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
			return &failure.Failure{Kind: failure.Probe, Reason: fmt.Sprintf("probe %s: %v", spec.Name, err)}
		}
		a.metrics = append(a.metrics, values...)
	}
	return nil
}
