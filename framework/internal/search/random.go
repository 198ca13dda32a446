package search

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// patience is how many draws a new configuration may take before the space
// counts as used up.
const patience = 20

// Random returns up to n different configurations, drawn independently: values
// uniformly from lists, numbers uniformly or log-uniformly from ranges. Asking
// for more only adds to the end of the list. Where the space has fewer than n
// configurations all of them are returned, and the note says so.
func (s *Space) Random(seed uint64, n int) (list []Config, note string, err error) {
	if n < 1 || n > MaxConfigs {
		return nil, "", fmt.Errorf("random search needs 1 to %d trials, got %d", MaxConfigs, n)
	}
	u, err := s.sample(seed, n, patience*n)
	if err != nil {
		return nil, "", err
	}
	if len(u.list) < n {
		if u, err = s.exhaust(u, seed, n); err != nil {
			return nil, "", err
		}
	}
	if found := len(u.list); found < n {
		note = fmt.Sprintf("the search space has only %d different configurations for %d trials; each is tried once", found, n)
	}
	return u.list, note, nil
}

// sample draws until n configurations differ or that many draws are spent.
func (s *Space) sample(seed uint64, n, draws int) (*unique, error) {
	u := s.unique()
	for i := 0; i < draws && len(u.list) < n; i++ {
		given, err := s.draw(seed, i)
		if err != nil {
			return nil, err
		}
		if err := u.add(given); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// exhaust is for a space that draws do not fill quickly. Of a finite one the
// order is that of the draws, whose number depends on the space alone and not on
// n, followed by what they missed in the order of the grid.
func (s *Space) exhaust(short *unique, seed uint64, n int) (*unique, error) {
	grid, err := s.all()
	if err != nil {
		return short, nil // infinite or large, yet nearly all draws come to the same
	}
	u, err := s.sample(seed, n, patience*len(grid))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(grid) && len(u.list) < n; i++ {
		if err := u.add(grid[i].Given); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// all lists the space when it is finite. Whole numbers on a log scale are finite
// too, although no grid lists them unasked.
func (s *Space) all() ([]Config, error) {
	linear := *s
	linear.params = nil
	for _, p := range s.params {
		p.Log = p.Log && s.kind(p) != setting.Int
		linear.params = append(linear.params, p)
	}
	return linear.Grid()
}

// draw is draw number i. Every value has a stream of its own, so that a
// parameter more does not change the values of the others.
func (s *Space) draw(seed uint64, i int) (map[string]any, error) {
	given := map[string]any{}
	maps.Copy(given, s.fixed)
	for _, p := range s.params {
		on, err := s.schema.Active(p.When, given)
		if err != nil {
			return nil, fmt.Errorf("%s: when: %w", p.Name, err)
		}
		if on {
			given[p.Name] = p.draw(data.Rand(seed, fmt.Sprintf("search %d %s", i, p.Name)), s.kind(p))
		}
	}
	return given, nil
}

// digits of a number drawn from a range: enough for any setting, and short
// enough to read and to write down.
const digits = 6

func (p Param) draw(r *rand.Rand, k setting.Kind) any {
	step := p.stepFor(k)
	switch {
	case !p.IsRange():
		return p.Values[r.IntN(len(p.Values))]
	case p.Log && k == setting.Int:
		// Half a unit on either side gives the ends their full share:
		// x = round(exp(u)), u uniform in [ln(min − ½), ln(max + ½)).
		x := math.Round(between(r, p.Min-0.5, p.Max+0.5))
		return clamp(x, p.Min, p.Max)
	case p.Log:
		return clamp(round(between(r, p.Min, p.Max), digits), p.Min, p.Max)
	case step > 0:
		return p.at(r.IntN(p.steps(step)+1), step)
	}
	// max·u + min·(1 − u) rather than min + (max − min)·u: no overflow.
	u := r.Float64()
	return clamp(round(p.Max*u+p.Min*(1-u), digits), p.Min, p.Max)
}

// between draws log-uniformly from [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 {
	a, b := math.Log(lo), math.Log(hi)
	return math.Exp(a + (b-a)*r.Float64())
}
