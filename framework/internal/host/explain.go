package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// lastWords is how many lines of a plugin's talk a failure quotes.
const lastWords = 12

// ErrTimeout is the cause with which a trial's context ends when its time is up.
var ErrTimeout = errors.New("time is up")

// Stopped says why a context ended: its time was up, a failure that is its cause, or
// the run was stopped.
func Stopped(ctx context.Context) *failure.Failure {
	if errors.Is(context.Cause(ctx), ErrTimeout) {
		return &failure.Failure{Kind: failure.Timeout, Reason: context.Cause(ctx).Error(), Hint: "raise limits.timeout in the sweep, or give the method less to do"}
	}
	if f, ok := errors.AsType[*failure.Failure](context.Cause(ctx)); ok {
		out := *f
		return &out
	}
	return &failure.Failure{Kind: failure.Cancelled, Reason: "the run was stopped", Hint: "the same command continues where it stopped"}
}

// Complete adds to a failure which plugin it was, and its last words.
func (p *Process) Complete(f *failure.Failure) *failure.Failure {
	f.Plugin = p.plugin.Where()
	if f.Kind != failure.Cancelled && f.Kind != failure.Refused {
		f.Stderr = p.tail.Last(lastWords)
		p.explainConfinement(f)
	}
	return f
}

// denials are the words of a system that refuses something.
var denials = []string{"ermission denied", "peration not permitted", "ddress family not supported"}

// explainConfinement adds to a failure that may have come of it that the plugin was
// confined, and who grants what.
func (p *Process) explainConfinement(f *failure.Failure) {
	if p.sub.box == nil || p.sub.loose {
		return
	}
	for _, text := range append(f.Stderr, f.Reason) {
		for _, d := range denials {
			if strings.Contains(text, d) {
				more := "it ran confined: \"allow: {read: [...], write: [...], network: true}\" of the method in the sweep grants what it lacks (docs/security.md)"
				if f.Hint != "" {
					more = "; " + more
				}
				f.Hint += more
				return
			}
		}
	}
}

// explainStart finds the reason why there was no handshake. go-plugin's error is
// a text, so we look at the process instead: what it printed, how it ended.
func (p *Process) explainStart(err error, took, timeout time.Duration) *failure.Failure {
	if f := p.ended.Load(); f != nil {
		return p.Complete(f)
	}
	if p.sub.started() == 0 {
		return p.Complete(p.explainExec(err))
	}
	switch {
	case errors.Is(err, errNoTLS):
		return p.Complete(&failure.Failure{Kind: failure.Handshake, Reason: err.Error(), Hint: "write transport: auto or socket into the manifest, or give the plugin what it needs for TLS"})
	case errors.Is(err, errUnaskedTLS):
		return p.Complete(&failure.Failure{Kind: failure.Handshake, Reason: err.Error(), Hint: "a plugin sends a certificate only where PLUGIN_CLIENT_CERT is set"})
	}
	line := p.sub.stdout.line()
	parts := strings.Split(line, "|")
	f := &failure.Failure{Kind: failure.Handshake}
	switch ended := p.hasEnded(line == ""); {
	case line == "" && took >= timeout: // go-plugin has ended it by now
		f.Reason = fmt.Sprintf("it printed no handshake line within %v", timeout)
		f.Hint = "is it a plugin? one that loads slowly should load after the handshake; ASSAY_START_TIMEOUT raises the time"
	case line == "" && ended:
		f.Kind = failure.Crash
		f.Reason = fmt.Sprintf("it ended before the handshake (%v)", p.sub.state)
		f.Hint = "start it by hand to see its own message"
		p.explainImport(f)
	case len(parts) < 4 || !isNumber(parts[0]):
		f.Reason = fmt.Sprintf("the first line on its standard output is no handshake: %q", line)
		f.Hint = "a plugin must not print on standard output before the handshake; send messages to standard error"
	case parts[0] != "1":
		f.Reason = fmt.Sprintf("it speaks go-plugin's core protocol %s; this host speaks 1", parts[0])
		f.Hint = "build it with a go-plugin version that this host knows"
	case parts[1] != fmt.Sprint(wire.ProtocolVersion):
		f.Reason = fmt.Sprintf("it speaks version %s of the method protocol; this host speaks %d", parts[1], wire.ProtocolVersion)
		f.Hint = "update the plugin or assay, whichever is older"
	case len(parts) < 5 || parts[4] != "grpc":
		f.Reason = fmt.Sprintf("its handshake line does not offer grpc: %q", line)
	default:
		f.Reason = fmt.Sprintf("it shook hands, but could not be reached: %v", clean.Cut(firstLine(err.Error()), maxHint))
		f.Hint = "a plugin whose TLS does not work needs transport: socket in its " + ManifestName
	}
	return p.Complete(f)
}

func (p *Process) explainExec(err error) *failure.Failure {
	f := &failure.Failure{Kind: failure.Launch, Reason: "it could not be started: " + firstLine(err.Error())}
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		f.Hint = "it is no program for this machine: wrong architecture, or a script without a #! line"
	case errors.Is(err, syscall.ENOENT):
		f.Hint = "the interpreter named in its #! line, or its dynamic loader, is missing"
	case errors.Is(err, syscall.EACCES):
		f.Hint = "the file, or its file system, does not allow execution"
	}
	return f
}

// Explain finds the reason why a call failed: the host ended the process, the
// process ended itself, or the method said no.
func (p *Process) Explain(ctx context.Context, call string, err error, trailer metadata.MD) *failure.Failure {
	s := status.Convert(err)
	said := clean.Cut(s.Message(), maxReason)
	// A plugin knows the deadline too, and its clock may strike first.
	if at, ok := ctx.Deadline(); ok && (s.Code() == codes.DeadlineExceeded || s.Code() == codes.Canceled) && time.Until(at) < time.Second {
		<-ctx.Done()
	}
	if ctx.Err() != nil { // the call may return before the watcher has noticed
		p.end(Stopped(ctx))
	}
	if f := p.ended.Load(); f != nil {
		return p.Complete(f)
	}
	if s.Code() == codes.Unavailable && p.hasEnded(true) || p.hasEnded(false) {
		reason := fmt.Sprintf("the plugin ended during %s (%v)", call, p.sub.state)
		hint := "its last words are above; \"assay trial log\" shows all that was kept"
		if len(p.tail.Last(1)) == 0 {
			hint = "it left no words: a fault of memory, or somebody ended it; start it by hand to see more"
		}
		for _, line := range p.tail.Last(200) {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
				reason = fmt.Sprintf("the plugin ended during %s with %q", call, line)
			}
		}
		return p.Complete(&failure.Failure{Kind: failure.Crash, Reason: reason, Hint: hint})
	}
	if s.Code() == codes.Unavailable {
		return p.Complete(&failure.Failure{Kind: failure.Crash, Reason: fmt.Sprintf("the plugin could not be reached during %s: %s", call, said),
			Hint: "its process is there, but does not answer: is the machine overloaded?"})
	}
	f := &failure.Failure{Kind: failure.Error, Reason: fmt.Sprintf("%s: %s", call, said)}
	if hints := trailer.Get(wire.HintKey); len(hints) > 0 {
		f.Hint = clean.Cut(hints[0], maxHint)
	}
	if f.Hint == "" {
		p.explainImport(f)
	}
	switch s.Code() {
	case codes.InvalidArgument:
		f.Kind = failure.Refused
	case codes.Unimplemented:
		f.Kind, f.Hint = failure.Invalid, "the plugin must implement Describe, Train, Embed and Evaluate"
	}
	return p.Complete(f)
}

// hasEnded reports whether the process is gone; with wait it gives a process
// that has just broken its connection a moment to be reaped.
func (p *Process) hasEnded(wait bool) bool {
	var patience <-chan time.Time
	if wait {
		patience = time.After(time.Second)
	} else {
		closed := make(chan time.Time)
		close(closed)
		patience = closed
	}
	select {
	case <-p.sub.exited:
	case <-patience:
		select { // both may be ready
		case <-p.sub.exited:
		default:
			return false
		}
	}
	select { // its last words may still be in the pipe
	case <-p.sub.stderr.drained:
	case <-time.After(time.Second):
	}
	return true
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
