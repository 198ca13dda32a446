package study

import (
	"context"
	"errors"
	"io/fs"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Ledger says of every trial of a sweep what is known about it. It reads of the
// store what it needs, when it needs it.
type Ledger struct {
	study    *Study
	store    *store.Store // nil: nothing is recorded
	owned    bool         // Close closes the store
	cells    []*cell
	points   map[string][]*Point     // by key
	failures map[string]trial.Record // by key of the fit: the last of each that never succeeded
}

// Plan plans the whole sweep as far as what is recorded allows: ablations of a
// searched method need the search to be finished. st may be nil.
func (s *Study) Plan(ctx context.Context, st *store.Store) (*Ledger, error) {
	l, err := s.open(ctx, st)
	if err != nil {
		return nil, err
	}
	if st != nil {
		err := st.Failed(ctx, func(rec trial.Record) error {
			l.failures[rec.Fit] = rec
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	_, err = l.advance(ctx)
	return l, err
}

// open makes a ledger in which nothing has been asked and no failure is known.
func (s *Study) open(ctx context.Context, st *store.Store) (*Ledger, error) {
	if err := s.probable(ctx); err != nil {
		return nil, err
	}
	cells, err := s.newCells()
	return &Ledger{study: s, store: st, cells: cells, points: map[string][]*Point{}, failures: map[string]trial.Record{}}, err
}

// View plans the sweep by what a results folder holds; nothing if there is none yet.
// Close the ledger when it is done with.
func (s *Study) View(ctx context.Context, dir string) (*Ledger, error) {
	st, err := store.View(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return s.Plan(ctx, nil)
	}
	if err != nil {
		return nil, err
	}
	l, err := s.Plan(ctx, st)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	l.owned = true
	return l, nil
}

// Close gives back the store of a View.
func (l *Ledger) Close() error {
	if !l.owned {
		return nil
	}
	return l.store.Close()
}

// advance asks everything that can be asked now, and returns what is new.
func (l *Ledger) advance(ctx context.Context) (more []*Point, err error) {
	for _, c := range l.cells {
		points, err := c.advance(ctx, l)
		if err != nil {
			return nil, err
		}
		more = append(more, points...)
	}
	return more, nil
}

// plan makes trials of points, and looks up what is known of them.
func (l *Ledger) plan(ctx context.Context, points []sweep.Point) ([]*Point, error) {
	out, err := l.study.plan(ctx, points)
	if err != nil {
		return nil, err
	}
	return out, l.see(ctx, out)
}

// see looks up what is known of trials.
func (l *Ledger) see(ctx context.Context, points []*Point) error {
	if err := l.look(ctx, points); err != nil {
		return err
	}
	for _, p := range points {
		l.points[p.Key] = append(l.points[p.Key], p)
		if rec, ok := l.failures[p.Key]; ok && !p.known.Trained {
			p.failure = &rec
		}
	}
	return nil
}

// look asks the store what it has of points.
func (l *Ledger) look(ctx context.Context, points []*Point) error {
	if l.store == nil || len(points) == 0 {
		return nil
	}
	if err := l.known(ctx, points); err != nil {
		return err
	}
	// What the first edition recorded of third-party plugins goes by version alone,
	// until somebody says that it was this code.
	var first []*Point
	for _, p := range points {
		if p.Fit.Code != "" && !p.known.Trained {
			first = append(first, p)
		}
	}
	if len(first) > 0 {
		if err := l.byVersion(ctx, first); err != nil {
			return err
		}
	}
	return l.values(ctx, points)
}

func (l *Ledger) known(ctx context.Context, points []*Point) error {
	wants := make([]store.Want, len(points))
	for i, p := range points {
		wants[i] = p.want()
	}
	known, err := l.store.Known(ctx, wants)
	for i := range known {
		points[i].known = known[i]
	}
	return err
}

// byVersion finds points under the key that they have without their code.
func (l *Ledger) byVersion(ctx context.Context, points []*Point) error {
	keys := make([]string, len(points))
	for i, p := range points {
		keys[i] = p.Key
		fit := p.Fit
		fit.Code = ""
		p.Key = fit.Key()
	}
	if err := l.known(ctx, points); err != nil {
		return err
	}
	for i, p := range points {
		if p.known.Trained {
			p.Fit.Code = ""
		} else {
			p.Key = keys[i]
		}
	}
	return nil
}

// values reads what the sweep selects by, of the points that are searched.
func (l *Ledger) values(ctx context.Context, points []*Point) error {
	sel := l.study.Sweep.Select
	if sel == nil {
		if !l.study.Sweep.Budget.Any() {
			return nil
		}
		sel = new(sweep.Select)
	}
	var searched []*Point
	var wants []store.Want
	for _, p := range points {
		if p.Searched && p.known.Trained {
			searched, wants = append(searched, p), append(wants, p.want())
		}
	}
	if len(wants) == 0 {
		return nil
	}
	with, prune := store.Metrics, l.study.Sweep.Search.Prune
	if l.study.Sweep.Budget.Any() {
		with |= store.Provenance
	}
	only := func(name, split string) bool {
		return name == sel.Metric && split == sel.Split || prune != nil && name == prune.Metric && split == prune.Split
	}
	return l.store.Read(ctx, store.Query{Wants: wants, With: with, Metrics: only, AnyOrder: true}, func(i int, rec trial.Record) error {
		p := searched[i]
		p.value = valueOf(rec, sel.Metric, sel.Split)
		if prune != nil {
			p.stepValue = valueOf(rec, prune.Metric, prune.Split)
		}
		p.cpu, p.wall = rec.Provenance.CPUSec, rec.Provenance.WallSec
		return nil
	})
}

// valueOf is a trial's value of a metric on a split.
func valueOf(rec trial.Record, name, split string) *float64 {
	for _, v := range rec.Metrics {
		if v.Name == name && v.Split == split {
			return &v.Value
		}
	}
	return nil
}

// settle takes in earlier failures of trials that a run did not come to.
func (l *Ledger) settle(ctx context.Context) error {
	err := l.store.Failed(ctx, func(rec trial.Record) error {
		if _, newer := l.failures[rec.Fit]; !newer {
			l.failures[rec.Fit] = rec
		}
		for _, p := range l.points[rec.Fit] {
			if p.failure == nil && !p.Trained() {
				p.failure = &rec
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = l.advance(ctx)
	return err
}

// note takes in how a trial ended: what the store has of it now, or how it failed. A
// failure does not undo a success.
func (l *Ledger) note(ctx context.Context, rec trial.Record) error {
	points := l.points[rec.Key]
	if rec.Status == trial.Failed {
		l.failures[rec.Key] = rec
	} else {
		delete(l.failures, rec.Key)
	}
	if err := l.known(ctx, points); err != nil {
		return err
	}
	for _, p := range points {
		p.failure = nil
		if rec.Status == trial.Failed && !p.Finished() {
			p.failure = &rec
		}
	}
	return l.values(ctx, points)
}

// Points lists what has been asked: first every method on every dataset in every
// configuration, then the ablations around settings that were chosen, and last what is
// trained on targets that mean nothing.
func (l *Ledger) Points() []*Point {
	var out, later []*Point
	for _, c := range l.cells {
		for _, s := range c.steps {
			out = append(out, s.points...)
		}
		out = append(out, c.reported...)
		if c.Searched() {
			later = append(later, c.ablated...)
		} else {
			out = append(out, c.ablated...)
		}
	}
	for _, c := range l.cells {
		later = append(later, c.shuffled...)
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
