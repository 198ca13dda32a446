package host

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
)

// A Seat is where one worker runs its trials, one after another. It keeps the
// process of a plugin that says it can serve many trials, until a trial fails,
// another such plugin comes, or the limits change.
type Seat struct {
	launcher *Launcher
	dir      string // working folder of warm processes

	warm   *Process
	plugin Plugin
	opt    Options
	served int // trials that the warm process has ended well

	claim   *cpuClaim // or nil
	threads int       // of the trials that the claim was made for
}

// NewSeat makes a seat; dir is a private folder that outlives its trials.
func (l *Launcher) NewSeat(dir string) *Seat { return &Seat{launcher: l, dir: dir} }

// Close ends the warm process and gives its CPUs back.
func (s *Seat) Close() {
	s.end()
	s.claim.release()
	s.claim, s.threads = nil, 0
}

func (s *Seat) end() {
	if s.warm != nil {
		s.warm.Close()
		s.warm = nil
	}
}

// process returns a warm process for the job, or a fresh one.
func (s *Seat) process(ctx context.Context, job Job) (proc *Process, served int, err error) {
	if !job.Description.Reuse {
		proc, err = s.launcher.Launch(ctx, job.Plugin, job.Options)
		return proc, 0, err
	}
	opt := job.Options
	opt.Dir = s.dir
	if s.warm != nil {
		fits := s.plugin.same(job.Plugin) && opt.Threads == s.opt.Threads && opt.Memory == s.opt.Memory && slices.Equal(opt.CPUs, s.opt.CPUs)
		if fits && !s.warm.hasEnded(false) {
			s.warm.begin()
			return s.warm, s.served, nil
		}
		s.end()
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, 0, &failure.Failure{Kind: failure.Launch, Plugin: job.Plugin.Where(), Reason: err.Error()}
	}
	proc, err = s.launcher.Launch(ctx, job.Plugin, opt)
	return proc, 0, err
}

// done takes a process back. After a failure it is ended: what state it is in
// nobody knows.
func (s *Seat) done(proc *Process, job Job, failed bool) Usage {
	switch {
	case failed:
		if proc == s.warm {
			s.warm = nil
		}
		if job.Description.Reuse {
			u := proc.since()
			proc.Kill()
			return u
		}
		return proc.Kill()
	case job.Description.Reuse:
		if proc != s.warm {
			s.warm, s.plugin, s.opt, s.served = proc, job.Plugin, job.Options, 0
		}
		s.served++
		return proc.since()
	}
	return proc.Close()
}

// begin starts the measurements and the log of another trial.
func (p *Process) begin() {
	p.tail.Reset()
	p.peak.Store(0)
	forgetPeak(p.sub.started())
	p.before = processorTime(p.sub.started())
}

// since is what the process has cost from the beginning of the trial on.
func (p *Process) since() Usage {
	u := p.memory()
	u.CPU = max(0, processorTime(p.sub.started())-p.before)
	return u
}

// Run trains, embeds and evaluates in a process of the plugin, then fits the
// probes in this one. It always returns; show may be nil.
func (s *Seat) Run(ctx context.Context, job Job, show func(Progress)) Outcome {
	if show == nil {
		show = func(Progress) {}
	}
	if job.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, job.Timeout, timeUp(job.Timeout))
		defer cancel()
	}
	r := &running{job: job, show: show, out: newOutcome()}
	show(Progress{Stage: "start"})
	proc, served, err := s.process(ctx, job)
	if err != nil {
		return r.fail(err)
	}
	r.proc = proc
	r.out.Transport, r.out.Served = proc.Transport, served
	if job.LogFile != "" {
		defer proc.tail.Follow(job.LogFile)()
	}
	leave := proc.Attend(ctx)
	err = r.work(ctx)
	if !leave() && err == nil { // ctx ended with the last answer: the process is being killed
		err = proc.complete(ctxFailure(ctx))
	}
	r.out.Usage = s.done(proc, job, err != nil)
	if err != nil {
		return r.fail(err)
	}
	if err := r.probe(ctx); err != nil {
		return r.fail(err)
	}
	r.out.Log = proc.tail.String()
	return r.out
}

// Run runs one job in a fresh process.
func (l *Launcher) Run(ctx context.Context, job Job, show func(Progress)) Outcome {
	job.Description.Reuse = false
	return l.NewSeat("").Run(ctx, job, show)
}

func timeUp(after time.Duration) error {
	return fmt.Errorf("%w: the trial took longer than %v", ErrTimeout, after)
}
