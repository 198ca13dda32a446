package study

import (
	"context"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/metric"
)

// A cell is one method on one dataset, as far as it has been asked.
type cell struct {
	sweep.Cell
	sequence *search.Sequence
	asked    [][]*Point // of every configuration, one per seed
	chosen   *sweep.Candidate
	ablated  []*Point
	done     bool // nothing more will be asked
}

func (s *Study) newCells() ([]*cell, error) {
	var out []*cell
	for _, c := range s.Sweep.Cells() {
		seq, err := s.Sweep.Sequence(c)
		if err != nil {
			return nil, err
		}
		out = append(out, &cell{Cell: c, sequence: seq})
	}
	return out, nil
}

// advance asks what the ledger allows, and returns what is new: configurations,
// and once the search is over and its settings are chosen, their ablations.
func (c *cell) advance(ctx context.Context, l *Ledger) (more []*Point, err error) {
	if c.done {
		return nil, nil
	}
	for {
		config, ok, err := c.sequence.Next(func(i int) (search.Answer, bool) { return c.answer(l, i) })
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		points, err := l.plan(ctx, l.study.Sweep.Configured(c.Cell, config))
		if err != nil {
			return nil, err
		}
		c.asked = append(c.asked, points)
		more = append(more, points...)
	}
	if !c.sequence.Done() {
		return more, nil
	}
	var base map[string]any
	if c.Searched() {
		sel := l.study.Sweep.Select
		if sel == nil {
			c.done = true
			return more, nil
		}
		if !c.finished() {
			return more, nil
		}
		if best, ok := sel.Pick(c.candidates()); ok {
			c.chosen, base = &best, best.Settings
		} else {
			c.done = true // nothing has a value: there is nothing to start from
			return more, nil
		}
	}
	c.done = true
	c.ablated, err = l.plan(ctx, l.study.Sweep.Ablated(c.Cell, base))
	return append(more, c.ablated...), err
}

// finished reports whether every configuration has come to something.
func (c *cell) finished() bool {
	for _, points := range c.asked {
		for _, p := range points {
			if !p.ended() {
				return false
			}
		}
	}
	return true
}

// answer is what configuration i came to, once all its seeds have ended.
func (c *cell) answer(l *Ledger, i int) (search.Answer, bool) {
	for _, p := range c.asked[i] {
		if !p.ended() {
			return search.None, false
		}
	}
	best := c.candidate(i)
	if len(best.Values) == 0 {
		return search.None, true
	}
	if metric.Goal(l.study.Sweep.Select.Goal) == metric.Min {
		return search.Answer{Value: -best.Mean()}, true
	}
	return search.Answer{Value: best.Mean()}, true
}

func (c *cell) candidates() []sweep.Candidate {
	out := make([]sweep.Candidate, len(c.asked))
	for i := range c.asked {
		out[i] = c.candidate(i)
	}
	return out
}

func (c *cell) candidate(i int) sweep.Candidate {
	first := c.asked[i][0]
	out := sweep.Candidate{Variant: first.Variant, Settings: first.Settings}
	for _, p := range c.asked[i] {
		if p.value != nil {
			out.Values = append(out.Values, *p.value)
		}
	}
	return out
}
