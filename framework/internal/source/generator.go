package source

import (
	"fmt"
	"slices"
	"sync"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// Generator makes recordings from settings and a seed.
type Generator struct {
	Name     string           `json:"name"`
	Version  int              `json:"version"` // raised whenever equal settings and seeds give other recordings
	Summary  string           `json:"summary"`
	Doc      string           `json:"doc"`
	Citation string           `json:"citation"`
	Settings setting.Schema   `json:"settings"`
	Shapes   map[string]Shape `json:"shapes"`
	generate func(params map[string]any, seed uint64) (map[string]*data.Recording, error)
	check    func(params map[string]any) []data.Problem // what the schema cannot say; paths are settings
}

// model is a settings struct that knows how to generate.
type model interface {
	generate(seed uint64) (map[string]*data.Recording, error)
	check() []data.Problem
}

// define fills a generator from a settings struct once somebody asks for it: every
// process of a plugin that this binary brings starts with all that is made at its
// start. fresh returns a new struct.
func define[M model](g Generator, fresh func() M) func() Generator {
	return sync.OnceValue(func() Generator { return complete(g, fresh) })
}

func complete[M model](g Generator, fresh func() M) Generator {
	g.Settings = setting.Of(fresh())
	decode := func(params map[string]any) (M, error) {
		m := fresh()
		err := g.Settings.Decode(params, m)
		return m, err
	}
	g.generate = func(params map[string]any, seed uint64) (map[string]*data.Recording, error) {
		m, err := decode(params)
		if err != nil {
			return nil, err
		}
		if p := m.check(); len(p) > 0 {
			return nil, p[0]
		}
		return m.generate(seed)
	}
	g.check = func(params map[string]any) []data.Problem {
		if m, err := decode(params); err == nil { // the schema reports the others
			return m.check()
		}
		return nil
	}
	return g
}

var generators = []func() Generator{swapVAEGenerator, lowRankGenerator, stimulusGenerator, thresholdGenerator, markovGenerator, coinGenerator, poemGenerator, manyBodyGenerator, teacherGenerator}

// Generators lists the generators in a fixed order.
func Generators() []Generator {
	out := make([]Generator, len(generators))
	for i, g := range generators {
		out[i] = g()
	}
	return out
}

// FindGenerator returns the generator of that name; the error suggests a similar one.
func FindGenerator(name string) (Generator, error) {
	var names []string
	for _, of := range generators {
		g := of()
		if g.Name == name {
			return g, nil
		}
		names = append(names, g.Name)
	}
	return Generator{}, &Error{Fact: fmt.Sprintf("there is no generator %q", name), Hint: setting.Suggest(name, names), Usage: true}
}

// Generate draws recordings by role. Equal settings and seeds give equal recordings.
func (g Generator) Generate(params map[string]any, seed uint64) (map[string]*data.Recording, error) {
	recs, err := g.generate(params, seed)
	if err != nil {
		return nil, fmt.Errorf("generator %s: %w", g.Name, err)
	}
	return recs, nil
}

// interleave orders the items of several groups so that every stretch holds
// them in proportion to their counts: item i of a group of n stands at
// (i+½)/n. A division in recorded order is then fair to all groups.
func interleave(counts []int) (group, item []int) {
	type place struct{ g, i int }
	var all []place
	for g, n := range counts {
		for i := range n {
			all = append(all, place{g, i})
		}
	}
	slices.SortStableFunc(all, func(a, b place) int {
		// (a.i+½)/n_a against (b.i+½)/n_b in whole numbers
		left, right := (2*a.i+1)*counts[b.g], (2*b.i+1)*counts[a.g]
		if left != right {
			return left - right
		}
		return a.g - b.g
	})
	for _, p := range all {
		group = append(group, p.g)
		item = append(item, p.i)
	}
	return group, item
}
