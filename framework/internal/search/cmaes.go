package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// A CMAES searches numbers by covariance matrix adaptation: it draws from a
// normal distribution on the unit cube of the parameters, and shapes it by the
// ranks of the answers. Discrete parameters have a margin. It starts in the
// middle of the space; when it has converged it starts again, elsewhere and with
// a population twice as large (IPOP, Auger and Hansen 2005). A configuration that
// was asked before is not asked again, its answer counts anew.
//
// Answers are used in the order of the questions, λ of them at a time; questions
// are drawn from the newest distribution, however many answers are missing.
type CMAES struct {
	fresh
	dims    []int // parameters with more than one value
	margins []margin
	cells   []bool // which dims have a margin
	state   *evolution
	answers []Answer
	pending []guess
	starts  int
}

// A guess is a sample and the question that answers it.
type guess struct {
	sample
	question int
}

const (
	cmaesWidth  = 1.0 / 6 // first standard deviation: three of them reach from the middle to the ends
	cmaesLeast  = 1e-4    // share of the range below which spread decides nothing: it has converged
	cmaesDouble = 8       // the population doubles so often at most
	cmaesTries  = 100     // draws until one is new; else it stands still
)

// NewCMAES returns a CMAES that asks up to n questions. Parameters without an
// order, such as the names of rules, are refused.
func NewCMAES(s *Space, seed uint64, n int) (*CMAES, error) {
	c := &CMAES{fresh: newFresh(s, "cmaes", seed, n)}
	for k, a := range c.axes {
		switch {
		case len(a.values) == 1:
			continue
		case !a.ordered && len(a.values) > 2:
			return nil, fmt.Errorf("cmaes cannot search %s, whose values have no order; use tpe, or a method for each value", a.param.Name)
		}
		c.dims = append(c.dims, k)
	}
	return c, nil
}

// start begins in the middle, later anywhere, with a population that doubles.
func (c *CMAES) start() {
	d := len(c.dims)
	m := make([]float64, d)
	r := data.Rand(c.seed, fmt.Sprintf("cmaes start %d", c.starts))
	c.margins, c.cells = nil, make([]bool, d)
	for i, k := range c.dims {
		if m[i] = 0.5; c.starts > 0 {
			m[i] = r.Float64()
		}
		if a := c.axes[k]; a.discrete() {
			c.cells[i] = true
			c.margins = append(c.margins, margin{k: i, cell: func(u float64) cell { return a.cell(a.at(u)) }, scale: 1})
		}
	}
	lambda := (4 + int(3*math.Log(float64(d)))) << min(c.starts, cmaesDouble)
	c.state, c.pending = newEvolution(m, cmaesWidth, lambda), nil
	c.starts++
}

// Tell gives the answer to the oldest question that has none.
func (c *CMAES) Tell(a Answer) { c.answers = append(c.answers, a) }

// Ask returns the next question.
func (c *CMAES) Ask() (Config, bool, error) {
	if c.over() {
		return Config{}, false, nil
	}
	r := data.Rand(c.seed, fmt.Sprintf("cmaes %d", len(c.list)))
	for starts := 0; starts < 2 && len(c.dims) > 0; starts++ {
		if c.state == nil {
			c.start()
		}
		for range cmaesTries {
			c.learn()
			config, of, result, x, err := c.try(r)
			if err != nil {
				return Config{}, false, err
			}
			switch result {
			case added:
				c.pending = append(c.pending, guess{x, len(c.list)})
				c.keep(config, of)
				return config, true, nil
			case known:
				c.pending = append(c.pending, guess{x, c.seen[of]})
			}
		}
		c.state = nil
	}
	config, of, ok, err := c.any()
	if ok {
		c.keep(config, of)
	}
	return config, ok, err
}

// Revise gives a better answer to an old question. It counts for samples that
// have not been used yet.
func (c *CMAES) Revise(question int, a Answer) { c.answers[question] = a }

// learn updates the state by the oldest λ samples as often as these have answers.
func (c *CMAES) learn() {
	for len(c.pending) >= c.state.lambda {
		group := slices.Clone(c.pending[:c.state.lambda])
		if slices.ContainsFunc(group, func(t guess) bool { return t.question >= len(c.answers) }) {
			return
		}
		slices.SortStableFunc(group, func(s, t guess) int { return c.answers[t.question].compare(c.answers[s.question]) })
		best := make([]sample, len(group))
		for i, t := range group {
			best[i] = t.sample
		}
		c.pending = c.pending[c.state.lambda:]
		sound := c.state.update(best)
		for i := range c.margins {
			c.margins[i].correct(c.state)
		}
		if !sound || c.state.spent(cmaesLeast) {
			c.start()
		}
	}
}

// try draws one configuration. Points outside the bounds are drawn again, ten
// times for each dimension, and then moved to the bounds.
func (c *CMAES) try(r *rand.Rand) (config Config, of digest, result outcome, s sample, err error) {
	var x []float64
	for range 10 * len(c.dims) {
		if x = c.state.draw(r); c.inside(x) {
			break
		}
	}
	u := make([]float64, len(c.axes))
	for i, k := range c.dims {
		x[i] = c.bound(i, x[i])
		u[k] = x[i]
	}
	for i := range c.margins {
		g := &c.margins[i]
		u[c.dims[g.k]] = g.place(c.state, x[g.k])
	}
	given, err := c.space.choose(c.axes, func(k int) float64 { return u[k] })
	if err != nil {
		return Config{}, digest{}, refused, sample{}, err
	}
	config, of, result, err = c.offer(given)
	return config, of, result, sample{x, c.state.generation}, err
}

// inside reports whether all continuous coordinates are within their bounds;
// discrete ones end at their last cells.
func (c *CMAES) inside(x []float64) bool {
	for i, v := range x {
		if (v < 0 || v > 1) && !c.cells[i] {
			return false
		}
	}
	return true
}

func (c *CMAES) bound(i int, v float64) float64 {
	if c.cells[i] {
		return v
	}
	return clamp(v, 0, 1)
}
