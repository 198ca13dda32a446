package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/queue"
	"github.com/assaylab/assay/framework/internal/runner"
	"github.com/assaylab/assay/framework/internal/trial"
)

// spare is how long before its time limit a worker begins nothing more: what runs may
// still end, and what does not is handed back.
const spare = 90 * time.Second

func (a *app) workerCommand() *cobra.Command {
	var jobs int
	cmd := &cobra.Command{
		Use:   "worker QUEUE",
		Short: "Run trials for an assay on another machine, by a folder that both see",
		Long: `Worker takes trials from RESULTS/queue, which "assay run" of a sweep with
run: {executor: queue} or {executor: slurm} makes, and puts their results back.
It needs no network, only that folder, the cache of datasets and the plugins,
under the same paths as the host. Start as many as you like, and end them as you
like: what a worker has not finished, another one does.

TERM, Ctrl-C and USR1 end it: what runs is ended, with a checkpoint where the
method can go on from one, and handed back. Under Slurm it minds its time limit.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.work(cmd.Context(), args[0], jobs) },
	}
	cmd.Flags().Var((*positive)(&jobs), "jobs", "trials at a time (default: cores / threads per trial)")
	return cmd
}

func (a *app) work(ctx context.Context, dir string, jobs int) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	terms, err := queue.TermsOf(dir, queue.Disk{})
	if err != nil {
		return err
	}
	if jobs == 0 {
		jobs = max(1, runtime.NumCPU()/max(1, terms.Threads))
	}
	ctx, stop := signal.NotifyContext(ctx, append([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, checkpointSignals...)...)
	defer stop()
	launcher, err := a.newLauncher()
	if err != nil {
		return err
	}
	defer launcher.Close()
	if terms.Confine != "" && launcher.Confine != host.ConfineRequired {
		launcher.Confine = host.Confine(terms.Confine)
	}
	work, err := os.MkdirTemp("", "assay-worker-") // on the node: what trials need for themselves
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	cache, err := data.OpenCache(terms.Cache)
	if err != nil {
		return err
	}
	n := &node{app: a, launcher: launcher, terms: terms, cache: cache, work: work, plugins: map[string]runner.Plugin{}}
	if terms.Stage {
		if n.staged, err = data.OpenCache(filepath.Join(os.TempDir(), fmt.Sprintf("assay-cache-%d", os.Getuid()))); err != nil {
			return err
		}
	}
	for i := range jobs {
		n.runners = append(n.runners, runner.New(runner.With(launcher), i))
	}
	defer func() {
		for _, r := range n.runners {
			r.Close()
		}
	}()
	w := &queue.Worker{Dir: dir, Files: queue.Disk{}, Slots: jobs, Job: jobName(), Spare: spare}
	if left, ok := timeAllowed(ctx); ok {
		w.Until = time.Now().Add(left)
		w.Spare = min(spare, left/5)
	}
	fmt.Fprintf(a.talk, "assay: worker of %s, %d trial(s) at a time\n", dir, jobs)
	why, err := w.Serve(ctx, n.run)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.talk, "assay: worker ended: %s\n", why)
	return nil
}

// jobName is what the scheduler calls this worker.
func jobName() string {
	if id := os.Getenv("SLURM_ARRAY_JOB_ID"); id != "" {
		return id + "_" + os.Getenv("SLURM_ARRAY_TASK_ID")
	}
	return os.Getenv("SLURM_JOB_ID")
}

// timeAllowed asks Slurm once how long this job may still run.
func timeAllowed(ctx context.Context) (time.Duration, bool) {
	id := os.Getenv("SLURM_JOB_ID")
	if id == "" {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "squeue", "-h", "-j", id, "-o", "%L").Output()
	if err != nil {
		return 0, false // its signal comes a minute before the end all the same
	}
	return executor.Left(string(out))
}

// node runs trials on this machine for a queue.
type node struct {
	app      *app
	launcher *host.Launcher
	terms    queue.Terms
	cache    *data.Cache
	staged   *data.Cache // on this machine; nil: the shared one is read
	work     string
	runners  []*runner.Runner

	mu      sync.Mutex
	plugins map[string]runner.Plugin
}

func (n *node) run(ctx context.Context, slot int, req trial.Request, kept string) (trial.Result, string) {
	if req.Score != nil { // it is read from what earlier trials keep
		kept = n.terms.Kept
	}
	cache := n.cache
	if n.staged != nil && n.stage(req.Spec.Dataset) == nil {
		cache = n.staged
	}
	path := ""
	site := runner.Site{Dataset: cache.Dir, Sound: cache.Verify, Work: n.work, Checkpoints: n.terms.Checkpoints, Kept: kept,
		Plugin: func(ctx context.Context, ref trial.PluginRef) (runner.Plugin, error) {
			p, err := n.plugin(ctx, ref)
			path = p.Where()
			return p, err
		}}
	res := n.runners[slot].Run(ctx, req, site, nil)
	return res, path
}

// plugin finds what a request names, and sees that it is the same one.
func (n *node) plugin(ctx context.Context, ref trial.PluginRef) (runner.Plugin, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := ref.Where + "\x00" + ref.Name
	if p, ok := n.plugins[id]; ok {
		return p, nil
	}
	name := ref.Name
	if ref.Origin != "built-in" && ref.Origin != "configuration" {
		name = ref.Where // manifests and executables lie where the host found them
	}
	found, err := n.app.finder().Find(name, n.terms.Results)
	if err != nil {
		return runner.Plugin{}, err
	}
	digest, err := found.Digest()
	if err != nil {
		return runner.Plugin{}, err
	}
	if digest != ref.Digest {
		return runner.Plugin{}, &failure.Failure{Kind: failure.Changed, Plugin: found.Where(), Reason: "the plugin on this machine is not the one that the run began with",
			Hint: "workers and host use the same assay and the same plugins, from the shared disk"}
	}
	d, err := n.launcher.Describe(ctx, found)
	if err != nil {
		return runner.Plugin{}, err
	}
	p := runner.Plugin{Plugin: found, Description: d}
	n.plugins[id] = p
	return p, nil
}

// stage copies a dataset to this machine, where it is not yet; other workers of the
// machine share it. Where there is no room the shared one is read.
func (n *node) stage(digest string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.staged.Has(digest) {
		return nil
	}
	to := n.staged.Dir(digest)
	tmp, err := os.MkdirTemp(n.staged.Root, "staging-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := errors.Join(os.CopyFS(filepath.Join(tmp, "dataset"), os.DirFS(n.cache.Dir(digest))), os.MkdirAll(filepath.Dir(to), 0o755)); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(tmp, "dataset"), to); err != nil && !n.staged.Has(digest) {
		return err
	}
	return n.staged.Verify(digest)
}
