package view

import (
	"context"
	"errors"
	"time"

	"github.com/assaylab/assay/framework/internal/control"
	"github.com/assaylab/assay/framework/internal/study"
)

// Counts are how far a sweep has come, by what is recorded.
type Counts struct{ Done, Total, Failed int }

// Sweep is one sweep to look at.
type Sweep struct {
	Name    string
	Results string // folder of results
	// Page makes the sweep's page, with a place for what happens now.
	Page func(ctx context.Context) ([]byte, error)
	// Counts says how far it has come, where no run of this machine tells it.
	Counts func(ctx context.Context) (Counts, error)
}

const (
	lookAgain = time.Second      // at a run of this machine
	readAgain = 10 * time.Second // what is recorded, where there is none
)

// follow keeps a board up to date until ctx ends: by the run's own socket while one is
// at work on this machine, else by what is recorded. The run notices nothing of it.
func follow(ctx context.Context, s Sweep, b *board) {
	for ctx.Err() == nil {
		c, err := control.Dial(ctx, s.Results)
		if err == nil {
			err = attend(ctx, c, s.Name, b)
			c.Close()
		}
		if err == nil {
			continue // a run has ended: there may be another
		}
		if !errors.Is(err, control.ErrNone) {
			b.say(err.Error())
		}
		b.read(ctx, s)
		sleep(ctx, readAgain, s.Results)
	}
}

// sleep waits, not longer than until a run begins here.
func sleep(ctx context.Context, most time.Duration, results string) {
	for end := time.Now().Add(most); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAgain):
		}
		if c, err := control.Dial(ctx, results); err == nil {
			c.Close()
			return
		}
	}
}

// attend follows a run to its end. The error is [control.ErrNone] where the run is one
// of another sweep.
func attend(ctx context.Context, c *control.Client, sweep string, b *board) error {
	status, err := c.Status(ctx)
	if err != nil {
		return nil // it has just ended
	}
	if status.Sweep != sweep {
		return control.ErrNone
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.begin(c)
	defer b.end()
	go func() {
		defer cancel()
		_ = c.Events(ctx, func(e study.Event) { // its end is the run's, or ours
			if e.Point != nil {
				b.point(e.Attempt, e.Label, *e.Point)
			}
		})
	}()
	for {
		if status, err = c.Status(ctx); err != nil {
			return nil
		}
		b.status(status)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		}
	}
}
