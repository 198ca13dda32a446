package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/assaylab/assay/framework/failure"
	"github.com/assaylab/assay/framework/wire"
)

// Launcher starts plugin processes. One per host: it holds the lifeline whose
// end tells every plugin that the host is gone, and the private folder (mode
// 0700) of their sockets.
type Launcher struct {
	MTLS         bool          // mutual TLS on the socket, with keys made for each launch
	StartTimeout time.Duration // how long a plugin may take to its handshake

	sockets  string
	lifeline [2]*os.File // read end goes to plugins; we keep the write end open
}

// NewLauncher prepares a launcher with mutual TLS on.
func NewLauncher() (*Launcher, error) {
	base := os.TempDir()
	if len(base) > 40 { // the path of a Unix socket may have about 100 bytes in all
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "assay-") // 0700
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &Launcher{MTLS: true, StartTimeout: 20 * time.Second, sockets: dir, lifeline: [2]*os.File{r, w}}, nil
}

// Close removes the sockets. Plugins that still run see the lifeline end.
func (l *Launcher) Close() error {
	l.lifeline[0].Close()
	l.lifeline[1].Close()
	return os.RemoveAll(l.sockets)
}

// Options are the limits and the place of one process.
type Options struct {
	Threads int    // exported to the usual thread variables; 0: not limited
	CPUs    []int  // the process may run on these only; nil: on all
	Memory  int64  // bytes of resident memory of the process group; 0: no limit
	Dir     string // working folder; "" means the host's
}

// Process is a plugin that has shaken hands.
type Process struct {
	Method wire.MethodClient

	plugin  Plugin
	client  *plugin.Client
	sub     *subprocess
	tail    *Tail
	ended   atomic.Pointer[failure.Failure] // why the host ended it, if it did
	watched sync.WaitGroup
}

// Launch starts a plugin and shakes hands with it. Ending ctx ends the process.
// The error is a *failure.Failure.
func (l *Launcher) Launch(ctx context.Context, p Plugin, opt Options) (*Process, error) {
	tail := new(Tail)
	if f := inspect(p); f != nil {
		return nil, f
	}
	if opt.Memory > 0 && !canWatchMemory {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: "limits.memory cannot be enforced on " + runtime.GOOS,
			Hint: "leave the limit out, or run on Linux"}
	}
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Dir = opt.Dir
	cmd.ExtraFiles = []*os.File{l.lifeline[0]} // descriptor 3
	sub, err := newSubprocess(cmd, opt.CPUs, tail)
	if err != nil {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: err.Error()}
	}
	proc := &Process{plugin: p, tail: tail, sub: sub}
	proc.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: wire.ProtocolVersion, MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{wire.ProtocolVersion: {wire.Service: remote{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         l.MTLS,
		Logger:           hclog.NewNullLogger(),
		StartTimeout:     l.StartTimeout,
		SkipHostEnv:      true,
		SyncStdout:       tail,
		SyncStderr:       tail,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: l.sockets},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			cmd.Env = append(append(environment(opt.Threads), spec.Env...), wire.LifelineEnv+"=3")
			return sub, nil
		},
	})
	started := time.Now()
	stop := context.AfterFunc(ctx, func() { proc.end(ctxFailure(ctx)) })
	defer stop()
	service, err := proc.dispense()
	if err != nil {
		f := proc.explainStart(err, time.Since(started), l.StartTimeout)
		proc.Kill()
		return nil, f
	}
	proc.Method = service
	proc.watch(ctx, opt.Memory)
	return proc, nil
}

func (p *Process) dispense() (wire.MethodClient, error) {
	conn, err := p.client.Client()
	if err != nil {
		return nil, err
	}
	service, err := conn.Dispense(wire.Service)
	if err != nil {
		return nil, err
	}
	return service.(wire.MethodClient), nil
}

// watch ends the process when ctx does or when its group uses more memory than
// allowed.
func (p *Process) watch(ctx context.Context, memory int64) {
	p.watched.Go(func() {
		var tick <-chan time.Time
		if memory > 0 {
			t := time.NewTicker(50 * time.Millisecond)
			defer t.Stop()
			tick = t.C
		}
		for {
			select {
			case <-p.sub.exited:
				return
			case <-ctx.Done():
				p.end(ctxFailure(ctx))
			case <-tick:
				if used := groupMemory(p.sub.started()); used > memory {
					p.end(&failure.Failure{Kind: failure.Memory, Reason: fmt.Sprintf("used %s of memory; the limit is %s", size(used), size(memory)),
						Hint: "raise limits.memory in the sweep, or lower the method's batch size or the number of jobs"})
				}
			}
		}
	})
}

// end kills the group for a reason; the first reason stays.
func (p *Process) end(why *failure.Failure) {
	p.ended.CompareAndSwap(nil, why)
	_ = p.sub.Kill(context.Background())
}

// Usage is what a process has cost.
type Usage struct {
	CPU        time.Duration // user and system time
	PeakMemory int64         // bytes of resident memory; 0 where the platform does not say
}

// Close says goodbye, waits for the process to end, and returns what it cost.
func (p *Process) Close() Usage {
	u := Usage{PeakMemory: peakMemory(p.sub.started())}
	overdue := time.AfterFunc(3*time.Second, func() { _ = p.sub.Kill(context.Background()) })
	p.client.Kill()
	overdue.Stop()
	return p.reaped(u)
}

// Kill ends the process group at once.
func (p *Process) Kill() Usage {
	if p.sub.started() == 0 { // nothing to end; go-plugin keeps no process either
		p.client.Kill()
		return Usage{}
	}
	u := Usage{PeakMemory: peakMemory(p.sub.started())}
	_ = p.sub.Kill(context.Background())
	<-p.sub.exited
	p.client.Kill()
	return p.reaped(u)
}

func (p *Process) reaped(u Usage) Usage {
	<-p.sub.exited
	p.watched.Wait()
	if s := p.sub.state; s != nil {
		u.CPU = s.UserTime() + s.SystemTime()
	}
	return u
}

// inspect finds what is wrong with the file before it is started.
func inspect(p Plugin) *failure.Failure {
	info, err := os.Stat(p.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: "there is no such file",
			Hint: "check the path in the sweep or the configuration; \"assay plugin list\" shows what was found where"}
	case err != nil:
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: err.Error()}
	case info.IsDir():
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: "it is a folder, not an executable"}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: fmt.Sprintf("it is not executable (mode %v)", info.Mode().Perm()),
			Hint: "chmod +x " + p.Path}
	}
	return nil
}

// passed are the variables of the host that plugins see; everything else stays
// behind, so that a result does not depend on somebody's shell.
var passed = []string{"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	"VIRTUAL_ENV", "PYTHONPATH", "CONDA_PREFIX", "GOCOVERDIR", "SYSTEMROOT"}

// threadVariables are how the usual numeric libraries learn their thread count.
var threadVariables = []string{"GOMAXPROCS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
	"NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}

func environment(threads int) []string {
	var env []string
	for _, name := range passed {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "LC_") {
			env = append(env, kv)
		}
	}
	if threads > 0 {
		for _, name := range threadVariables {
			env = append(env, name+"="+strconv.Itoa(threads))
		}
	}
	return env
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10))
}

// remote is the go-plugin side of the host: it only makes the client.
type remote struct {
	plugin.NetRPCUnsupportedPlugin
}

func (remote) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("host: serves no methods")
}

func (remote) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return wire.NewMethodClient(conn), nil
}
