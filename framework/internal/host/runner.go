package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/terminal"
)

// subprocess is one plugin process as go-plugin wants to see it. It differs
// from go-plugin's own runner in what it guarantees: the process leads its own
// group and the whole group ends with it, it dies with the host, what it prints
// is kept, and no child of its that holds a pipe open can stall the host.
type subprocess struct {
	cmd    *exec.Cmd
	mark   mark
	box    *sandbox // that it is started in; nil: none
	loose  bool     // it was started without, as the kernel refused
	insist bool     // then it is not started at all
	shared *sharedWatch
	cpus   []int
	tail   *Tail
	stdout *handshakeReader
	stderr *errorReader
	theirs []*os.File // our copies of the plugin's ends, closed after the start

	mu     sync.Mutex
	pid    int // 0 before the start
	tree   *tree
	killed bool // asked to end, perhaps before the start

	begun  chan struct{} // closed once it has been started,
	gone   chan struct{} // this once the process has been reaped,
	exited chan struct{} // and this once its children have ended too
	state  *os.ProcessState
	left   int // processes that outlived it and had to be ended
}

var _ runner.Runner = (*subprocess)(nil)

func newSubprocess(cmd *exec.Cmd, cpus []int, mark mark, tail *Tail, shared *sharedWatch) (*subprocess, error) {
	outR, outW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		outR.Close()
		outW.Close()
		return nil, err
	}
	// Files rather than writers: exec then copies nothing, and Wait returns when
	// the process ends even if a grandchild keeps its output open.
	cmd.Stdout, cmd.Stderr = outW, errW
	return &subprocess{
		cmd: cmd, cpus: cpus, mark: mark, shared: shared, tail: tail,
		stdout: &handshakeReader{pipe: outR, tail: terminal.NewWriter(tail)},
		stderr: &errorReader{pipe: errR, tail: terminal.NewWriter(tail), drained: make(chan struct{})},
		theirs: []*os.File{outW, errW},
		begun:  make(chan struct{}),
		gone:   make(chan struct{}),
		exited: make(chan struct{}),
	}, nil
}

func (s *subprocess) Start(context.Context) error {
	before := lookAround()
	err := startProcess(s.cmd, s.cpus, s.mark, s.box, s.gone)
	if errors.Is(err, errNotConfined) && !s.insist {
		s.loose = true
		err = startProcess(s.cmd, s.cpus, s.mark, nil, nil)
	}
	for _, f := range s.theirs {
		f.Close()
	}
	if err != nil {
		close(s.gone)
		close(s.exited)
		return err
	}
	s.mu.Lock()
	s.pid = s.cmd.Process.Pid
	s.tree = newTree(s.pid, s.mark, before)
	s.shared.add(s.tree)
	close(s.begun)
	if s.killed {
		killGroup(s.pid)
	}
	s.mu.Unlock()
	go func() {
		_ = wait(s.cmd) // the state says it all
		s.state = s.cmd.ProcessState
		close(s.gone)
		s.left = s.tree.kill() // what it started ends with it
		s.shared.remove(s.tree)
		close(s.exited)
		// Where the tree is not known, who left the group may still hold our pipes:
		// give the last words a moment to arrive, then stop listening.
		time.AfterFunc(500*time.Millisecond, func() {
			s.stdout.Close()
			s.stderr.Close()
		})
	}()
	return nil
}

// Wait returns when the process has ended, with its error state.
func (s *subprocess) Wait(context.Context) error {
	<-s.exited
	if s.state != nil && !s.state.Success() {
		return fmt.Errorf("%v", s.state)
	}
	return nil
}

// Kill ends the whole process group at once.
func (s *subprocess) Kill(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.killed = true
	if s.pid != 0 {
		killGroup(s.pid)
	}
	return nil
}

// started returns the process id, or 0 if it never started.
func (s *subprocess) started() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

func (s *subprocess) Stdout() io.ReadCloser           { return s.stdout }
func (s *subprocess) Stderr() io.ReadCloser           { return s.stderr }
func (s *subprocess) Name() string                    { return s.cmd.Path }
func (s *subprocess) Diagnose(context.Context) string { return "" } // our Failure says it
func (s *subprocess) ID() string {
	if pid := s.started(); pid != 0 {
		return strconv.Itoa(pid)
	}
	return ""
}

func (s *subprocess) PluginToHost(net, addr string) (string, string, error) { return net, addr, nil }
func (s *subprocess) HostToPlugin(net, addr string) (string, string, error) { return net, addr, nil }

// errorReader hands go-plugin standard error and keeps a copy.
type errorReader struct {
	pipe    *os.File
	tail    *terminal.Writer
	once    sync.Once
	drained chan struct{} // closed when nothing more will come
}

func (e *errorReader) Read(p []byte) (int, error) {
	n, err := e.pipe.Read(p)
	e.tail.Write(p[:n])
	if err != nil {
		e.once.Do(func() { e.tail.Close(); close(e.drained) })
		return n, io.EOF
	}
	return n, nil
}

func (e *errorReader) Close() error { return e.pipe.Close() }

// maxHandshake bounds the handshake line; ours have under 2,000 bytes, most of
// them certificate.
const maxHandshake = 16 << 10

// handshakeReader hands go-plugin the first line of standard output and sends
// the rest to the log: prints never break a trial, and never fill a pipe.
type handshakeReader struct {
	pipe *os.File
	tail *terminal.Writer

	mu    sync.Mutex
	first []byte // what has been printed up to the first line break
	done  bool   // the first line is complete, or is none
	given int    // how much of first go-plugin has read
	extra []byte // the beginning of what was printed after the first line
}

func (h *handshakeReader) Read(p []byte) (int, error) {
	for {
		h.mu.Lock()
		if h.done && h.given < len(h.first) {
			n := copy(p, h.first[h.given:])
			h.given += n
			h.mu.Unlock()
			return n, nil
		}
		done := h.done
		h.mu.Unlock()

		buf := make([]byte, 4096)
		n, err := h.pipe.Read(buf)
		if done {
			h.more(buf[:n])
		} else {
			h.take(buf[:n])
		}
		if err != nil {
			if !done && h.end() {
				continue // with the beginning of a line
			}
			return 0, io.EOF
		}
	}
}

// end notes that nothing follows, and reports whether there is something to give.
func (h *handshakeReader) end() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = true
	return h.given < len(h.first)
}

func (h *handshakeReader) take(text []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		h.first, h.done = append(h.first, text[:i+1]...), true
		h.keep(text[i+1:])
		return
	}
	h.first = append(h.first, text...)
	if len(h.first) > maxHandshake { // no handshake is that long: end the line for it
		h.first, h.done = append(h.first[:200:200], '\n'), true
	}
}

func (h *handshakeReader) more(text []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(text)
}

func (h *handshakeReader) keep(text []byte) {
	h.tail.Write(text)
	h.extra = append(h.extra, text[:min(len(text), max(0, 200-len(h.extra)))]...)
}

// after returns the beginning of what was printed after the first line.
func (h *handshakeReader) after() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return clean.Text(string(bytes.TrimSpace(h.extra)))
}

// line returns the first line printed so far, shortened for a message.
func (h *handshakeReader) line() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := bytes.TrimSpace(h.first)
	if len(text) > 200 {
		text = append(text[:200:200], "..."...)
	}
	return clean.Text(string(text))
}

func (h *handshakeReader) Close() error { return h.pipe.Close() }
