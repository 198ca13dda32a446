package runner

import (
	"context"
	"os"
	"slices"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
)

// warm is the process of a plugin that serves many trials, while it is idle. It
// stays until a trial fails, another such plugin comes, or the limits change.
type warm struct {
	proc   Process
	plugin host.Plugin
	opt    host.Options
	served int // trials that it has ended well
}

func (w *warm) fits(p host.Plugin, o host.Options) bool {
	return w.plugin.Same(p) && o.Threads == w.opt.Threads && o.Memory == w.opt.Memory && slices.Equal(o.CPUs, w.opt.CPUs) && slices.Equal(o.Env, w.opt.Env) && o.Access.Equal(w.opt.Access)
}

func (w *warm) end() {
	if w.proc != nil {
		w.proc.Close()
	}
	*w = warm{}
}

// process returns a warm process of the plugin or a fresh one, and how many trials
// it has served. dir is the working folder of processes that outlive their trial.
func (r *Runner) process(ctx context.Context, p Plugin, opt host.Options, dir string) (Process, int, error) {
	if !p.Description.Reuse {
		proc, err := r.launch(ctx, p.Plugin, opt)
		return proc, 0, err
	}
	if r.warm.proc != nil {
		if r.warm.fits(p.Plugin, opt) && !r.warm.proc.Ended() {
			r.warm.proc.Begin()
			return r.warm.proc, r.warm.served, nil
		}
		r.warm.end()
	}
	opt.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, 0, &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: err.Error()}
	}
	proc, err := r.launch(ctx, p.Plugin, opt)
	return proc, 0, err
}

// done takes a process back and returns what its trial has cost. After a failure
// it is ended: what state it is in nobody knows.
func (r *Runner) done(proc Process, p Plugin, opt host.Options, failed bool) host.Usage {
	switch {
	case failed && p.Description.Reuse:
		u := proc.Spent()
		proc.Kill()
		r.warm = warm{}
		return u
	case failed:
		return proc.Kill()
	case p.Description.Reuse:
		if proc != r.warm.proc {
			r.warm = warm{proc: proc, plugin: p.Plugin, opt: opt}
		}
		r.warm.served++
		return proc.Spent()
	}
	return proc.Close()
}
