// Package framework is what the author of a method imports.
//
// Write a type with the three calls of [Method], describe its settings as a
// struct with tags (package setting), and end main with
//
//	func main() { framework.Serve(new(mymethod)) }
//
// The host launches the program as a subprocess for every trial; gRPC, files
// and processes never show. Run package methodtest over the method to see that
// it keeps the contract.
package framework

import (
	"context"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// A Method is one algorithm under study. For each trial the host calls
//
//  1. Describe, before anything else; it is pure,
//  2. Train, which draws randomness only from req.Seed: equal requests give
//     equal models, whatever the number of threads,
//  3. Save on the model, then Embed and Evaluate on it, here or, after Load, in
//     another process.
//
// Train returns soon (within two seconds) after ctx ends. Metrics already
// recorded are kept.
type Method interface {
	Describe() Description
	Train(ctx context.Context, req TrainRequest, rec Recorder) (Model, error)
	Load(ctx context.Context, dir string) (Model, error)
}

// A Model embeds and evaluates recordings, or parts of one, that it may never
// have seen. It keeps what it needs of the training data itself.
type Model interface {
	// Embed returns an array [samples x dims], a row for every sample of r.
	Embed(ctx context.Context, r *data.Recording) (data.Array, error)
	// Evaluate returns the method's own metrics on r, under names that Describe
	// declares; a metric that r cannot support (a missing target) is left out.
	Evaluate(ctx context.Context, r *data.Recording) (Metrics, error)
	// Save writes the model into an existing empty folder, for Load to read.
	Save(dir string) error
}

// An Illustrator is a Model that also makes arrays for figures, under names that
// Describe declares. They are made and kept where the sweep says keep: {arrays: true}.
type Illustrator interface {
	Arrays(ctx context.Context, r *data.Recording) (map[string]data.Array, error)
}

// A Casewise is a Model that also knows its metrics case by case, which is what
// intervals over test cases are made of. Where the host wants them, EvaluateCases
// is called in place of Evaluate and returns the same metrics. Cases hold, for each
// metric that is over the samples of r, one number for every case of r
// (data.Recording.Cases) whose plain mean is the metric; metric.OverSamples,
// metric.Ratio and metric.Jackknife make them. Metrics without such numbers are
// left out, or have none.
type Casewise interface {
	EvaluateCases(ctx context.Context, r *data.Recording) (Metrics, metric.Cases, error)
}

// Metrics are values by name. They must be finite.
type Metrics map[string]float64

// Description says what a method is and needs. It crosses to the host as it is.
type Description struct {
	Name     string         // short and lower case: "hiwa"
	Version  string         // change it whenever equal requests may give other results
	Summary  string         // one line
	Citation string         // paper, or empty
	Settings any            // a struct with tags (zero value), or nil; see package setting
	Schema   setting.Schema // derived from Settings; authors leave it nil
	Roles    []string       // roles a dataset must have; nil means just "main"
	Optional []OptionalRole // further roles that some settings need
	Embeds   string         // role that Embed and Evaluate are about; "" means the first of Roles
	Targets  []string       // targets the training recordings must have
	Metrics  []metric.Info  // what Evaluate may report
	Arrays   []ArrayInfo    // what an Illustrator may make

	Deterministic bool // equal requests give equal bytes: the host may verify them
	OutOfSample   bool // Embed is meaningful for samples outside the training part
	Reuse         bool // one process may serve many trials: nothing stays behind from one Train to the next
	Resumable     bool // Train continues from req.Checkpoint

	Budget     string   // the full training budget, usually the name of a setting ("epochs"); "": none. See TrainRequest.Until
	Context    Context  // what the embedding of a sample may see
	UsesLabels string   // condition under which what Embed returns depends on targets: Always, Never, "objective == 'supervised'"; "": not said
	Several    []string // roles in which the dataset may have more than one recording
	GPU        string   // GPUNone, GPUOptional or GPURequired; "": not said
	Seedless   string   // condition under which the result does not depend on the seed at all: "embedding != 'random'"; "": never
}

// Context says how many samples before and after a sample its embedding may see,
// as whole numbers that may depend on settings: {"0", "0"} is a method that embeds
// every sample by itself, {"window - 1", "window - 1"} one that averages windows.
// "-1" is all of the part that is embedded. The zero value does not say.
type Context struct{ Before, After string }

// Conditions that need no settings.
const (
	Always = "true"
	Never  = "false"
)

// What Description.GPU may say.
const (
	GPUNone     = "none"     // never uses one
	GPUOptional = "optional" // uses one where there is one
	GPURequired = "required" // needs one
)

// OptionalRole is a role that a dataset must have where a condition on the
// settings holds: {"pretrain", "transfer == 'individual'"}.
type OptionalRole struct{ Name, When string }

// ArrayInfo declares an array: its shape and meaning stand in Doc.
type ArrayInfo struct{ Name, Doc string }

// TrainRequest is everything that training may depend on.
type TrainRequest struct {
	Settings any           // pointer to a struct of the type in Description.Settings, filled and checked
	Data     *data.Dataset // learn from Data.Train(role) only
	Seed     uint64        // the only source of randomness
	Threads  int           // how many threads training may use; results must not depend on it
	WorkDir  string        // private scratch folder, removed after the trial

	Checkpoint *Checkpoint // of a Resumable method; nil: none are wanted
	Until      int64       // train to so much of the budget only; 0: to the end. See End
}

// End returns how far to train where the full budget is total: Until, if the host
// asks for a part. Training that ends early leaves a checkpoint of just as much
// work and returns the model as it is then; the trial goes on from there later, and
// must give the model of training that never stopped. So whatever depends on how
// long training is (a schedule of the learning rate, an annealed weight) follows
// total, not End:
//
//	for epoch := done; epoch < req.End(epochs); epoch++ {
//		rate := nn.WarmupCosine(base, epoch, warm, epochs)
//		...
//	}
func (r TrainRequest) End(total int) int {
	if r.Until > 0 && r.Until < int64(total) {
		return int(r.Until)
	}
	return total
}

// Rand returns the random stream of that name: one stream per purpose
// ("init", "batches", "restart 3"), so that adding a draw in one place does not
// shift all others. Equal seeds and names give equal streams.
func (r TrainRequest) Rand(purpose string) *rand.Rand { return data.Rand(r.Seed, purpose) }

// Stream is Rand with a place that a checkpoint can keep (modelfile.SaveStates).
func (r TrainRequest) Stream(purpose string) *data.Stream { return data.NewStream(r.Seed, purpose) }

// A Recorder takes what training wants to show. It is safe for concurrent use
// and never blocks training for long.
type Recorder interface {
	// Progress says that done of total units of work are finished; unit is a
	// plural noun ("epochs", "iterations").
	Progress(done, total int64, unit string)
	// Metric adds a point to a curve, for example Metric("loss", step, 0.3).
	Metric(name string, step int64, value float64)
	// Log writes a line into the trial's log.
	Log(format string, args ...any)
}
