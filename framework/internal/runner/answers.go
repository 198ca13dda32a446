package runner

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

func (a *attempt) embed(ctx context.Context, split data.Split, model string) error {
	a.show("embed")
	path := a.embeddingFile(split)
	if a.withheld() {
		if err := a.embedHanded(ctx, split, model, path); err != nil {
			return err
		}
	} else {
		var trailer metadata.MD
		_, err := a.proc.Calls().Embed(ctx, &wire.EmbedRequest{
			ModelDir: model, DatasetDir: a.site.Dataset(a.req.Spec.Dataset),
			Role: a.plugin.Description.EmbedRole(), Split: string(split), OutPath: path,
		}, grpc.Trailer(&trailer))
		if err != nil {
			return a.proc.Explain(ctx, "Embed", err, trailer)
		}
	}
	e, own, err := a.takeOver(path, a.recording.On(split).Len())
	if err != nil {
		return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Embed, split %s: %v", split, err),
			Hint: "Embed writes a float32 .npy [samples x dims] with a finite row for every sample"})
	}
	if a.embeddings == nil {
		a.embeddings = map[string]trial.Embedding{}
	}
	a.embeddings[string(split)], a.files[split] = e, own
	return nil
}

func (a *attempt) evaluate(ctx context.Context, split data.Split) error {
	a.show("evaluate")
	arrays := ""
	if a.req.Keep.Arrays && len(a.plugin.Description.Arrays) > 0 {
		arrays = filepath.Join(a.work, "arrays-"+string(split))
		if err := os.Mkdir(arrays, 0o700); err != nil {
			return err
		}
	}
	dir, err := a.evaluateDir()
	if err != nil {
		return err
	}
	var trailer metadata.MD
	reply, err := a.proc.Calls().Evaluate(ctx, &wire.EvaluateRequest{
		ModelDir: a.modelDir(), DatasetDir: dir,
		Role: a.plugin.Description.EmbedRole(), Split: string(split), ArraysDir: arrays, Cases: split != data.Train,
	}, grpc.Trailer(&trailer))
	if err != nil {
		return a.proc.Explain(ctx, "Evaluate", err, trailer)
	}
	for _, name := range slices.Sorted(maps.Keys(reply.Metrics)) {
		value := reply.Metrics[name]
		info, ok := a.plugin.Description.Metric(name)
		if !ok {
			return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Evaluate reported the metric %q, which Describe does not declare", name)})
		}
		if !finite(value) {
			return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Evaluate: metric %s on split %s is %v", name, split, value),
				Hint: "training may have diverged: try a smaller learning rate; a metric that cannot be computed should be left out"})
		}
		a.metrics = append(a.metrics, metric.Value{Name: name, Split: string(split), Goal: info.Goal, Value: value})
		if c, ok := reply.Cases[name]; ok && split != data.Train {
			a.addCases(split, name, value, c.Values)
		}
	}
	return nil
}

// addCases takes in the numbers per case of a metric. Numbers that are not the
// metric's would make intervals of something else: they stay out, and why is kept.
func (a *attempt) addCases(split data.Split, name string, value float64, z []float64) {
	c := a.casesOn(split)
	err := metric.Cases{name: z}.Check(name, value, len(c.Sizes))
	if err != nil && a.proc != nil {
		a.proc.Log().Line("numbers per case are left out: " + err.Error())
	}
	c.Add(name, z, err)
}

// casesOn are the cases of a part.
func (a *attempt) casesOn(split data.Split) *trial.Cases {
	c, ok := a.cases[split]
	if !ok {
		made := trial.CasesOf(a.recording.On(split), split)
		c = &made
		a.cases[split] = c
	}
	return c
}
