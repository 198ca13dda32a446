package study

import (
	"context"
	"errors"
	"slices"

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
	// What is asked is planned together, as far as nobody asks for its answers: the
	// store is then looked through once.
	var points []sweep.Point
	var sizes []int // of the configurations in points
	plan := func() error {
		planned, err := l.plan(ctx, points)
		if err != nil {
			return err
		}
		more = append(more, planned...)
		for _, n := range sizes {
			c.asked, planned = append(c.asked, planned[:n:n]), planned[n:]
		}
		points, sizes = nil, nil
		return nil
	}
	for {
		var failed error
		config, ok, err := c.sequence.Next(func(i int) (search.Answer, bool) {
			if i >= len(c.asked) {
				if failed = plan(); failed != nil {
					return search.None, false
				}
			}
			return c.answer(l, i)
		})
		if err := errors.Join(failed, err); err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		of := l.study.Sweep.Configured(c.Cell, config)
		points, sizes = append(points, of...), append(sizes, len(of))
	}
	if err := plan(); err != nil {
		return nil, err
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
		if best, ok := sel.Pick(c.candidates(l)); ok {
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
	best := c.candidate(l, i)
	if len(best.Values) == 0 {
		return search.None, true
	}
	if metric.Goal(l.study.Sweep.Select.Goal) == metric.Min {
		return search.Answer{Value: -best.Mean()}, true
	}
	return search.Answer{Value: best.Mean()}, true
}

func (c *cell) candidates(l *Ledger) []sweep.Candidate {
	out := make([]sweep.Candidate, len(c.asked))
	for i := range c.asked {
		out[i] = c.candidate(l, i)
	}
	return out
}

func (c *cell) candidate(l *Ledger, i int) sweep.Candidate {
	first := c.asked[i][0]
	out := sweep.Candidate{Variant: first.Variant, Settings: first.Settings}
	for _, p := range c.asked[i] {
		switch {
		case p.value == nil:
		case p.Seedless: // against the means of others it has as many values as they
			out.Values = append(out.Values, slices.Repeat([]float64{*p.value}, len(l.study.Sweep.Seeds))...)
		default:
			out.Values = append(out.Values, *p.value)
		}
	}
	return out
}
