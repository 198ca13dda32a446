// Package executor is where trials run: on this machine ([Local]) or elsewhere,
// one file per back end. An executor takes requests and tells what happens to
// them; it knows no store, retries nothing and decides nothing.
package executor

import (
	"context"

	"github.com/assaylab/assay/framework/internal/trial"
)

// An Executor runs requests. All its methods may be called at once.
type Executor interface {
	// Submit hands over requests, which start in this order as places come free.
	// The error is about the executor; what becomes of a trial is an event.
	Submit(context.Context, []trial.Request) error
	// Events is where everything that happens is told. The last event of an attempt
	// has its result. The channel is closed once the executor is.
	Events() <-chan trial.Event
	// Cancel ends an attempt, or takes it out of the queue. Its result is a cancelled
	// one.
	Cancel(attempt string)
	// Capacity is how many trials may run at a time now.
	Capacity() int
	// Recover lists the attempts that still run or wait from before this process
	// began; their events come as if it had submitted them.
	Recover(context.Context) ([]string, error)
	// Close ends the executor. It may be called again with a harder mode.
	Close(Mode)
}

// Mode says how an executor ends.
type Mode int

const (
	Drain  Mode = iota // nothing more starts; what runs goes on to its end
	Detach             // leave what runs or waits to itself, for a later process to recover; where that is impossible, as Drain
	Kill               // end what runs
)
