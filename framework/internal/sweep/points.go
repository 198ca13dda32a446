package sweep

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/metric"
)

// Skipped lists the methods and datasets that do not suit each other.
func (s *Sweep) Skipped() []Skip { return s.skipped }

// A Cell is a method on a dataset that suits it, or on one fold of that: whatever is
// selected is selected in each fold by itself.
type Cell struct {
	Method  Method
	Dataset string
	Fold    int // from 1; 0: the dataset has no folds
}

// Cells lists the methods and the datasets that they run on, in the order of the
// file.
func (s *Sweep) Cells() []Cell {
	var out []Cell
	for _, p := range s.pairs {
		folds := s.folds(p.dataset)
		if folds == 0 {
			out = append(out, Cell{Method: s.Methods[p.method], Dataset: p.dataset})
		}
		for i := range folds {
			out = append(out, Cell{s.Methods[p.method], p.dataset, i + 1})
		}
	}
	return out
}

// folds is how many folds a dataset has, in all its repeats.
func (s *Sweep) folds(dataset string) int {
	i := slices.IndexFunc(s.Datasets, func(d Dataset) bool { return d.ID == dataset })
	return len(s.Datasets[i].Recipe.EachFold())
}

// Searched reports whether the cell has configurations from which Select picks.
func (c Cell) Searched() bool { return c.Method.searched() }

// Configured makes the points of a configuration, one for every seed of the search
// (see seeded).
func (s *Sweep) Configured(c Cell, config search.Config) []Point {
	p := Point{Method: c.Method.ID, Dataset: c.Dataset, Fold: c.Fold, Settings: config.Full, Searched: c.Searched()}
	if !p.Searched {
		return s.seeded(p, s.Seeds)
	}
	p.Variant = c.Method.label(config)
	return s.seeded(p, s.SearchSeeds())
}

// Reported makes the points of selected settings with the seeds of the report, where
// the search has its own.
func (s *Sweep) Reported(c Cell, best Candidate) []Point {
	if s.Search.Seeds == nil {
		return nil
	}
	return s.seeded(Point{Method: c.Method.ID, Dataset: c.Dataset, Fold: c.Fold, Variant: best.Variant, Settings: best.Settings, Searched: true, Report: true}, s.Seeds)
}

// Ablated makes the points of the ablations of a cell's method, each around the
// settings that were chosen; nil stands for those of a method that is not searched.
// Fixed settings without effect in what was chosen are kept beneath: a variant may
// bring them into play.
func (s *Sweep) Ablated(c Cell, chosen map[string]any) []Point {
	return s.ablate(c, overlay(c.Method.Settings, chosen))
}

// CountAblated counts the points that Ablated makes.
func (s *Sweep) CountAblated(c Cell) (n int) {
	for _, a := range s.Ablations {
		if a.Of == c.Method.ID {
			n += len(a.Variants) * len(s.Seeds)
		}
	}
	return n
}

// SearchedSettings names the settings that differ between a method's configurations.
func (m Method) SearchedSettings() []string {
	var out []string
	for _, p := range m.Search {
		out = append(out, p.Name)
	}
	for _, c := range m.Configs {
		for name := range c {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (m Method) searched() bool { return len(m.Search) > 0 || m.Configs != nil }

// label names a configuration by what is searched: "lr=0.001 kl_weight=10".
func (m Method) label(c search.Config) string {
	var names []string
	for _, p := range m.Search {
		names = append(names, p.Name)
	}
	if m.Configs != nil {
		seen := map[string]bool{}
		for _, x := range m.Configs {
			for name := range x {
				seen[name] = true
			}
		}
		names = slices.Sorted(maps.Keys(seen))
	}
	var parts []string
	for _, name := range names {
		if v, ok := c.Full[name]; ok {
			parts = append(parts, fmt.Sprintf("%s=%v", name, v))
		}
	}
	return strings.Join(parts, " ")
}

// seeded makes a point for every seed. Since version 2 one point stands for all seeds
// where none of them changes anything: that of the first.
func (s *Sweep) seeded(p Point, seeds []uint64) []Point {
	if p.Seedless = s.Version >= 2 && s.seedless(p); p.Seedless {
		seeds = seeds[:1]
	}
	out := make([]Point, len(seeds))
	for i, seed := range seeds {
		out[i] = p
		out[i].Seed = seed
	}
	return out
}

// seedless reports whether neither the method nor the data of a point depend on the
// seed.
func (s *Sweep) seedless(p Point) bool {
	for _, d := range s.Datasets {
		if d.ID == p.Dataset && d.Recipe.Redrawn() {
			return false
		}
	}
	yes, err := s.methods[p.Method].SeedlessFor(p.Settings)
	return yes && err == nil // a condition that cannot be asked of these settings does not hold
}

// ablate makes the variants of a method around the given settings.
func (s *Sweep) ablate(c Cell, base map[string]any) []Point {
	m := c.Method
	var out []Point
	for _, a := range s.Ablations {
		if a.Of != m.ID {
			continue
		}
		for _, v := range a.Variants {
			full, err := s.methods[m.ID].Schema.Complete(overlay(base, v.Settings))
			if err != nil {
				panic("sweep: Points before a successful Bind: " + err.Error())
			}
			out = append(out, s.seeded(Point{Method: m.ID, Variant: v.Label, Dataset: c.Dataset, Fold: c.Fold, Settings: full, Ablation: true}, s.Seeds)...)
		}
	}
	return out
}

// overlay is base with some settings changed.
func overlay(base, change map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, base)
	maps.Copy(out, change)
	return out
}

// A Candidate is a configuration of which some seeds have a value of what is
// selected by.
type Candidate struct {
	Variant  string         // label of the configuration
	Settings map[string]any // complete
	Values   []float64
}

// Mean is the mean over the seeds that have a value.
func (c Candidate) Mean() float64 {
	var sum float64
	for _, v := range c.Values {
		sum += v
	}
	return sum / float64(len(c.Values))
}

// Pick returns the candidate with the best mean over the seeds; the first of equal
// ones. One of which a seed is missing or failed cannot win against one with more
// values: the mean of few seeds is easily a lucky one. Without any value nothing is
// picked.
func (s *Select) Pick(list []Candidate) (best Candidate, ok bool) {
	for _, c := range list {
		n, most := len(c.Values), len(best.Values)
		if n > most || n > 0 && n == most && metric.Goal(s.Goal).Better(c.Mean(), best.Mean()) {
			best, ok = c, true
		}
	}
	return best, ok
}
