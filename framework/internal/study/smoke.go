package study

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// smokeTime bounds a trial of a smoke run. One that has not failed by then would run.
const smokeTime = 2 * time.Minute

// Smoked is how the first trial of a method on a dataset went, on the least budget.
type Smoked struct {
	Method  string           `json:"method"`
	Dataset string           `json:"dataset"`
	Budget  int64            `json:"budget,omitempty"` // trained to, in the unit of the method's budget; 0: as it is
	Slow    bool             `json:"slow,omitempty"`   // it did not end in smokeTime: that is no failure
	Failure *failure.Failure `json:"failure,omitempty"`
	WallSec float64          `json:"wall_s"`
}

// Smoke runs each method once on each of its datasets, on as little training as it
// allows, to find before a long run what would fail in it. Nothing is recorded.
func (s *Study) Smoke(ctx context.Context, o RunOptions) (out []Smoked, err error) {
	dir, err := os.MkdirTemp("", "assay-smoke-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	st, err := store.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	whole, err := s.open(ctx, st)
	if err != nil {
		return nil, err
	}
	if _, err := whole.advance(ctx); err != nil {
		return nil, err
	}
	var points []sweep.Point
	seen := map[[2]string]bool{}
	for _, p := range whole.Points() {
		if at := [2]string{p.Method, p.Dataset}; !seen[at] && !p.Ablation && p.Shuffled == 0 {
			seen[at] = true
			points = append(points, s.least(p.Point))
		}
	}
	l := &Ledger{study: s, store: st, points: map[string][]*Point{}, failures: map[string]trial.Record{}}
	planned, err := l.plan(ctx, points)
	if err != nil {
		return nil, err
	}
	if t := s.Sweep.Limits.Timeout; t == 0 || t > smokeTime {
		s.Sweep.Limits.Timeout = smokeTime
	}
	s.Sweep.Keep, s.Sweep.Retries, s.Sweep.Stop = sweep.Keep{Embeddings: sweep.Room{None: true}}, sweep.Retries{}, sweep.Stop{}
	o.Execute = s.local // wherever the sweep itself will run
	r := &run{study: s, store: st, ledger: l, options: o, tried: map[string]bool{}, flying: map[string]*flight{}, stops: l.stops()}
	r.ask(planned)
	if len(r.queue) > 0 {
		err = r.carryOut(ctx, filepath.Join(dir, workDir))
	}
	for _, p := range planned {
		one := Smoked{Method: p.Method, Dataset: p.Dataset, Budget: p.Until, WallSec: p.known.Wall}
		if p.failure != nil {
			one.WallSec = p.failure.Provenance.WallSec
			if one.Failure = p.failure.Failure; one.Failure.Kind == failure.Timeout && s.Sweep.Limits.Timeout == smokeTime {
				one.Failure, one.Slow = nil, true
			}
		}
		if p.ended() {
			out = append(out, one)
		}
	}
	return out, err
}

// least is a point on as little training as its method allows: to the first unit of
// its budget where it can stop on the way, else with the least budget that there is.
func (s *Study) least(p sweep.Point) sweep.Point {
	d := s.plugins[p.Method].Description
	p.Searched, p.Report, p.Until = false, false, 0
	full, err := d.BudgetFor(p.Settings)
	switch set, ok := d.Schema.Find(d.Budget); {
	case err != nil || full <= 1:
	case d.Resumable:
		p.Until = 1
	case ok:
		least := 1.0
		if set.Min != nil {
			least = max(least, *set.Min)
		}
		changed := map[string]any{}
		for name, v := range p.Settings {
			changed[name] = v
		}
		changed[d.Budget] = least
		if complete, err := d.Schema.Complete(changed); err == nil {
			p.Settings = complete
		}
	}
	return p
}
