package study

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/metric"
)

// A cell is one method on one dataset, as far as it has been asked.
type cell struct {
	sweep.Cell
	study *Study
	asker asker
	rungs []float64 // shares of the full training budget; nil: configurations are trained whole
	most  int       // configurations at most

	steps     []*step
	questions int      // configurations that were asked
	trials    int      // of all steps
	last      []*step  // of every configuration
	racing    []*step  // of which more seeds may come
	unseen    []*Point // asked, and not yet looked up: of many the store is looked through once
	ended     int      // so many of the first steps have ended
	spent     bool     // the search ended because its budget is used up

	chosen   *sweep.Candidate
	reported []*Point // of what was chosen, with the seeds of the report
	ablated  []*Point
	shuffled []*Point
	done     bool // nothing more will be asked
}

// A step is a configuration, or one more part of its training.
type step struct {
	search.Step
	on     bool     // a further step goes on from it
	points []*Point // one per seed
	rest   []sweep.Point
}

// ended reports whether the step has come to something.
func (s *step) ended() bool {
	for _, p := range s.points {
		if !p.ended() {
			return false
		}
	}
	return true
}

// advance asks what the ledger allows, and returns what is new: configurations,
// and once the search is over and its settings are chosen, those of the report and
// their ablations.
func (c *cell) advance(ctx context.Context, l *Ledger) (more []*Point, err error) {
	for !c.done {
		points, err := c.next(ctx, l)
		if err != nil {
			return nil, err
		}
		if len(points) == 0 {
			break
		}
		more = append(more, points...)
	}
	return more, c.see(ctx, l)
}

// see looks up what was asked, before anybody asks what came of it.
func (c *cell) see(ctx context.Context, l *Ledger) error {
	points := c.unseen
	c.unseen = nil
	return l.see(ctx, points)
}

// next is what comes next; nothing until more has ended, or once all is done.
func (c *cell) next(ctx context.Context, l *Ledger) ([]*Point, error) {
	if len(c.racing) > 0 {
		if err := c.see(ctx, l); err != nil {
			return nil, err
		}
	}
	if points, err := c.race(ctx, l); err != nil || len(points) > 0 {
		return points, err
	}
	var failed error
	s, open, err := c.asker.Next(func(k int) (search.Answer, bool) {
		if failed = errors.Join(failed, c.see(ctx, l)); failed != nil {
			return search.None, false
		}
		return c.answer(k)
	})
	if err := errors.Join(failed, err); err != nil {
		return nil, err
	}
	if !open {
		if err := c.see(ctx, l); err != nil {
			return nil, err
		}
	}
	switch {
	case open:
		return c.begin(ctx, l, s)
	case !c.asker.Done():
		return nil, nil
	case !c.Searched():
		return c.finish(ctx, l, nil)
	case l.study.Sweep.Select == nil:
		c.done = true
		return nil, nil
	case !c.finished():
		return nil, nil
	}
	best, ok := l.study.Sweep.Select.Pick(c.candidates())
	if !ok {
		c.done = true // nothing has a value: there is nothing to start from
		return nil, nil
	}
	c.chosen = &best
	return c.finish(ctx, l, &best)
}

// begin asks for a step.
func (c *cell) begin(ctx context.Context, l *Ledger, s search.Step) ([]*Point, error) {
	sw := l.study.Sweep
	made := &step{Step: s}
	points := sw.Configured(c.Cell, s.Config)
	c.trials += len(points)
	if c.rungs != nil {
		until, err := sw.Until(c.Cell, s.Config, c.rungs[s.Rung])
		if err != nil {
			return nil, err
		}
		for i := range points {
			points[i].Until = until
		}
	}
	if c.Searched() && sw.Search.Race > 0 && len(points) > raceFrom {
		points, made.rest = points[:raceFrom], points[raceFrom:]
		c.racing = append(c.racing, made)
	}
	var err error
	if made.points, err = l.study.plan(ctx, points); err != nil {
		return nil, err
	}
	c.unseen = append(c.unseen, made.points...)
	if s.Question == c.questions {
		c.questions++
		c.last = append(c.last, made)
	} else {
		before := c.last[s.Question]
		before.on, c.last[s.Question] = true, made
		for i, p := range made.points {
			p.parent = before.points[i]
		}
	}
	for _, p := range made.points {
		p.step = made
	}
	c.steps = append(c.steps, made)
	return made.points, nil
}

// finish asks for what follows the search.
func (c *cell) finish(ctx context.Context, l *Ledger, best *sweep.Candidate) (more []*Point, err error) {
	c.done = true
	var base map[string]any
	settings := c.steps[0].points[0].Settings
	if best != nil {
		base, settings = best.Settings, best.Settings
		if c.reported, err = l.plan(ctx, l.study.Sweep.Reported(c.Cell, *best)); err != nil {
			return nil, err
		}
	}
	if c.ablated, err = l.plan(ctx, l.study.Sweep.Ablated(c.Cell, base)); err != nil {
		return nil, err
	}
	c.shuffled, err = c.shuffle(ctx, l, settings)
	return slices.Concat(c.reported, c.ablated, c.shuffled), err
}

// finished reports whether every step has come to something.
func (c *cell) finished() bool {
	for c.ended < len(c.steps) && len(c.steps[c.ended].rest) == 0 && c.steps[c.ended].ended() {
		c.ended++
	}
	return c.ended == len(c.steps)
}

// answer is what step k came to, once all its seeds have ended: larger is better.
func (c *cell) answer(k int) (search.Answer, bool) {
	s := c.steps[k]
	if len(s.rest) > 0 || !s.ended() {
		return search.None, false
	}
	sum, n := 0.0, 0.0
	for _, p := range s.points {
		if v := p.worth(c.study.Sweep); !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return search.None, true
	}
	return search.Answer{Value: sum / n}, true
}

// worth is what the search decides by: larger is better, NaN is none.
func (p *Point) worth(sw *sweep.Sweep) float64 {
	v, goal := p.value, ""
	if sw.Select != nil {
		goal = sw.Select.Goal
	}
	if sw.Search.Prune != nil {
		v, goal = p.stepValue, sw.Search.Prune.Goal
	}
	switch {
	case v == nil:
		return math.NaN()
	case metric.Goal(goal) == metric.Min:
		return -*v
	}
	return *v
}

// candidates are the configurations that were trained to the end.
func (c *cell) candidates() []sweep.Candidate {
	var out []sweep.Candidate
	for _, s := range c.steps {
		if c.rungs != nil && s.Rung < len(c.rungs)-1 {
			continue
		}
		first := s.points[0]
		one := sweep.Candidate{Variant: first.Variant, Settings: first.Settings}
		for _, p := range s.points {
			switch {
			case p.value == nil:
			case p.Seedless: // against the means of others it has as many values as they
				one.Values = append(one.Values, slices.Repeat([]float64{*p.value}, len(c.study.Sweep.SearchSeeds()))...)
			default:
				one.Values = append(one.Values, *p.value)
			}
		}
		out = append(out, one)
	}
	return out
}
