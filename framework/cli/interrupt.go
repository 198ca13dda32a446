package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// stopper ends a command in two steps: the first signal, or another process, drains
// it; the second ends it at once.
type stopper struct {
	ctx    context.Context // ends with stop
	drain  chan struct{}   // closed by the first
	first  func()          // what is said then
	once   sync.Once
	cancel context.CancelFunc
	listen chan os.Signal
}

// interrupts listens for signals: Ctrl-C, TERM, and HUP, which a terminal sends that
// is closed.
func interrupts(parent context.Context, first func()) *stopper {
	s := &stopper{drain: make(chan struct{}), first: first, listen: make(chan os.Signal, 2)}
	s.ctx, s.cancel = context.WithCancel(parent)
	signal.Notify(s.listen, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for step := s.goOn; ; step = s.stop {
			select {
			case <-s.listen:
				step()
			case <-s.ctx.Done():
				return
			}
		}
	}()
	return s
}

// goOn is the first step: what runs goes on.
func (s *stopper) goOn() {
	s.once.Do(func() {
		close(s.drain)
		s.first()
	})
}

func (s *stopper) stop() { s.cancel() }

func (s *stopper) draining() bool {
	select {
	case <-s.drain:
		return true
	default:
		return false
	}
}

// done gives the signals back.
func (s *stopper) done() {
	signal.Stop(s.listen)
	s.cancel()
}
