// Package runner runs one trial here: it launches the plugin or takes a warm
// process of it, has it train, embed and evaluate, fits the probes, keeps what is
// to be kept, and says what came of it. It knows no store and no sweep: a
// [trial.Request] goes in, a [trial.Result] comes out, wherever that is.
package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/wire"
)

// A Runner runs trials one after another. It keeps the process of a plugin that
// can serve many trials, and its claim to CPUs, from one to the next.
type Runner struct {
	launch Launch
	number int // tells it from the others at the same site
	warm   warm
	claim  claim
	gpus   gpus
}

// New makes a runner; number tells it from the others that work at the same site.
func New(launch Launch, number int) *Runner { return &Runner{launch: launch, number: number} }

// Close ends the warm process and gives the CPUs back.
func (r *Runner) Close() {
	r.warm.end()
	r.claim.release()
	r.gpus.release()
}

// Launch starts a plugin and shakes hands with it.
type Launch func(context.Context, host.Plugin, host.Options) (Process, error)

// With is the launcher as a runner uses it.
func With(l *host.Launcher) Launch {
	return func(ctx context.Context, p host.Plugin, o host.Options) (Process, error) {
		proc, err := l.Launch(ctx, p, o)
		if err != nil {
			return nil, err
		}
		return proc, nil
	}
}

// A Process is a plugin that has shaken hands. [host.Process] is one.
type Process interface {
	Calls() wire.MethodClient
	Via() host.Transport
	Confined() string
	Log() *host.Tail
	StartUp() time.Duration
	Folders() []string // of its own, beside the working folder
	Unnamed() int64    // bytes of files that it has open and that have no name

	Begin()                                     // of another trial
	Attend(context.Context) (leave func() bool) // end it when the context does
	Explain(ctx context.Context, call string, err error, trailer metadata.MD) *failure.Failure
	Complete(*failure.Failure) *failure.Failure // with its name and last words
	Ended() bool
	Spent() host.Usage // since Begin
	Close() host.Usage // goodbye
	Kill() host.Usage
}

// A Site says where things lie on this machine.
type Site struct {
	Plugin      func(context.Context, trial.PluginRef) (Plugin, error)
	Dataset     func(digest string) string // the folder of a dataset in the cache
	Sound       func(digest string) error  // whether it is what its digest says; nil: nobody looks
	Work        string                     // a private folder of the run; trials have folders of their own in it
	Checkpoints string                     // outlives the run; "": none are written
	Kept        string                     // models, embeddings and arrays, by key; "": nothing is kept
}

// A Plugin is one that was found on this machine, and what it says of itself.
type Plugin struct {
	host.Plugin
	Description framework.Description
}

// Run runs a trial once. It always returns a result: what went wrong is its
// failure. sink may be nil; the last event that it sees comes before Run returns.
func (r *Runner) Run(ctx context.Context, req trial.Request, site Site, sink trial.Sink) trial.Result {
	a := &attempt{req: req, site: site, began: time.Now(), files: map[data.Split]string{}, cases: map[data.Split]*trial.Cases{}, tell: func(e trial.Event) {
		if sink != nil {
			e.Attempt = req.Attempt
			sink(e)
		}
	}}
	a.tell(trial.Event{Started: true})
	if req.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(req.Timeout), timeUp(time.Duration(req.Timeout)))
		defer cancel()
	}
	err := r.run(ctx, a)
	return a.result(err)
}

func timeUp(after time.Duration) error {
	return fmt.Errorf("%w: the trial took longer than %v", host.ErrTimeout, after)
}

func (r *Runner) run(ctx context.Context, a *attempt) error {
	var err error
	if a.plugin, err = a.site.Plugin(ctx, a.req.Plugin); err != nil {
		return err
	}
	warm := filepath.Join(a.site.Work, fmt.Sprintf("warm-%d", r.number))
	below := a.site.Work
	if a.plugin.Description.Reuse { // such a process reaches its own folder, and not those of other trials
		if below = warm; os.MkdirAll(warm, 0o700) != nil {
			below = a.site.Work
		}
	}
	if a.work, err = os.MkdirTemp(below, "trial-"); err != nil {
		return err
	}
	defer os.RemoveAll(a.work)
	if a.taken, err = os.MkdirTemp(a.site.Work, "taken-"); err != nil {
		return err
	}
	defer os.RemoveAll(a.taken)
	if err := a.openCheckpoints(); err != nil {
		return err
	}
	r.claim.take(a.req.Resources)
	if err := r.gpus.take(ctx, a.req.Resources.GPUs); err != nil {
		return err
	}
	opt := host.Options{Env: r.gpus.env, Threads: a.req.Resources.CPUs, CPUs: r.claim.cpus, Memory: a.req.Resources.Memory, Dir: a.work, Access: a.access()}

	defer a.closeDataset()
	if a.req.Score != nil {
		err := r.score(ctx, a, opt)
		if !errors.Is(err, errNothingKept) {
			a.scored = true
			return err
		}
		a.embeddings = nil // it is trained again
	}
	err = r.converse(ctx, a, opt, a.calls)
	if err == nil {
		err = a.probe(ctx)
	}
	if err == nil || isProbe(err) {
		// A number made from a dataset that changed meanwhile is none.
		if changed := a.sound(); changed != nil {
			return changed
		}
		err = errors.Join(err, a.keep())
	}
	a.closeCheckpoints(err)
	return err
}

// converse has a process of the plugin answer calls, and takes leave of it.
func (r *Runner) converse(ctx context.Context, a *attempt, opt host.Options, calls func(context.Context) error) error {
	a.show("start")
	proc, served, err := r.process(ctx, a.plugin, opt, filepath.Join(a.site.Work, fmt.Sprintf("warm-%d", r.number)))
	if err != nil {
		return err
	}
	a.proc, a.served = proc, served
	log := LogFile(a.site.Work, a.req.Attempt)
	defer os.Remove(log)
	defer proc.Log().Follow(log)()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	look := a.watchOutput(ctx, end)
	leave := proc.Attend(ctx)
	err = calls(ctx)
	if err == nil {
		err = look()
	}
	if !leave() && err == nil { // ctx ended with the last answer: the process is being killed
		err = proc.Complete(host.Stopped(ctx))
	}
	a.usage = r.done(proc, a.plugin, opt, err != nil)
	return err
}

// LogFile is where the last words of an attempt are while it runs: they outlive a
// host that is killed.
func LogFile(work, attempt string) string {
	return filepath.Join(work, "attempt-"+attempt+".log")
}
