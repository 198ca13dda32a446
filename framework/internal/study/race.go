package study

import (
	"context"
	"slices"

	"github.com/assaylab/assay/framework/internal/search"
)

// raceFrom is how many seeds a configuration has before a race decides on the next.
const raceFrom = 2

// race asks for further seeds of configurations that are not clearly behind. What is
// compared are the configurations that had ended when this one was asked, so that it
// does not matter who answers first.
func (c *cell) race(ctx context.Context, l *Ledger) (more []*Point, err error) {
	for _, s := range c.racing {
		if !s.ended() {
			continue
		}
		if c.behind(s) {
			s.rest = nil
			continue
		}
		points, err := l.plan(ctx, s.rest[:1])
		if err != nil {
			return nil, err
		}
		points[0].step = s
		s.points, s.rest = append(s.points, points...), s.rest[1:]
		more = append(more, points...)
	}
	c.racing = slices.DeleteFunc(c.racing, func(s *step) bool { return len(s.rest) == 0 })
	return more, nil
}

func (c *cell) behind(s *step) bool {
	sw := c.study.Sweep
	var values [][]float64
	for _, other := range append(slices.Clone(c.steps[:max(s.Question-sw.Search.Batch+1, 0)]), s) {
		row := make([]float64, len(other.points))
		for i, p := range other.points {
			row[i] = p.worth(sw)
		}
		values = append(values, row)
	}
	return search.Race{Level: sw.Search.Race}.Behind(values, len(values)-1)
}

// spared counts the seeds that a race has not run.
func (c *cell) spared() (n int) {
	if c.study.Sweep.Search.Race == 0 {
		return 0
	}
	for _, s := range c.steps {
		n += len(c.study.Sweep.SearchSeeds()) - len(s.points) - len(s.rest)
	}
	return n
}
