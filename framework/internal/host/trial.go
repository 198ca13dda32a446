package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

// Job is everything the host needs to run one trial once.
type Job struct {
	Plugin      Plugin
	Description framework.Description
	Settings    map[string]any // complete
	DatasetDir  string
	Seed        uint64
	Probes      []probe.Spec
	Timeout     time.Duration // 0: none
	Options     Options
	Arrays      bool   // have the method make arrays for figures
	WorkDir     string // an empty private folder; Run leaves model/, embedding-SPLIT.npy and arrays-SPLIT/ in it
	LogFile     string // copy of the log that outlives this host; or ""
	Checkpoints string // a folder that outlives the attempt, for methods that are resumable; or ""
}

// Progress is what a running trial shows.
type Progress struct {
	Stage string // start, train, embed, evaluate, probe
	Done  int64
	Total int64  // 0: unknown
	Unit  string // "epochs"
}

// Outcome is what came of a job. With a Failure the rest is what had been
// gathered by then.
type Outcome struct {
	Failure    *failure.Failure
	Metrics    []metric.Value
	Curves     []metric.Point
	Embeddings map[string]trial.Embedding
	Usage      Usage
	Log        string
	Transport  Transport // how the plugin was spoken to
	Served     int       // trials that its process had served before
	Resumed    int64     // units of work that were taken over from a checkpoint
	Saved      int64     // units of work in the last checkpoint that was written
}

// maxPoints bounds a trial's learning curves; beyond it every curve loses every
// second point.
const maxPoints = 20000

func newOutcome() Outcome { return Outcome{Embeddings: map[string]trial.Embedding{}} }

type running struct {
	job  Job
	proc *Process
	show func(Progress)
	out  Outcome
	role *data.Recording // the recording that Embed and Evaluate are about
}

func (r *running) fail(err error) Outcome {
	var f *failure.Failure
	if !errors.As(err, &f) {
		f = &failure.Failure{Kind: failure.Error, Reason: err.Error(), Plugin: r.job.Plugin.Where()}
	}
	r.out.Failure = f
	if r.proc != nil {
		r.out.Log = r.proc.tail.String()
	}
	return r.out
}

func (r *running) modelDir() string { return filepath.Join(r.job.WorkDir, "model") }

// EmbeddingFile is the name of a split's embedding in the work folder.
func EmbeddingFile(split data.Split) string { return "embedding-" + string(split) + ".npy" }

func (r *running) work(ctx context.Context) error {
	dataset, err := data.Open(r.job.DatasetDir)
	if err != nil {
		return err
	}
	// The recording is used by the probes below; its maps live as long as they do.
	if r.role, err = dataset.Role(r.job.Description.EmbedRole()); err != nil {
		return err
	}
	if err := os.Mkdir(r.modelDir(), 0o700); err != nil {
		return err
	}
	if err := r.train(ctx); err != nil {
		return err
	}
	for _, split := range r.role.Splits() {
		if err := r.embed(ctx, split); err != nil {
			return err
		}
		if err := r.evaluate(ctx, split); err != nil {
			return err
		}
	}
	return nil
}

func (r *running) train(ctx context.Context) error {
	settings, err := json.Marshal(r.job.Settings)
	if err != nil {
		return err
	}
	r.show(Progress{Stage: "train"})
	stream, err := r.proc.Method.Train(ctx, &wire.TrainRequest{
		SettingsJson: string(settings), DatasetDir: r.job.DatasetDir, Seed: r.job.Seed,
		Threads: int32(max(1, r.job.Options.Threads)), WorkDir: r.job.WorkDir, ModelDir: r.modelDir(),
		CheckpointDir: r.job.Checkpoints,
	})
	if err != nil {
		return r.proc.explain(ctx, "Train", err, nil)
	}
	for {
		event, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return r.proc.explain(ctx, "Train", err, stream.Trailer())
		}
		switch e := event.Event.(type) {
		case *wire.TrainEvent_Progress:
			r.show(Progress{Stage: "train", Done: e.Progress.Done, Total: e.Progress.Total, Unit: e.Progress.Unit})
		case *wire.TrainEvent_Point:
			r.point(metric.Point{Name: e.Point.Name, Step: e.Point.Step, Value: e.Point.Value})
		case *wire.TrainEvent_Log:
			r.proc.tail.Line(e.Log)
		case *wire.TrainEvent_Checkpoint:
			if e.Checkpoint.Resumed {
				r.out.Resumed = e.Checkpoint.Done
				r.proc.tail.Line(fmt.Sprintf("training continues from a checkpoint at %d", e.Checkpoint.Done))
			} else {
				r.out.Saved = e.Checkpoint.Done
			}
		}
	}
}

// point keeps a point of a curve. A value that is not finite goes to the log:
// JSON cannot hold it, and a reader wants to know.
func (r *running) point(p metric.Point) {
	if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
		r.proc.tail.Line(fmt.Sprintf("metric %s at step %d is %v", p.Name, p.Step, p.Value))
		return
	}
	r.out.Curves = append(r.out.Curves, p)
	if len(r.out.Curves) > maxPoints {
		r.out.Curves = thin(r.out.Curves)
	}
}

func thin(points []metric.Point) []metric.Point {
	seen := map[string]int{}
	return slices.DeleteFunc(points, func(p metric.Point) bool {
		seen[p.Name]++
		return seen[p.Name]%2 == 0
	})
}

func (r *running) embed(ctx context.Context, split data.Split) error {
	r.show(Progress{Stage: "embed"})
	var trailer metadata.MD
	path := filepath.Join(r.job.WorkDir, EmbeddingFile(split))
	_, err := r.proc.Method.Embed(ctx, &wire.EmbedRequest{
		ModelDir: r.modelDir(), DatasetDir: r.job.DatasetDir,
		Role: r.job.Description.EmbedRole(), Split: string(split), OutPath: path,
	}, grpc.Trailer(&trailer))
	if err != nil {
		return r.proc.explain(ctx, "Embed", err, trailer)
	}
	e, err := inspectEmbedding(path, r.role.On(split).Len())
	if err != nil {
		return r.proc.complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Embed, split %s: %v", split, err),
			Hint: "Embed writes a float32 .npy [samples x dims] with a finite row for every sample"})
	}
	r.out.Embeddings[string(split)] = e
	return nil
}

// inspectEmbedding holds what the method wrote against the contract.
func inspectEmbedding(path string, samples int) (trial.Embedding, error) {
	a, unmap, err := data.ReadArray(path)
	if err != nil {
		return trial.Embedding{}, err
	}
	defer unmap()
	if len(a.Shape) != 2 || a.Rows() != samples || a.Cols() == 0 {
		return trial.Embedding{}, fmt.Errorf("the array has shape %v; it should be [%d x dims]", a.Shape, samples)
	}
	for i, v := range a.Values {
		if v-v != 0 {
			return trial.Embedding{}, fmt.Errorf("the value at [%d, %d] is %v", i/a.Cols(), i%a.Cols(), v)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return trial.Embedding{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return trial.Embedding{}, err
	}
	return trial.Embedding{Shape: a.Shape, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

func (r *running) evaluate(ctx context.Context, split data.Split) error {
	r.show(Progress{Stage: "evaluate"})
	arrays := ""
	if r.job.Arrays && len(r.job.Description.Arrays) > 0 {
		arrays = filepath.Join(r.job.WorkDir, "arrays-"+string(split))
		if err := os.Mkdir(arrays, 0o700); err != nil {
			return err
		}
	}
	var trailer metadata.MD
	reply, err := r.proc.Method.Evaluate(ctx, &wire.EvaluateRequest{
		ModelDir: r.modelDir(), DatasetDir: r.job.DatasetDir,
		Role: r.job.Description.EmbedRole(), Split: string(split), ArraysDir: arrays,
	}, grpc.Trailer(&trailer))
	if err != nil {
		return r.proc.explain(ctx, "Evaluate", err, trailer)
	}
	var names []string
	for name := range reply.Metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := reply.Metrics[name]
		info, ok := r.job.Description.Metric(name)
		if !ok {
			return r.proc.complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Evaluate reported the metric %q, which Describe does not declare", name)})
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return r.proc.complete(&failure.Failure{Kind: failure.Invalid, Reason: fmt.Sprintf("Evaluate: metric %s on split %s is %v", name, split, value),
				Hint: "training may have diverged: try a smaller learning rate; a metric that cannot be computed should be left out"})
		}
		r.out.Metrics = append(r.out.Metrics, metric.Value{Name: name, Split: string(split), Goal: info.Goal, Value: value})
	}
	return nil
}

// probe fits the probes on the embeddings; the plugin has ended by now.
func (r *running) probe(ctx context.Context) error {
	if len(r.job.Probes) == 0 {
		return nil
	}
	parts := probe.Parts{}
	for _, split := range r.role.Splits() {
		x, unmap, err := data.ReadArray(filepath.Join(r.job.WorkDir, EmbeddingFile(split)))
		if err != nil {
			return err
		}
		defer unmap()
		parts[split] = probe.Part{X: x, Recording: r.role.On(split)}
	}
	for _, spec := range r.job.Probes {
		r.show(Progress{Stage: "probe"})
		values, err := probe.Run(ctx, spec, parts, r.job.Seed)
		if err != nil {
			if ctx.Err() != nil {
				return ctxFailure(ctx)
			}
			return &failure.Failure{Kind: failure.Probe, Reason: fmt.Sprintf("probe %s: %v", spec.Name, err)}
		}
		r.out.Metrics = append(r.out.Metrics, values...)
	}
	return nil
}
