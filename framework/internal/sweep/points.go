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

// Points lists all trials that are known from the start: every method on every
// suitable dataset in every configuration with every seed, and the ablations of
// methods that are not searched. The order is that of the file.
func (s *Sweep) Points() []Point {
	var out []Point
	for _, c := range s.pairs {
		m := s.Methods[c.method]
		configs, err := s.configs(m)
		if err != nil {
			panic("sweep: Points before a successful Bind: " + err.Error())
		}
		searched := m.searched()
		for _, config := range configs {
			p := Point{Method: m.ID, Dataset: c.dataset, Settings: config.Full, Searched: searched}
			if searched {
				p.Variant = m.label(config)
			}
			out = append(out, s.seeded(p)...)
		}
		if !searched {
			out = append(out, s.ablate(m, c.dataset, m.Settings)...)
		}
	}
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

func (s *Sweep) seeded(p Point) []Point {
	out := make([]Point, len(s.Seeds))
	for i, seed := range s.Seeds {
		out[i] = p
		out[i].Seed = seed
	}
	return out
}

// ablate makes the variants of a method around the given settings.
func (s *Sweep) ablate(m Method, dataset string, base map[string]any) []Point {
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
			out = append(out, s.seeded(Point{Method: m.ID, Variant: v.Label, Dataset: dataset, Settings: full, Ablation: true})...)
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

// Choice is the configuration that stands for a method on a dataset.
type Choice struct {
	Method, Dataset string
	Variant         string         // label of the configuration
	Settings        map[string]any // complete
	Mean            float64        // of the select metric over the seeds
}

// Choose picks, for every searched method and dataset, the configuration with
// the best mean of the select metric over the seeds; the first of equal ones. One
// of which a seed is missing or failed cannot win against one with more values:
// the mean of few seeds is easily a lucky one. Without any value nothing is
// chosen. Missing lists the points that have no value.
func (s *Sweep) Choose(value func(Point) (float64, bool)) (chosen []Choice, missing []Point) {
	if s.Select == nil {
		return nil, nil
	}
	type candidate struct {
		point Point
		sum   float64
		n     int
	}
	var order []string
	groups := map[string][]*candidate{}
	for _, p := range s.Points() {
		if !p.Searched {
			continue
		}
		key := p.Method + "\x00" + p.Dataset
		if groups[key] == nil {
			order = append(order, key)
		}
		list := groups[key]
		if len(list) == 0 || list[len(list)-1].point.Variant != p.Variant {
			groups[key] = append(list, &candidate{point: p})
			list = groups[key]
		}
		c := list[len(list)-1]
		if v, ok := value(p); ok {
			c.sum += v
			c.n++
		} else {
			missing = append(missing, p)
		}
	}
	for _, key := range order {
		var best *candidate
		var bestMean float64
		for _, c := range groups[key] {
			if c.n == 0 {
				continue
			}
			mean := c.sum / float64(c.n)
			if best == nil || c.n > best.n || c.n == best.n && metric.Goal(s.Select.Goal).Better(mean, bestMean) {
				best, bestMean = c, mean
			}
		}
		if best != nil {
			chosen = append(chosen, Choice{Method: best.point.Method, Dataset: best.point.Dataset, Variant: best.point.Variant, Settings: best.point.Settings, Mean: bestMean})
		}
	}
	return chosen, missing
}

// AblationPoints lists the ablations of searched methods around what was chosen.
// Fixed settings without effect there are kept beneath: a variant may bring them
// into play.
func (s *Sweep) AblationPoints(chosen []Choice) []Point {
	var out []Point
	for _, c := range chosen {
		m := s.method(c.Method)
		out = append(out, s.ablate(m, c.Dataset, overlay(m.Settings, c.Settings))...)
	}
	return out
}
