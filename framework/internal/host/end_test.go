package host

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

func describe(ctx context.Context, p *Process) error {
	_, err := p.Method.Describe(ctx, &wire.DescribeRequest{})
	if err != nil {
		return p.Explain(ctx, "Describe", err, nil)
	}
	return nil
}

// A plugin that is told goodbye goes at once; one that does not listen is ended.
func TestGoodbye(t *testing.T) {
	l := newTestLauncher(t)
	proc := launch(t, l, toyPlugin(t, "good"), Options{})
	if err := describe(t.Context(), proc); err != nil {
		t.Fatal(text(err))
	}
	began := time.Now()
	u := proc.Close()
	if took := time.Since(began); took > time.Second {
		t.Errorf("goodbye took %v", took)
	}
	if !proc.sub.state.Success() {
		t.Errorf("it ended with %v", proc.sub.state)
	}
	if u.CPU <= 0 || runtime.GOOS == "linux" && u.PeakMemory < 1<<20 {
		t.Errorf("its cost is %+v", u)
	}
}

func TestDeafToGoodbye(t *testing.T) {
	t.Parallel()
	l := newTestLauncher(t)
	proc := launch(t, l, toyPlugin(t, "deaf"), Options{})
	began := time.Now()
	proc.Close()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v to end it", took)
	}
	if proc.sub.state.Success() {
		t.Error("a deaf toy ended by itself")
	}
}

// How a process ended stands in the failure, whichever call it was in.
func TestDeath(t *testing.T) {
	for how, words := range map[string][]string{
		"exit":  {"during Describe", "exit status 9", "it left no words"},
		"panic": {"during Describe", "panic: the toy is broken", "goroutine", "its last words are above"},
		"kill":  {"during Describe", "killed", "it left no words"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			proc := launch(t, newTestLauncher(t), toyPlugin(t, "dies", how), Options{})
			wantFailure(t, describe(t.Context(), proc), failure.Crash, words...)
		})
	}
}

// A call ends with its context, and so does the process.
func TestAttend(t *testing.T) {
	t.Parallel()
	l := newTestLauncher(t)
	for name, c := range map[string]struct {
		ctx  func() (context.Context, context.CancelFunc)
		kind failure.Kind
	}{
		"stopped": {func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			return ctx, cancel
		}, failure.Cancelled},
		"time is up": {func() (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(t.Context(), 30*time.Millisecond, fmt.Errorf("%w: longer than 30ms", ErrTimeout))
		}, failure.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			proc := launch(t, l, toyPlugin(t, "sleeps"), Options{})
			ctx, cancel := c.ctx()
			defer cancel()
			defer proc.Attend(ctx)()
			wantFailure(t, describe(ctx, proc), c.kind)
			eventually(t, "the process is still there", func() bool { return proc.hasEnded(false) })
		})
	}
}

// Its log is bounded however much it says, and its pipe never fills.
func TestFlood(t *testing.T) {
	t.Parallel()
	proc := launch(t, newTestLauncher(t), toyPlugin(t, "flood"), Options{})
	time.Sleep(100 * time.Millisecond)
	if err := describe(t.Context(), proc); err != nil {
		t.Fatal(text(err))
	}
	proc.Close()
	if n := len(proc.tail.String()); n > 2*tailSize {
		t.Errorf("%d bytes of log are kept", n)
	}
	if n := len(proc.tail.Last(lastWords)); n != lastWords {
		t.Errorf("%d last words", n)
	}
}

// What a plugin started ends with it: in its group or in a session of its own.
func TestChildrenEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	l := newTestLauncher(t)
	for i, c := range []struct{ name, script string }{
		{"in its group", "sleep %s &"},
		{"in a session of their own", "setsid sleep %s &"},
		{"without a parent", "setsid sh -c 'sleep %s & sleep 0.05'"},
		{"without an environment", "env -i setsid sleep %s &"},
		{"without environment or parent", "env -i setsid sh -c 'sleep %s &'"},
		{"without any mark", "bash -c \"ulimit -S -x unlimited; env -i setsid sh -c 'sleep %s &'\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			seconds := fmt.Sprint(900001 + i)
			noSleepers(t, seconds)
			proc := launch(t, l, toyPlugin(t, "parent", "sh", "-c", fmt.Sprintf(c.script, seconds)), Options{})
			eventually(t, "no child was started", func() bool { return len(sleepers(seconds)) == 1 })
			proc.Close()
			if n := len(sleepers(seconds)); n != 0 {
				t.Errorf("%d children outlive the plugin", n)
			}
			if proc.sub.left != 1 {
				t.Errorf("%d processes were left behind, want 1", proc.sub.left)
			}
		})
	}
}

// The memory of a plugin is watched.
func TestMemoryLimit(t *testing.T) {
	if !canWatchMemory {
		_, err := newTestLauncher(t).Launch(t.Context(), toyPlugin(t, "good"), Options{Memory: 1 << 30})
		wantFailure(t, err, failure.Launch, "cannot be enforced")
		return
	}
	t.Parallel()
	proc := launch(t, newTestLauncher(t), toyPlugin(t, "hoards"), Options{Memory: 100 << 20})
	wantFailure(t, describe(t.Context(), proc), failure.Memory, "the limit is 100 MiB", "limits.memory")
	if u := proc.Kill(); u.PeakMemory < 100<<20 {
		t.Errorf("its peak was %d bytes", u.PeakMemory)
	}
}

// A plugin whose host is gone goes too.
func TestLifeline(t *testing.T) {
	t.Parallel()
	l, err := NewLauncher()
	if err != nil {
		t.Fatal(err)
	}
	l.MTLS = false
	proc := launch(t, l, toyPlugin(t, "good"), Options{})
	l.Close()
	select {
	case <-proc.sub.exited:
	case <-time.After(2 * time.Second):
		t.Error("it outlives its host")
	}
}

// fifo makes a pipe with a name, executable.
func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if out, err := exec.Command("mkfifo", "-m", "755", path).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v %s", err, out)
	}
	return path
}
