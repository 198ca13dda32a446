package study

import (
	"context"

	"github.com/assaylab/assay/framework/internal/sweep"
)

// shuffle asks for the trainings of a method on targets that mean nothing. What is
// read out of an undivided recording is known whole, so that there nothing is dealt.
func (c *cell) shuffle(ctx context.Context, l *Ledger, settings map[string]any) ([]*Point, error) {
	points := l.study.Sweep.Shuffled(c.Cell, settings)
	if len(points) == 0 {
		return nil, nil
	}
	divided, err := l.study.divided(ctx, c.Cell)
	if !divided || err != nil {
		return nil, err
	}
	return l.plan(ctx, points)
}

// divided reports whether what is read out of a cell has a train part.
func (s *Study) divided(ctx context.Context, c sweep.Cell) (bool, error) {
	_, recipe, err := s.dataset(ctx, c.Dataset, c.Fold, 0, s.seed())
	if err != nil {
		return false, err
	}
	e, err := s.embedded(datasetLabel(c.Dataset, recipe, s.seed()), s.plugins[c.Method.ID].Description.EmbedRole())
	return err == nil && e.divided, err
}

// deals is on how many deals of the targets a method is trained.
func (l *Ledger) deals(method string) (n int) {
	for _, c := range l.cells {
		if c.Method.ID == method {
			n = max(n, len(c.shuffled))
		}
	}
	return n
}
