package study

import (
	"math"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// An asker says what is tried next in a cell, by what came of the steps before.
type asker interface {
	Next(answer func(k int) (a search.Answer, known bool)) (s search.Step, open bool, err error)
	Done() bool
}

// whole asks for configurations that are trained to the end.
type whole struct{ *search.Sequence }

func (w whole) Next(answer func(int) (search.Answer, bool)) (search.Step, bool, error) {
	c, open, err := w.Sequence.Next(answer)
	return search.Step{Question: len(w.Asked) - 1, Config: c}, open, err
}

// rungs asks for parts of training.
type rungs struct{ *search.Ladder }

func (r rungs) Next(answer func(int) (search.Answer, bool)) (search.Step, bool, error) {
	return r.Ladder.Next(func(k int) (float64, bool) {
		a, known := answer(k)
		return a.Value, known
	})
}

func (s *Study) newCells() ([]*cell, error) {
	var out []*cell
	for _, x := range s.Sweep.Cells() {
		c := &cell{Cell: x, study: s}
		var strategy search.Strategy
		if s.Sweep.Pruned(x) {
			l, err := s.Sweep.Ladder(x)
			if err != nil {
				return nil, err
			}
			c.rungs, strategy = l.Rungs, l.Strategy
			l.Over = c.over()
			c.asker = rungs{l}
		} else {
			q, err := s.Sweep.Sequence(x)
			if err != nil {
				return nil, err
			}
			strategy = q.Strategy
			q.Over = c.over()
			c.asker = whole{q}
		}
		c.most = s.Sweep.Search.Trials
		if list, ok := strategy.(*search.List); ok {
			c.most = len(list.Configs)
		}
		out = append(out, c)
	}
	return out, nil
}

// over says when the share of the sweep's budget that the cell has is used up: of
// time by the steps that were told, of trials by those that were asked. One
// configuration is always tried.
func (c *cell) over() func(told int) bool {
	sw := c.study.Sweep
	b, share := sw.Budget, sw.Share(c.Cell)
	if !c.Searched() || b == (sweep.Budget{}) {
		return nil
	}
	var cpu, wall float64
	counted := 0
	return func(told int) bool {
		for ; counted < told; counted++ {
			for _, p := range c.steps[counted].points {
				x, y := p.cost()
				cpu, wall = cpu+x, wall+y
			}
		}
		c.spent = len(c.steps) > 0 && (b.CPU > 0 && cpu >= share*b.CPU.Seconds() ||
			b.Wall > 0 && wall >= share*b.Wall.Seconds()*float64(c.study.Workers(c.study.jobs)) ||
			b.Trials > 0 && c.trials+len(sw.SearchSeeds()) > int(math.Round(share*float64(b.Trials))))
		return c.spent
	}
}
