package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/assaylab/assay/framework/internal/control"
	"github.com/assaylab/assay/framework/internal/terminal"
)

// lookAgain is how often a run is looked at.
const lookAgain = time.Second

// watchRun shows what a run of this machine is at, until it ends. On a terminal it
// draws over itself; elsewhere a line says when something has changed.
func (a *app) watchRun(ctx context.Context, dir string) error {
	ctx, done := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer done()
	c, err := control.Dial(ctx, dir)
	if errors.Is(err, control.ErrNone) {
		return advise(fmt.Errorf("%s: %w", dir, err), "\"assay status FILE\" without --watch shows what is recorded")
	}
	if err != nil {
		return err
	}
	defer c.Close()
	drawn, last := 0, control.Status{Done: -1}
	for {
		s, err := c.Status(ctx)
		if err != nil { // it has ended
			fmt.Fprintln(a.out, "the run has ended")
			return nil
		}
		head, lines := describeRun(s)
		switch {
		case widthOf(a.out) > 0:
			if drawn > 0 {
				fmt.Fprintf(terminal.Raw(a.out), "\x1b[%dA\x1b[J", drawn)
			}
			fmt.Fprintln(a.out, head+"\n"+strings.Join(lines, "\n"))
			drawn = 1 + len(lines)
		case s.Done != last.Done || s.Stage != last.Stage:
			fmt.Fprintln(a.out, head)
			last = s
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		}
	}
}

// describeRun is what a run is at: its own line, and one for every trial.
func describeRun(s control.Status) (head string, lines []string) {
	passed := time.Since(s.Started)
	head = fmt.Sprintf("%s: %d of %d trials, %d failed, %s", s.Sweep, s.Done, s.Total, s.Failed, timeLeft(int64(s.Done), int64(s.Total), passed))
	if hours := passed.Hours(); s.Done > 0 && hours > 0 {
		head += fmt.Sprintf(", %.0f an hour", float64(s.Done)/hours)
	}
	if nodes := nodesOf(s.Running); nodes > 0 {
		head += fmt.Sprintf(", %d at work on %d node(s)", len(s.Running), nodes)
	}
	if s.Stage != "running" {
		head += ", " + s.Stage
	}
	for _, r := range s.Running {
		line := fmt.Sprintf("  %s  %s", r.Label, time.Since(r.Started).Round(time.Second))
		if r.Node != "" {
			line += "  on " + r.Node
		}
		if p := r.Progress; p != nil {
			line += "  " + p.Stage
			if p.Unit != "" {
				line += fmt.Sprintf(" %d/%d %s", p.Done, p.Total, p.Unit)
			}
		}
		lines = append(lines, line)
	}
	return head, lines
}

// nodesOf counts the machines that trials run on, beside this one.
func nodesOf(running []control.Running) int {
	seen := map[string]bool{}
	for _, r := range running {
		if r.Node != "" {
			seen[r.Node] = true
		}
	}
	return len(seen)
}
