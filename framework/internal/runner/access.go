package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Where a protocol says what a method may see of the recording that it is tested on, the
// plugin never gets the dataset itself. What it gets instead is made of it in the
// attempt's own folder:
//
//	Train     the samples that train and validate: no sample of a test part is there
//	Embed     the embedded recording without labels; where nothing of it may be seen in
//	          training, one behavioural trial of the test part at a time
//	Evaluate  everything, once all embeddings are written
//
// Targets that say when a sample is, and not what is decoded, stay.
const whenTarget = "time"

// withheld reports whether the plugin gets less than the dataset.
func (a *attempt) withheld() bool { return a.req.Spec.Fold != "" }

// trialByTrial reports whether test trials are embedded each by itself.
func (a *attempt) trialByTrial(split data.Split) bool {
	fold := a.req.Spec.Fold
	return split == data.Test && (fold == source.AccessNone || fold == source.AccessTrialwise)
}

// trainDir is the dataset that Train gets.
func (a *attempt) trainDir() (string, error) {
	if !a.withheld() {
		return a.site.Dataset(a.req.Spec.Dataset), nil
	}
	recs := map[string]*data.Recording{}
	for role, r := range a.dataset.Recordings {
		if recs[role] = r; r.Split == nil {
			continue
		}
		var rows []int
		for i, s := range r.Split {
			if s == data.Train || s == data.Val {
				rows = append(rows, i)
			}
		}
		if len(rows) == 0 {
			return "", &failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("the protocol leaves nothing to train on in role %s", role), Hint: "let a part of the target be seen, or let the other members stand in main (sources: main)"}
		}
		recs[role] = r.Subset(rows)
	}
	return a.hand(recs)
}

// hand writes a dataset into the attempt's folder.
func (a *attempt) hand(recs map[string]*data.Recording) (string, error) {
	cache, err := data.OpenCache(filepath.Join(a.work, "handed"))
	if err != nil {
		return "", err
	}
	digest, err := cache.Put(recs)
	return cache.Dir(digest), err
}

// unlabelled is a recording without what is decoded.
func unlabelled(r *data.Recording) *data.Recording {
	out := *r
	out.Targets = slices.DeleteFunc(slices.Clone(r.Targets), func(t data.Target) bool { return t.Name != whenTarget })
	return &out
}

// embedHanded is embed of what the protocol lets be seen.
func (a *attempt) embedHanded(ctx context.Context, split data.Split, model, path string) error {
	role := a.plugin.Description.EmbedRole()
	one := func(r *data.Recording, out string) error {
		dir, err := a.hand(map[string]*data.Recording{role: unlabelled(r)})
		if err != nil {
			return err
		}
		var trailer metadata.MD
		_, err = a.proc.Calls().Embed(ctx, &wire.EmbedRequest{ModelDir: model, DatasetDir: dir, Role: role, Split: string(split), OutPath: out}, grpc.Trailer(&trailer))
		if err != nil {
			return a.proc.Explain(ctx, "Embed", err, trailer)
		}
		return nil
	}
	if !a.trialByTrial(split) {
		return one(a.recording, path)
	}
	part := a.recording.On(split)
	var all data.Array
	for first := 0; first < part.Len(); {
		var rows []int
		for i := first; i < part.Len() && part.Trial[i] == part.Trial[first]; i++ {
			rows = append(rows, i)
		}
		first += len(rows)
		piece := path + ".trial.npy"
		if err := one(part.Subset(rows), piece); err != nil {
			return err
		}
		if err := a.appendRows(&all, piece, len(rows)); err != nil {
			return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Embed of one trial, split %s: %v", split, err),
				Hint: "Embed writes a float32 .npy [samples x dims] with a finite row for every sample, and of every trial the same dims"})
		}
		if err := os.Remove(piece); err != nil {
			return err
		}
	}
	return data.WriteArray(path, all)
}

// appendRows adds an embedding that a plugin wrote.
func (a *attempt) appendRows(all *data.Array, path string, samples int) error {
	_, own, err := a.takeOver(path, samples)
	if err != nil {
		return err
	}
	defer os.Remove(own)
	x, unmap, err := data.ReadArray(own)
	if err != nil {
		return err
	}
	defer unmap()
	if all.Shape == nil {
		all.Shape = []int{0, x.Cols()}
	}
	if x.Cols() != all.Shape[1] {
		return fmt.Errorf("it has %d dims, that of another trial %d", x.Cols(), all.Shape[1])
	}
	all.Shape[0] += samples
	all.Values = append(all.Values, x.Values...)
	return nil
}

// evaluateDir is the dataset that Evaluate gets: all embeddings are written by now.
func (a *attempt) evaluateDir() (string, error) {
	if !a.withheld() {
		return a.site.Dataset(a.req.Spec.Dataset), nil
	}
	role := a.plugin.Description.EmbedRole()
	return a.hand(map[string]*data.Recording{role: a.dataset.Recordings[role]})
}

// embedAll embeds every part, and evaluates each at once; where labels are withheld,
// only once all are embedded.
func (a *attempt) embedAll(ctx context.Context) error {
	splits := a.recording.Splits()
	for _, split := range splits {
		if err := a.embed(ctx, split, a.modelDir()); err != nil {
			return err
		}
		if a.withheld() {
			continue
		}
		if err := a.evaluate(ctx, split); err != nil {
			return err
		}
	}
	if !a.withheld() {
		return nil
	}
	for _, split := range splits {
		if err := a.evaluate(ctx, split); err != nil {
			return err
		}
	}
	return nil
}
