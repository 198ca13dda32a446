package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/conformance"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Target runs the conformance suite over a plugin in processes of its own,
// launched as for trials.
type Target struct {
	Launcher *Launcher
	Plugin   Plugin
	Options  Options
}

var (
	_ conformance.Target    = Target{}
	_ conformance.Orphanage = Target{}
	_ conformance.Program   = (*program)(nil)
)

// Start launches the plugin.
func (t Target) Start(ctx context.Context) (conformance.Session, error) {
	proc, err := t.Launcher.Launch(ctx, t.Plugin, t.Options)
	if err != nil {
		return nil, err
	}
	return &program{proc: proc}, nil
}

// Orphan launches the plugin with a lifeline of its own and cuts that.
func (t Target) Orphan(ctx context.Context, wait time.Duration) (time.Duration, error) {
	host, err := NewLauncher()
	if err != nil {
		return 0, err
	}
	host.MTLS, host.StartTimeout = t.Launcher.MTLS, t.Launcher.StartTimeout
	proc, err := host.Launch(ctx, t.Plugin, t.Options)
	if err != nil {
		host.Close()
		return 0, err
	}
	defer proc.Kill()
	began := time.Now()
	host.Close()
	select {
	case <-proc.sub.exited:
	case <-time.After(wait):
	}
	return time.Since(began), nil
}

// program is one process under test.
type program struct {
	proc *Process
	once sync.Once
	took time.Duration
}

func (p *program) Method() wire.MethodClient { return p.proc.Method }
func (p *program) Transport() string         { return string(p.proc.Transport) }
func (p *program) Stdout() string            { return p.proc.sub.stdout.after() }
func (p *program) Goodbye() time.Duration    { return p.took }

func (p *program) Left() int {
	<-p.proc.sub.exited
	return p.proc.sub.left
}

// Busy looks at the threads a few times: a method at work has one that runs or
// wants to, however busy the machine is. One that only sleeps is not noticed.
func (p *program) Busy() bool {
	busy := 0
	for range 9 {
		if p.proc.sub.tree.working() {
			busy++
		}
		time.Sleep(10 * time.Millisecond)
	}
	return busy > 4
}

// Explain says what a failed trial would say.
func (p *program) Explain(ctx context.Context, call string, err error) error {
	f := p.proc.Explain(ctx, call, err, nil)
	text := f.Error()
	for _, line := range f.Stderr {
		text += "\n  | " + line
	}
	return fmt.Errorf("%s", text)
}

func (p *program) Close() {
	p.once.Do(func() {
		began := time.Now()
		overdue := time.AfterFunc(3*time.Second, func() { _ = p.proc.sub.Kill(context.Background()) })
		p.proc.client.Kill()
		<-p.proc.sub.gone
		p.took = time.Since(began)
		overdue.Stop()
		p.proc.reaped(Usage{})
	})
}

func (p *program) Kill() { p.once.Do(func() { p.proc.Kill() }) }
