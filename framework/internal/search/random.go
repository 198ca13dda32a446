package search

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// patience is how many draws a new configuration may take before the space
// counts as used up.
const patience = 20

// A drawing gives the values of draw number i.
type drawing func(i int) (map[string]any, error)

// Random returns up to n different configurations, drawn independently: values
// uniformly from lists, numbers uniformly or log-uniformly from ranges. Asking
// for more only adds to the end of the list. Where the space has fewer than n
// configurations all of them are returned, and the note says so.
func (s *Space) Random(seed uint64, n int) (list []Config, note string, err error) {
	return s.drawn(n, "random search", func(i int) (map[string]any, error) { return s.draw(seed, i) })
}

// drawn lists the first n different configurations of a drawing.
func (s *Space) drawn(n int, what string, draw drawing) (list []Config, note string, err error) {
	if n < 1 || n > MaxConfigs {
		return nil, "", fmt.Errorf("%s needs 1 to %d trials, got %d", what, MaxConfigs, n)
	}
	u, tried, err := s.sample(draw, n, patience*n)
	if err != nil {
		return nil, "", err
	}
	if len(u.list) < n {
		if u, err = s.exhaust(u, draw, n); err != nil {
			return nil, "", err
		}
	}
	if found := len(u.list); found < n {
		note = fmt.Sprintf("the search space has only %d different configurations for %d trials; each is tried once", found, n)
	}
	if len(u.list) == 0 {
		return nil, "", u.nothing(tried)
	}
	return u.list, note, nil
}

// rejects is how many draws that break a constraint are forgiven for each draw
// that counts: a space of which the constraints leave less than that share is
// better described by other parameters.
const rejects = 1000

// sample draws until n configurations differ or that many draws are spent;
// those that break a constraint do not count, up to rejects for each patience.
func (s *Space) sample(draw drawing, n, draws int) (u *unique, tried int, err error) {
	u = s.unique()
	for spare := rejects * draws / patience; draws > 0 && spare > 0 && len(u.list) < n; tried++ {
		given, err := draw(tried)
		if err != nil {
			return nil, tried, err
		}
		switch outcome, err := u.add(given); {
		case err != nil:
			return nil, tried, err
		case outcome == refused:
			spare--
		default:
			draws--
		}
	}
	return u, tried, nil
}

// listable is the most combinations of a space that is listed when draws do not
// fill it.
const listable = 10_000

// exhaust is for a space that draws do not fill quickly. Of a finite one the
// order is that of the draws, whose number depends on the space alone and not on
// n, followed by what they missed in the order of the grid.
func (s *Space) exhaust(short *unique, draw drawing, n int) (*unique, error) {
	grid, err := s.product(listable)
	if err != nil {
		return short, nil // infinite or large, yet nearly all draws come to the same
	}
	u, _, err := s.sample(draw, n, patience*len(grid))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(grid) && len(u.list) < n; i++ {
		if _, err := u.add(grid[i].Given); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// draw is draw number i. Every value has a stream of its own, so that a
// parameter more does not change the values of the others.
func (s *Space) draw(seed uint64, i int) (map[string]any, error) {
	given := s.start()
	for k, p := range s.params {
		on, err := s.active(k, given)
		if err != nil {
			return nil, err
		}
		if on {
			given[p.Name] = p.draw(data.Rand(seed, fmt.Sprintf("search %d %s", i, p.Name)), s.kinds[k])
		}
	}
	return given, nil
}

func (p Param) draw(r *rand.Rand, k setting.Kind) any {
	if n := p.choices(k); n > 0 {
		return p.choice(r.IntN(n), k)
	}
	return p.scaled(r.Float64(), k)
}
