package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

// attempt is one request while it is being run.
type attempt struct {
	req   trial.Request
	site  Site
	tell  trial.Sink
	began time.Time

	plugin      Plugin
	work        string // folder that the plugin writes in: model/, embedding-SPLIT.npy, arrays-SPLIT/
	taken       string // folder of the host: embeddings that it has taken over
	checkpoints string // of this trial; "": none
	proc        Process
	served      int
	usage       host.Usage

	dataset    *data.Dataset   // nil before it has been opened
	recording  *data.Recording // the one that Embed and Evaluate are about
	metrics    []metric.Value
	cases      map[data.Split]*trial.Cases // of the metrics, but for those of the train part
	measured   []probe.Spec                // probes that could be fitted
	curves     curves
	embeddings map[string]trial.Embedding
	files      map[data.Split]string // of the embeddings
	scored     bool                  // nothing was trained
	resumed    int64                 // units of work that were taken over from a checkpoint
	saved      int64                 // units of work in the last checkpoint that was written
}

func (a *attempt) show(stage string) {
	a.tell(trial.Event{Progress: &trial.Progress{Stage: stage}})
}

// say is a line of the host's own, among those of the plugin.
func (a *attempt) say(line string) {
	if a.proc != nil {
		a.proc.Log().Line(line)
	}
	a.tell(trial.Event{Line: line})
}

// access is what the plugin's process reaches. One that serves many trials does not
// know yet which datasets and checkpoints they will have.
func (a *attempt) access() host.Access {
	var out host.Access
	dataset := a.site.Dataset(a.req.Spec.Dataset)
	if a.plugin.Description.Reuse {
		dataset = filepath.Dir(dataset)
	}
	if !a.withheld() { // else it gets what a protocol lets it see, in its own folder
		out.Read = []string{dataset}
	}
	switch {
	case a.checkpoints == "":
	case a.plugin.Description.Reuse:
		out.Write = []string{a.site.Checkpoints}
	default:
		out.Write = []string{a.checkpoints}
	}
	return out.And(a.req.Allow)
}

func (a *attempt) modelDir() string { return filepath.Join(a.work, "model") }

func (a *attempt) embeddingFile(split data.Split) string {
	return filepath.Join(a.work, "embedding-"+string(split)+".npy")
}

// calls is the conversation with the plugin.
func (a *attempt) calls(ctx context.Context) error {
	if err := a.openDataset(); err != nil {
		return err
	}
	if err := os.Mkdir(a.modelDir(), 0o700); err != nil {
		return err
	}
	if err := a.train(ctx); err != nil {
		return err
	}
	return a.embedAll(ctx)
}

func (a *attempt) train(ctx context.Context) error {
	settings, err := json.Marshal(a.req.Spec.Settings)
	if err != nil {
		return err
	}
	dir, err := a.trainDir()
	if err != nil {
		return err
	}
	a.show("train")
	stream, err := a.proc.Calls().Train(ctx, &wire.TrainRequest{
		SettingsJson: string(settings), DatasetDir: dir, Seed: a.req.Spec.Seed,
		Threads: int32(max(1, a.req.Resources.CPUs)), WorkDir: a.work, ModelDir: a.modelDir(),
		CheckpointDir: a.checkpoints, Until: int64(a.req.Spec.Budget),
	})
	if err != nil {
		return a.proc.Explain(ctx, "Train", err, nil)
	}
	for {
		event, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return a.proc.Explain(ctx, "Train", err, stream.Trailer())
		}
		a.take(event)
	}
}

// take keeps what training shows, and passes it on.
func (a *attempt) take(event *wire.TrainEvent) {
	switch e := event.Event.(type) {
	case *wire.TrainEvent_Progress:
		a.tell(trial.Event{Progress: &trial.Progress{Stage: "train", Done: e.Progress.Done, Total: e.Progress.Total, Unit: e.Progress.Unit}})
	case *wire.TrainEvent_Point:
		p := metric.Point{Name: e.Point.Name, Step: e.Point.Step, Value: e.Point.Value}
		if !finite(p.Value) { // JSON cannot hold it, and a reader wants to know
			a.proc.Log().Line(fmt.Sprintf("metric %s at step %d is %v", p.Name, p.Step, p.Value))
			return
		}
		a.curves.add(p)
		a.tell(trial.Event{Point: &p})
	case *wire.TrainEvent_Log:
		a.proc.Log().Line(e.Log)
		a.tell(trial.Event{Line: e.Log})
	case *wire.TrainEvent_Checkpoint:
		if e.Checkpoint.Resumed {
			a.resumed = e.Checkpoint.Done
			a.proc.Log().Line(fmt.Sprintf("training continues from a checkpoint at %d", e.Checkpoint.Done))
		} else {
			a.saved = e.Checkpoint.Done
		}
		a.tell(trial.Event{Checkpoint: &trial.Checkpoint{Done: e.Checkpoint.Done, Resumed: e.Checkpoint.Resumed}})
	}
}

// closeDataset unmaps the recordings: the probes are done with them.
func (a *attempt) closeDataset() {
	if a.dataset != nil {
		a.dataset.Close()
	}
}
