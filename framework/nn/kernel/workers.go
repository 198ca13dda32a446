package kernel

import (
	"sync"
	"sync/atomic"
)

// A Task is work cut into pieces that do not depend on each other. The cut must
// follow from the shape alone, so that the number of workers changes no bit.
type Task interface {
	// Piece does piece i; worker (from 0) names scratch that no other piece uses
	// at the same time.
	Piece(i, worker int)
}

// Workers run tasks on a fixed number of goroutines, the caller's included, and
// own the scratch memory of the kernels. They are not to be used by two
// goroutines at once. Close ends the goroutines.
type Workers struct {
	scratch   []Scratch // per worker
	product   product   // the matrix product under way
	attention attention // the attention under way
	wake      []chan struct{}
	task      Task
	pieces    int64
	next      atomic.Int64
	done      sync.WaitGroup
	serial    []*Workers // see Serial
}

// NewWorkers returns workers on n goroutines; fewer than one counts as one.
func NewWorkers(n int) *Workers {
	n = max(n, 1)
	w := &Workers{scratch: make([]Scratch, n)}
	if n == 1 {
		w.serial = []*Workers{w}
		return w
	}
	for range n {
		w.serial = append(w.serial, NewWorkers(1))
	}
	for i := 1; i < n; i++ {
		wake := make(chan struct{})
		w.wake = append(w.wake, wake)
		go w.serve(wake, i)
	}
	return w
}

// Threads returns the number of workers.
func (w *Workers) Threads() int { return len(w.scratch) }

// Serial returns workers on one goroutine: what a piece of a task, done by that
// worker, may call kernels on.
func (w *Workers) Serial(worker int) *Workers { return w.serial[worker] }

// Close ends the goroutines. The workers must not be used afterwards.
func (w *Workers) Close() {
	for _, wake := range w.wake {
		close(wake)
	}
	w.wake = nil
}

// Run does all pieces of a task and returns when they are done. It allocates
// nothing.
func (w *Workers) Run(t Task, pieces int) {
	if len(w.wake) == 0 || pieces < 2 {
		for i := range pieces {
			t.Piece(i, 0)
		}
		return
	}
	w.task, w.pieces = t, int64(pieces)
	w.next.Store(0)
	helpers := min(len(w.wake), pieces-1)
	w.done.Add(helpers)
	for i := range helpers {
		w.wake[i] <- struct{}{}
	}
	w.take(0)
	w.done.Wait()
	w.task = nil
}

func (w *Workers) serve(wake <-chan struct{}, worker int) {
	for range wake {
		w.take(worker)
		w.done.Done()
	}
}

func (w *Workers) take(worker int) {
	for {
		i := w.next.Add(1) - 1
		if i >= w.pieces {
			return
		}
		w.task.Piece(int(i), worker)
	}
}

// Scratch is memory that grows to the largest use and is kept.
type Scratch struct{ data []float32 }

// Floats returns n numbers of any value, valid until the next call.
func (s *Scratch) Floats(n int) []float32 {
	if cap(s.data) < n {
		s.data = make([]float32, n)
	}
	return s.data[:n]
}
