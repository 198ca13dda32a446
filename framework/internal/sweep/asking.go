package sweep

import (
	"math"

	"github.com/assaylab/assay/framework/internal/search"
)

// asks reports whether the configurations of a method are asked for one after
// another, by a strategy that learns.
func (s *Sweep) asks(m Method) bool { return len(m.Search) > 0 && s.Search.learns() }

func (s *Sweep) space(m Method) (*search.Space, error) {
	return search.New(s.methods[m.ID].Schema, m.Settings, m.Search, m.Allowed...)
}

// Space is what the search of a cell's method ranges over.
func (s *Sweep) Space(c Cell) (*search.Space, error) { return s.space(c.Method) }

// sampled is how many configurations stand for those that nobody knows yet.
const sampled = 256

// configs lists the configurations of a method: one without search, and a sample
// where a strategy learns what to ask. A list is made once: many ask for it, and it
// may be long.
func (s *Sweep) configs(m Method) ([]search.Config, error) {
	if list, ok := s.listed[m.ID]; ok {
		return list, nil
	}
	list, err := s.list(m)
	if err == nil {
		if s.listed == nil {
			s.listed = map[string][]search.Config{}
		}
		s.listed[m.ID] = list
	}
	return list, err
}

func (s *Sweep) list(m Method) (list []search.Config, err error) {
	space, err := s.space(m)
	if err != nil {
		return nil, err
	}
	n := s.Search.Trials
	switch {
	case m.Configs != nil:
		return space.Distinct(m.Configs)
	case len(m.Search) == 0 || s.Search.Strategy == "grid":
		return space.Grid()
	case s.asks(m):
		n = sampled
	case s.Search.Strategy == "sobol":
		list, _, err = space.Sobol(s.Search.Seed, n)
		return list, err
	}
	list, _, err = space.Random(s.Search.Seed, n)
	return list, err
}

// strategy is a new one for a method.
func (s *Sweep) strategy(m Method) (search.Strategy, error) {
	if s.asks(m) {
		space, err := s.space(m)
		if err != nil {
			return nil, err
		}
		if s.Search.Plugin != "" {
			return s.Outside(space, s.Search.Trials)
		}
		return search.NewStrategy(s.Search.Strategy, space, s.Search.Seed, s.Search.Trials)
	}
	list, err := s.configs(m)
	return &search.List{Configs: list}, err
}

// Sequence asks for the configurations of a cell's method, one after another:
// just the one of a method that is not searched.
func (s *Sweep) Sequence(c Cell) (*search.Sequence, error) {
	strategy, err := s.strategy(c.Method)
	batch := math.MaxInt
	if c.Searched() && (s.asks(c.Method) || s.Search.Race > 0 || s.Budget.Any()) {
		batch = s.Search.Batch
	}
	return &search.Sequence{Strategy: strategy, Batch: batch}, err
}

// Pruned reports whether the configurations of a cell are trained in steps.
func (s *Sweep) Pruned(c Cell) bool {
	return s.Search.Prune != nil && c.Searched() && s.resumable(c.Method)
}

func (s *Sweep) resumable(m Method) bool {
	d := s.methods[m.ID]
	return d.Resumable && d.Budget != ""
}

// Ladder asks for the steps of a cell's method where it is Pruned. Rungs are shares
// of the full budget of each configuration.
func (s *Sweep) Ladder(c Cell) (*search.Ladder, error) {
	strategy, err := s.strategy(c.Method)
	p := s.Search.Prune
	l := &search.Ladder{Strategy: strategy, Pruner: search.Asha{Factor: p.Factor}, Rungs: make([]float64, p.Rungs), Batch: s.Search.Batch}
	if p.Strategy == "median" {
		l.Pruner = search.Median{Start: p.Start}
	}
	for i := range l.Rungs {
		l.Rungs[i] = math.Pow(p.Factor, float64(i+1-p.Rungs))
	}
	return l, err
}

// Until is what a share of the full training budget of a configuration is; 0: all of
// it, also where there is nothing to divide.
func (s *Sweep) Until(c Cell, config search.Config, share float64) (int64, error) {
	full, err := s.methods[c.Method.ID].BudgetFor(config.Full)
	until := max(int64(math.Round(share*float64(full))), 1)
	if err != nil || until >= full {
		return 0, err
	}
	return until, nil
}

// Share is the part of the sweep's budget that a cell has: as much for every method
// that is searched, and of that for each of its datasets.
func (s *Sweep) Share(c Cell) float64 {
	methods, datasets := map[string]bool{}, 0
	for _, x := range s.Cells() {
		if x.Searched() {
			methods[x.Method.ID] = true
		}
		if x.Method.ID == c.Method.ID {
			datasets++
		}
	}
	return 1 / float64(max(len(methods), 1)*max(datasets, 1))
}
