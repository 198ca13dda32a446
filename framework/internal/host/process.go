package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Launcher starts plugin processes. One per host: it holds the lifeline whose
// end tells every plugin that the host is gone, and the private folder (mode
// 0700) of their sockets.
type Launcher struct {
	MTLS         bool          // offer mutual TLS to plugins that do not insist on either
	StartTimeout time.Duration // how long a plugin may take to its handshake
	Guard        []string      // command of the guard process (see Guard); nil: none
	Confine      Confine       // empty: ConfineDefault
	Env          []string      // names of variables of the host that all plugins see
	Caches       string        // folder of caches that the trials of a plugin share; "": each has its own

	folder   *folder // of the sockets
	shared   *sharedWatch
	lifeline [2]*os.File // read end goes to plugins; we keep the write end open
	mark     mark        // of all our processes; see wire.RunEnv
	launched atomic.Int64
	guarded  sync.Once
	closing  sync.Once
	closed   chan struct{}
}

// NewLauncher prepares a launcher with mutual TLS on.
func NewLauncher() (*Launcher, error) {
	adopt()
	mark := newMark()
	folder, err := newFolder(mark)
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, folder.close())
	}
	return &Launcher{
		MTLS: true, StartTimeout: 20 * time.Second,
		folder: folder, shared: newSharedWatch(filepath.Join(folder.dir, noteFile)),
		lifeline: [2]*os.File{r, w}, mark: mark, closed: make(chan struct{}),
	}, nil
}

// Private is the folder of this host alone: it has a short path, and goes when the
// launcher is closed.
func (l *Launcher) Private() string { return l.folder.dir }

// Close removes the sockets. Plugins that still run see the lifeline end.
func (l *Launcher) Close() error {
	l.closing.Do(func() { close(l.closed); l.shared.close() })
	l.lifeline[0].Close()
	l.lifeline[1].Close()
	return l.folder.close()
}

// Options are the limits and the place of one process.
type Options struct {
	Threads int      // exported to the usual thread variables; 0: not limited
	CPUs    []int    // the process may run on these only; nil: on all
	Memory  int64    // bytes of resident memory of the process and all it starts; 0: no limit
	Dir     string   // working folder; "" means a private one of the launcher
	Env     []string // NAME=VALUE, stronger than what the host passes on
	Access  Access   // what it reaches beside its own code and Dir, where it is confined
}

// Process is a plugin that has shaken hands.
type Process struct {
	Method      wire.MethodClient
	Transport   Transport // tls or socket
	Confinement string    // how far it is confined: "landlock-7+seccomp"; empty: not

	plugin  Plugin
	conn    *grpc.ClientConn
	client  *plugin.Client
	sub     *subprocess
	tail    *Tail
	ended   atomic.Pointer[failure.Failure] // why the host ended it, if it did
	peak    atomic.Int64                    // resident bytes of the tree, where its memory is watched
	watched sync.WaitGroup
	before  time.Duration // processor time when the current trial began
	startUp time.Duration // from launch to handshake
	folders []string      // for temporary files and caches
}

// Launch starts a plugin and shakes hands with it. Ending ctx during the start
// ends the process; afterwards Attend does. The error is a *failure.Failure.
func (l *Launcher) Launch(ctx context.Context, p Plugin, opt Options) (*Process, error) {
	tail := new(Tail)
	if f := inspect(p); f != nil {
		return nil, f
	}
	if f := p.Unchanged(); f != nil {
		return nil, f
	}
	if opt.Memory > 0 && !canWatchMemory {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: "limits.memory cannot be enforced on " + runtime.GOOS,
			Hint: "leave the limit out, or run on Linux"}
	}
	if f := l.insufficient(p); f != nil {
		return nil, f
	}
	l.startGuard()
	cmd := exec.Command(p.Path, p.Args...)
	var own private
	var err error
	confine := l.Confine != ConfineOff && Strength() != ""
	if cmd.Dir = opt.Dir; cmd.Dir == "" {
		cmd.Dir, err = os.MkdirTemp(l.folder.dir, "work-")
	}
	if err == nil && confine {
		own, err = l.newPrivate(p, cmd.Dir)
	}
	if err != nil {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: err.Error()}
	}
	cmd.ExtraFiles = []*os.File{l.lifeline[0]} // descriptor 3
	mark := l.mark.of(l.launched.Add(1))
	sub, err := newSubprocess(cmd, opt.CPUs, mark, tail, l.shared)
	if err != nil {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: err.Error()}
	}
	sub.insist = l.Confine == ConfineRequired
	if confine {
		go func() {
			<-sub.exited
			_ = os.RemoveAll(own.temp) // else it goes with the launcher
		}()
	}
	proc := &Process{plugin: p, tail: tail, sub: sub}
	if confine {
		proc.folders = own.folders(cmd.Dir)
	}
	offer, err := l.offer(p)
	if err != nil {
		return nil, &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: "making keys for TLS: " + err.Error()}
	}
	config := &plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: wire.ProtocolVersion, MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{wire.ProtocolVersion: {wire.Service: remote{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		TLSConfig:        offer.config,
		Logger:           hclog.NewNullLogger(),
		StartTimeout:     l.StartTimeout,
		SkipHostEnv:      true,
		SyncStdout:       terminal.NewWriter(tail),
		SyncStderr:       terminal.NewWriter(tail),
		GRPCDialOptions:  dialOptions,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: l.folder.dir},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, sockets string) (runner.Runner, error) {
			var mine []string
			if confine {
				mine = own.variables()
				sub.box = p.sandbox(opt.Access.And(Access{Write: []string{cmd.Dir, own.temp, own.cache, sockets}}))
			}
			cmd.Env = append(append(environment(p, opt.Threads, slices.Concat(l.Env, opt.Access.Env), mine), spec.Env...), offer.env...)
			cmd.Env = append(cmd.Env, opt.Env...)
			cmd.Env = append(cmd.Env, wire.LifelineEnv+"=3", wire.RunEnv+"="+mark.String())
			return sub, nil
		},
	}
	proc.client = plugin.NewClient(config)
	if opt.Memory > 0 {
		proc.watchMemory(opt.Memory)
	}
	started := time.Now()
	stop := context.AfterFunc(ctx, func() { proc.end(Stopped(ctx)) })
	defer stop()
	if err := proc.shakeHands(ctx, config, offer); err != nil {
		f := proc.explainStart(err, time.Since(started), l.StartTimeout)
		proc.Kill()
		return nil, f
	}
	proc.startUp = time.Since(started)
	if sub.box != nil && !sub.loose {
		proc.Confinement = Strength()
		if opt.Access.Network {
			proc.Confinement += ", network"
		}
	}
	return proc, nil
}

func (p *Process) shakeHands(ctx context.Context, config *plugin.ClientConfig, offer offer) error {
	began := time.Now()
	if _, err := p.client.Start(); err != nil {
		return err
	}
	// What follows waits for answers, which may never come.
	overdue := time.AfterFunc(config.StartTimeout-time.Since(began), func() {
		p.end(&failure.Failure{Kind: failure.Handshake, Reason: fmt.Sprintf("it shook hands, but did not answer at its socket within %v", config.StartTimeout),
			Hint: "it must serve before it prints its handshake line; ASSAY_START_TIMEOUT raises the time"})
	})
	defer overdue.Stop()
	p.Transport = TransportTLS
	if !p.sub.stdout.certificate() { // the plugin has answered without one
		if offer.transport == TransportTLS {
			return errNoTLS
		}
		config.TLSConfig, p.Transport = nil, TransportSocket
	} else if offer.config == nil {
		return errUnaskedTLS
	}
	conn, err := p.client.Client()
	if err != nil {
		return err
	}
	service, err := conn.Dispense(wire.Service)
	if err != nil {
		return err
	}
	reached := service.(*grpc.ClientConn)
	p.conn = reached
	p.Method = &answers{wire.NewMethodClient(reached), p}
	return connect(ctx, reached)
}

// connect waits until the plugin can be spoken to. gRPC would do so at the first
// call, and a plugin that cannot be reached would be taken for one that crashed.
func connect(ctx context.Context, conn *grpc.ClientConn) error {
	conn.Connect()
	for state := conn.GetState(); state != connectivity.Ready; state = conn.GetState() {
		if state == connectivity.TransientFailure { // a call says why
			_, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: plugin.GRPCServiceName})
			if err != nil {
				return errors.New(status.Convert(err).Message())
			}
			return nil
		}
		if !conn.WaitForStateChange(ctx, state) {
			return ctx.Err()
		}
	}
	return nil
}

// Attend ends the process when ctx does, until the returned function is called.
func (p *Process) Attend(ctx context.Context) (leave func() bool) {
	return context.AfterFunc(ctx, func() { p.end(Stopped(ctx)) })
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
	u := p.memory()
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
	u := p.memory()
	_ = p.sub.Kill(context.Background())
	<-p.sub.exited
	p.client.Kill()
	return p.reaped(u)
}

func (p *Process) memory() Usage {
	return Usage{PeakMemory: max(peakMemory(p.sub.started()), p.peak.Load())}
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
	if p.Broken != nil {
		return p.Broken
	}
	info, err := os.Stat(p.Path)
	named := "" // where the executable is not the file that people name
	if p.Manifest != nil {
		named = p.Path + ": "
	}
	fail := func(reason, hint string) *failure.Failure {
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: named + reason, Hint: hint}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.Manifest != nil:
		hint := "command: in the manifest is a path relative to its folder; has the plugin been built?"
		if _, err := os.Stat(filepath.Join(p.Manifest.Dir(), "go.mod")); err == nil {
			hint = fmt.Sprintf("run: go build -C %s -o %s .", p.Manifest.Dir(), p.Path)
		}
		return fail("there is no such file", hint)
	case errors.Is(err, fs.ErrNotExist):
		return fail("there is no such file", "check the path in the sweep or the configuration; \"assay plugin list\" shows what was found where")
	case err != nil:
		return fail(err.Error(), "")
	case info.IsDir():
		return fail("it is a folder, not an executable", "")
	case !info.Mode().IsRegular():
		return fail(fmt.Sprintf("it is no regular file (%v)", info.Mode().Type()), "")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		return fail(fmt.Sprintf("it is not executable (mode %v)", info.Mode().Perm()), "chmod +x "+p.Path)
	}
	return nil
}

// remote is the go-plugin side of the host: it only hands on the connection.
type remote struct {
	plugin.NetRPCUnsupportedPlugin
}

func (remote) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("host: serves no methods")
}

func (remote) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
