package sweep

import (
	"slices"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

// Search says how the searched settings are tried.
type Search struct {
	Strategy string         // "grid" (default), one of strategies, or the path of a plugin
	Plugin   string         // path of a strategy plugin, if it is one
	Settings map[string]any // of such
	Trials   int            // configurations per method and dataset; of a grid 0: all
	Seed     uint64         // of the strategy
	Seeds    []uint64       // of the trials; nil: those of the report
	Race     float64        // level at which a configuration counts as clearly behind; 0: all seeds are run
	Batch    int            // questions that may be open at a time, of a strategy that learns
	Prune    *Prune         // nil: every configuration is trained to the end
}

// Prune says which configurations are trained to the end.
type Prune struct {
	Strategy string // asha or median
	Metric   string // "": what Select picks by
	Split    string
	Goal     string
	Factor   float64 // from rung to rung, and of asha: one of so many goes on
	Rungs    int     // the last is the full budget
	Start    int     // of median: configurations that go on whatever they come to
}

// Budget bounds what the searches of a sweep spend; zero means no bound. Each
// searched method has an equal share, and of that each of its datasets.
type Budget struct {
	CPU    time.Duration
	Wall   time.Duration // of trials, divided by how many run at a time
	Trials int
}

// Any reports whether there is a bound.
func (b Budget) Any() bool { return b != Budget{} }

// strategies are those that ask for a number of configurations.
var strategies = []string{"random", "sobol", "tpe", "cmaes"}

// learns reports whether what is asked depends on what came of earlier questions.
func (s Search) learns() bool { return s.Strategy == "tpe" || s.Strategy == "cmaes" || s.Plugin != "" }

const (
	defaultBatch = 8
	searchSeeds  = 1_000_001 // first seed of a search that has its own
	raceLevel    = 0.05
)

func (d *decoder) search(f yaml.Fields, s *Sweep) {
	s.Search.Strategy, s.Search.Batch = "grid", defaultBatch
	n, ok := f.Value("search")
	if !ok {
		return
	}
	g := d.Fields(n, "search", "strategy", "settings", "configurations", "trials", "seed", "seeds", "race", "batch", "prune")
	g.Text("strategy", &s.Search.Strategy)
	all := append([]string{"grid"}, strategies...)
	if v, _ := g.Value("strategy"); strings.ContainsAny(s.Search.Strategy, `/\`) {
		s.Search.Plugin = s.Search.Strategy
	} else if !slices.Contains(all, s.Search.Strategy) {
		d.Fail(v, setting.Suggest(s.Search.Strategy, all), "search: there is no strategy %q", yaml.Shorten(s.Search.Strategy))
	}
	s.Search.Settings = g.Plain("settings")
	if v, given := g.Value("settings"); given && s.Search.Plugin == "" {
		d.Fail(v, "settings are of a strategy plugin", "search: settings have no effect on %s", s.Search.Strategy)
	}
	d.configurations(g, s)
	g.Whole("seed", 0, &s.Search.Seed)
	if v, ok := g.Value("seeds"); ok {
		s.Search.Seeds = d.seedList(v, "search: seeds", searchSeeds)
		for _, seed := range s.Search.Seeds {
			if slices.Contains(s.Seeds, seed) {
				d.Fail(v, "the report has fresh seeds, so that it does not show those that were lucky; leave search.seeds out to search with the same",
					"search: seed %d is one of the report's", seed)
				break
			}
		}
	}
	d.race(g, s)
	if g.Count("batch", 1, &s.Search.Batch); !s.Search.learns() && s.Search.Race == 0 {
		if v, given := g.Value("batch"); given {
			if _, prunes := g.Value("prune"); !prunes {
				d.Fail(v, "remove batch: all is asked at once", "search: batch has no effect on %s", s.Search.Strategy)
			}
		}
	}
	d.prune(g, s)
}

// configurations is the number of them, which the first edition called trials.
func (d *decoder) configurations(g yaml.Fields, s *Sweep) {
	key, asked := "configurations", slices.Contains(strategies, s.Search.Strategy) || s.Search.Plugin != ""
	v, given := g.Value(key)
	if old, also := g.Value("trials"); also {
		if given {
			d.Fail(old, "keep configurations: both mean the same", "search has both configurations and trials")
		}
		key, v, given = "trials", old, true
	}
	g.Count(key, 1, &s.Search.Trials)
	if asked {
		g.Require(key, key+" is the number of configurations per method")
	} else if given && s.Search.Strategy == "grid" {
		d.Fail(v, "add strategy: random, or remove "+key+": a grid tries every combination", "search: %s has no effect on a grid", key)
	}
}

// race reads race: true, or the level.
func (d *decoder) race(g yaml.Fields, s *Sweep) {
	v, ok := g.Value("race")
	if !ok {
		return
	}
	if v.Kind == yaml.Boolean {
		var on bool
		if g.Boolean("race", &on); on {
			s.Search.Race = raceLevel
		}
	} else if g.Number("race", &s.Search.Race) && !(s.Search.Race > 0 && s.Search.Race < 0.5) {
		d.Fail(v, "race: true is race: 0.05", "search: race is the probability that the best of equal ones is taken out, between 0 and 0.5, got %v", s.Search.Race)
	}
	if s.Search.Race > 0 && len(s.SearchSeeds()) < 3 {
		d.Fail(v, "after two seeds a configuration that is clearly behind gets no third: add search.seeds: 3 or more", "search: race has no effect on %d seed(s)", len(s.SearchSeeds()))
	}
}

// SearchSeeds are the seeds that configurations are tried with.
func (s *Sweep) SearchSeeds() []uint64 {
	if s.Search.Seeds != nil {
		return s.Search.Seeds
	}
	return s.Seeds
}

func (d *decoder) prune(g yaml.Fields, s *Sweep) {
	n, ok := g.Value("prune")
	if !ok {
		return
	}
	p := &Prune{Factor: 3, Rungs: 3, Start: 5}
	s.Search.Prune = p
	h := d.Fields(n, "search: prune", "strategy", "metric", "split", "goal", "factor", "rungs", "start")
	h.Require("strategy", "prune: {strategy: asha}")
	h.Choice("strategy", &p.Strategy, "asha", "median")
	h.Text("metric", &p.Metric)
	p.Split = string(data.Val)
	h.Choice("split", &p.Split, "val", "train", "all")
	h.Choice("goal", &p.Goal, "max", "min")
	if h.Number("factor", &p.Factor) && !(p.Factor > 1) {
		v, _ := h.Value("factor")
		d.Fail(v, "3 as a rule: each rung is three times the one before", "search: prune: factor must be more than 1, got %v", p.Factor)
	}
	h.Count("rungs", 2, &p.Rungs)
	h.Count("start", 1, &p.Start)
	if v, given := h.Value("start"); given && p.Strategy == "asha" {
		d.Fail(v, "start is of strategy: median", "search: prune: start has no effect on asha")
	}
	if s.Search.Race > 0 {
		d.Fail(n, "keep one of them", "search has both prune and race")
	}
}

func (d *decoder) budget(f yaml.Fields, s *Sweep) {
	n, ok := f.Value("budget")
	if !ok {
		return
	}
	g := d.Fields(n, "budget", "cpu", "wall", "trials")
	for key, into := range map[string]*time.Duration{"cpu": &s.Budget.CPU, "wall": &s.Budget.Wall} {
		if v, ok := g.Value(key); ok {
			t, err := yaml.ParseDuration(v.Text)
			if err != nil || v.Kind != yaml.Text {
				d.Fail(v, yaml.DurationHint, "budget: %s: %s", key, reason(err, v, "is no duration"))
			}
			*into = t
		}
	}
	g.Count("trials", 1, &s.Budget.Trials)
}
