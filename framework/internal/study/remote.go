package study

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/queue"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// QueueDir is where in a results folder the queue for workers is.
const QueueDir = "queue"

// Signs of life and leases of workers. A lease is longer than what NFS clients cache
// at most (60 s) and what a full disk or a restarted server usually takes.
const (
	beatEvery = 20 * time.Second
	lease     = 4 * time.Minute
	idleTime  = time.Minute // a worker of a cluster that finds nothing gives its place back
)

// elsewhere is what the store calls the executor; "" is this process itself.
func (r *run) elsewhere() string {
	if name := r.study.Sweep.Run.Executor; name != "local" && r.options.Execute == nil {
		return name
	}
	return ""
}

// recover takes up what an earlier host left with the executor. What it knows no more
// is lost, and what this sweep does not ask is ended.
func (r *run) recover(ctx context.Context) error {
	found, err := r.executor.Recover(ctx)
	if err != nil {
		return err
	}
	out := map[string]bool{}
	for _, a := range found {
		out[a] = true
	}
	running, err := r.store.Running(ctx)
	if err != nil {
		return err
	}
	var lost []int64
	for _, a := range running {
		name := strconv.FormatInt(a.ID, 10)
		p := r.claim(a.Key)
		if !out[name] || p == nil {
			lost = append(lost, a.ID)
			continue
		}
		delete(out, name)
		r.flying[name] = &flight{point: p, number: 1, slot: r.freeSlot()}
	}
	for name := range out {
		r.executor.Cancel(name)
	}
	if len(lost) == 0 {
		return nil
	}
	return r.store.Lose(ctx, lost)
}

// claim takes the point of a key out of the queue.
func (r *run) claim(key string) *Point {
	for i, p := range r.queue {
		if p.Fit.Key() == key {
			r.queue = append(r.queue[:i:i], r.queue[i+1:]...)
			return p
		}
	}
	return nil
}

// queue is the executor of workers that are started by hand.
func (s *Study) queue(ctx context.Context, site runner.Site, workers int) (executor.Executor, error) {
	r, err := s.remote(site, 0)
	if err != nil {
		return nil, err
	}
	s.Note("queue: %s; \"assay worker %s\" on any machine that sees this folder takes part", r.Dir, r.Dir)
	return r, nil
}

// slurm is the executor of workers that Slurm starts.
func (s *Study) slurm(ctx context.Context, site runner.Site, _ int) (executor.Executor, error) {
	r, err := s.remote(site, idleTime)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := s.Sweep.Run.Slurm
	f := &executor.Slurm{Dir: r.Dir, Command: []string{self, "worker", r.Dir, "--jobs", strconv.Itoa(s.slots())},
		Directives: s.Directives(), Workers: c.Workers, Slots: s.slots(), MaxArray: c.MaxArray, Note: s.Note}
	for _, m := range c.Modules {
		f.Setup = append(f.Setup, "module load "+m)
	}
	if c.Prologue != "" {
		f.Setup = append(f.Setup, c.Prologue)
	}
	r.Fleet, r.Workers = f, c.Workers*s.slots()
	r.Places = max(256, 4*r.Workers)
	return r, nil
}

// slots is how many trials a worker runs at a time.
func (s *Study) slots() int { return max(1, s.Sweep.Run.Jobs) }

// Directives are what a sweep asks of sbatch, for each worker.
func (s *Study) Directives() []string {
	c := s.Sweep.Run.Slurm
	out := []string{"--ntasks=1", fmt.Sprintf("--cpus-per-task=%d", s.slots()*s.threads())}
	for _, d := range []struct{ name, value string }{{"partition", c.Partition}, {"account", c.Account}, {"qos", c.QOS}, {"constraint", c.Constraint}, {"gres", c.GRES}} {
		if d.value != "" {
			out = append(out, "--"+d.name+"="+d.value)
		}
	}
	if c.Time > 0 {
		out = append(out, fmt.Sprintf("--time=%d", int64((c.Time+time.Minute-1)/time.Minute)))
	}
	if c.Memory > 0 {
		out = append(out, fmt.Sprintf("--mem=%dM", (c.Memory+1<<20-1)>>20))
	}
	return out
}

func (s *Study) remote(site runner.Site, idle time.Duration) (*executor.Remote, error) {
	results, err := filepath.Abs(filepath.Dir(site.Kept))
	if err != nil {
		return nil, err
	}
	cache, err := filepath.Abs(s.Builder.Cache.Root)
	if err != nil {
		return nil, err
	}
	r := &executor.Remote{Dir: filepath.Join(results, QueueDir), Kept: site.Kept, Places: 256, Workers: 8, Note: s.Note}
	return r, r.Open(queue.Terms{Results: results, Cache: cache, Stage: s.Sweep.Run.Slurm.Stage, Threads: s.threads(), Confine: string(s.Launcher.Confine),
		Checkpoints: filepath.Join(results, store.CheckpointsDir), Kept: filepath.Join(results, store.KeptDir),
		Beat: trial.Duration(beatEvery), Lease: trial.Duration(lease), Idle: trial.Duration(idle)})
}
