package study

import (
	"context"
	"errors"
	"io/fs"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Ledger says of every trial of a sweep what is known about it.
type Ledger struct {
	study    *Study
	cells    []*cell
	Records  map[string]trial.Record // succeeded, by key
	Failures map[string]trial.Record // failed and never succeeded, by key
}

// Plan plans the whole sweep as far as the records allow: ablations of a searched
// method need the search to be finished.
func (s *Study) Plan(ctx context.Context, records, failures map[string]trial.Record) (*Ledger, error) {
	cells, err := s.newCells()
	if err != nil {
		return nil, err
	}
	l := &Ledger{study: s, cells: cells, Records: records, Failures: failures}
	if l.Records == nil {
		l.Records = map[string]trial.Record{}
	}
	if l.Failures == nil {
		l.Failures = map[string]trial.Record{}
	}
	_, err = l.advance(ctx)
	return l, err
}

// View plans the sweep by what a results folder holds; nothing if there is none yet.
func (s *Study) View(ctx context.Context, dir string) (*Ledger, error) {
	st, err := store.View(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return s.Plan(ctx, nil, nil)
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	records, failures, err := read(ctx, st)
	if err != nil {
		return nil, err
	}
	return s.Plan(ctx, records, failures)
}

func read(ctx context.Context, st *store.Store) (records, failures map[string]trial.Record, err error) {
	if records, err = st.Records(ctx); err != nil {
		return nil, nil, err
	}
	failures, err = st.Failures(ctx)
	return records, failures, err
}

// advance asks everything that can be asked now, and returns what is new.
func (l *Ledger) advance(ctx context.Context) (more []Point, err error) {
	for _, c := range l.cells {
		points, err := c.advance(ctx, l)
		if err != nil {
			return nil, err
		}
		more = append(more, points...)
	}
	return more, nil
}

// settle takes in earlier failures of trials that a run did not come to.
func (l *Ledger) settle(ctx context.Context, failures map[string]trial.Record) error {
	for key, rec := range failures {
		if !l.ended(key) {
			l.Failures[key] = rec
		}
	}
	_, err := l.advance(ctx)
	return err
}

// note takes in how a trial ended. A failure does not undo a success.
func (l *Ledger) note(rec trial.Record) {
	switch rec.Status {
	case trial.Succeeded:
		l.Records[rec.Key] = rec
		delete(l.Failures, rec.Key)
	case trial.Failed:
		if _, ok := l.Records[rec.Key]; !ok {
			l.Failures[rec.Key] = rec
		}
	}
}

// ended reports whether a trial has come to something.
func (l *Ledger) ended(key string) bool {
	if _, ok := l.Records[key]; ok {
		return true
	}
	_, ok := l.Failures[key]
	return ok
}

// selected is a trial's value of what the sweep selects by.
func (l *Ledger) selected(key string) (float64, bool) {
	sel := l.study.Sweep.Select
	if sel == nil {
		return 0, false
	}
	for _, v := range l.Records[key].Metrics {
		if v.Name == sel.Metric && v.Split == sel.Split {
			return v.Value, true
		}
	}
	return 0, false
}

// Points lists what has been asked: first every method on every dataset in every
// configuration, then the ablations around settings that were chosen.
func (l *Ledger) Points() []Point {
	var out, later []Point
	for _, c := range l.cells {
		for _, points := range c.asked {
			out = append(out, points...)
		}
		if c.Searched() {
			later = append(later, c.ablated...)
		} else {
			out = append(out, c.ablated...)
		}
	}
	return append(out, later...)
}

// Waiting counts the variants and trials of ablations that cannot be planned
// before settings are chosen.
func (l *Ledger) Waiting() (variants, trials int) {
	for _, c := range l.cells {
		if c.Searched() && !c.done {
			n := l.study.Sweep.CountAblated(c.Cell)
			variants, trials = variants+n/len(l.study.Sweep.Seeds), trials+n
		}
	}
	return variants, trials
}

// Counts are of trials, each once however many points mean it.
type Counts struct {
	Trials int `json:"trials"`
	Cached int `json:"cached"`
	New    int `json:"new"`
	Failed int `json:"failed"` // failed before: they will be tried again
}

// Count counts the trials of the points that keep lets through; nil: all.
func (l *Ledger) Count(keep func(Point) bool) Counts {
	var c Counts
	seen := map[string]bool{}
	for _, p := range l.Points() {
		if seen[p.Key] || keep != nil && !keep(p) {
			continue
		}
		seen[p.Key] = true
		c.Trials++
		if _, ok := l.Records[p.Key]; ok {
			c.Cached++
		} else if _, ok := l.Failures[p.Key]; ok {
			c.Failed++
		} else {
			c.New++
		}
	}
	return c
}

// FailureGroup is what failed for one reason.
type FailureGroup struct {
	First  trial.Record
	Label  string // of the first
	Trials int
}

// FailureGroups lists what failed: each reason of each method once.
func (l *Ledger) FailureGroups() []FailureGroup {
	var out []FailureGroup
	place := map[string]int{}
	seen := map[string]bool{}
	for _, p := range l.Points() {
		rec, ok := l.Failures[p.Key]
		if !ok || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		id := string(rec.Failure.Kind) + rec.Failure.Reason + p.Method
		if _, known := place[id]; !known {
			place[id] = len(out)
			out = append(out, FailureGroup{First: rec, Label: Label(p.Point)})
		}
		out[place[id]].Trials++
	}
	return out
}
