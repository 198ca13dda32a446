package table

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// place is where an observation goes.
type place struct{ row, col, metric string }

// run tells the trials of one place apart.
type run struct {
	seed          uint64
	repeat, index int
}

func runOf(o Observation) run {
	r := run{seed: o.Seed}
	if o.Fold != nil {
		r.repeat, r.index = o.Fold.Repeat, o.Fold.Index
	}
	return r
}

func (r run) fold() string { return fmt.Sprintf("%d.%d", r.repeat, r.index) }

// heap is what lies at one place: at most one trial of each seed and fold.
type heap struct {
	runs    map[run]Observation // with a value, and failed
	spoiled map[run]bool        // values that cannot be believed
	failed  int
	missing int // successful trials without the metric
	first   Observation
}

// sorted lists the runs by seed, then fold.
func (h *heap) sorted() []run {
	return slices.SortedFunc(maps.Keys(h.runs), func(a, b run) int {
		return cmp.Or(cmp.Compare(a.seed, b.seed), cmp.Compare(a.repeat, b.repeat), cmp.Compare(a.index, b.index))
	})
}

// split lists the runs with a value, and the failed ones, by seed, then fold.
func (h *heap) split() (runs, failed []run) {
	for _, r := range h.sorted() {
		if h.runs[r].Failed {
			failed = append(failed, r)
		} else {
			runs = append(runs, r)
		}
	}
	return runs, failed
}

// gathered holds the observations that a table is about, sorted into places.
type gathered struct {
	spec       Spec
	metrics    []string
	heaps      map[place]*heap
	rows, cols []string
	goals      map[string]metric.Goal
	trials     map[string]bool // trial key to whether it failed
	varied     map[string]bool // axes, other than the seed, that differ within some cell
	origins    map[string]Origin
	packages   map[string]map[string]bool // by method: the environments that its trials ran in
	tuning     bool
	absent     []string // sentences about what is not there, or was left out
}

// label names o's place on an axis; m is the metric o is counted for.
func label(axis string, o Observation, m string) string {
	switch axis {
	case axisMethod:
		return o.Method
	case axisVariant:
		if o.Variant == "" {
			return o.Method
		}
		return o.Method + ": " + o.Variant
	case axisDataset:
		return o.Dataset
	case axisMetric:
		return m
	}
	if v, ok := o.Settings[strings.TrimPrefix(axis, settingsPrefix)]; ok {
		return fmt.Sprint(v)
	}
	return "(not set)" // a method without this setting
}

// gather sorts obs into places. A failed trial without a metric is counted for
// every metric of the table.
func gather(spec Spec, obs []Observation) (*gathered, error) {
	g := &gathered{
		spec: spec, heaps: map[place]*heap{}, goals: map[string]metric.Goal{},
		trials: map[string]bool{}, varied: map[string]bool{}, origins: map[string]Origin{},
		packages: map[string]map[string]bool{},
	}
	g.metrics, _ = metricsOf(spec.Cell)
	rows, cols := newOrder(spec, spec.Rows, g.metrics), newOrder(spec, spec.Cols, g.metrics)
	for _, o := range obs {
		for _, m := range g.wanted(o) {
			at := place{label(spec.Rows, o, m), label(spec.Cols, o, m), m}
			if err := g.put(at, o); err != nil {
				return nil, err
			}
			rows.see(at.row, o, m)
			cols.see(at.col, o, m)
		}
	}
	if len(g.heaps) == 0 {
		return nil, g.nothing(obs)
	}
	g.lacking(obs, rows, cols)
	g.unseen(obs, rows, cols)
	g.rows, g.cols = rows.sorted(), cols.sorted()
	return g, nil
}

// inScope reports whether the table is about o's method and dataset.
func (g *gathered) inScope(o Observation) bool {
	s := g.spec
	return (len(s.Methods) == 0 || o.Chance || slices.Contains(s.Methods, o.Method)) && (len(s.Dataset) == 0 || slices.Contains(s.Dataset, o.Dataset))
}

// wanted lists the metrics of the table that o counts for.
func (g *gathered) wanted(o Observation) []string {
	switch s := g.spec; {
	case !g.inScope(o):
		return nil
	case o.Failed && o.Metric == "":
		return g.metrics
	case o.Split == s.Split && slices.Contains(g.metrics, o.Metric):
		return []string{o.Metric}
	}
	return nil
}

func (g *gathered) put(at place, o Observation) error {
	h := g.heaps[at]
	if h == nil {
		h = &heap{runs: map[run]Observation{}, spoiled: map[run]bool{}, first: o}
		g.heaps[at] = h
	}
	r := runOf(o)
	g.origins[o.Dataset] = o.Origin
	if o.Environment != "" && !o.Failed {
		if g.packages[o.Method] == nil {
			g.packages[o.Method] = map[string]bool{}
		}
		g.packages[o.Method][o.Environment] = true
	}
	if !o.Failed && (math.IsNaN(o.Value) || math.IsInf(o.Value, 0)) {
		h.spoil(r)
		g.absent = append(g.absent, fmt.Sprintf("Trial %s: %s is %v and left out: a metric must be finite", short(o.Trial), at.metric, o.Value))
		return nil
	}
	if h.spoiled[r] {
		return nil
	}
	if old, ok := h.runs[r]; ok {
		if old.Trial == o.Trial && old.Failed == o.Failed && old.Value == o.Value {
			return nil // one trial may serve several variants
		}
		if old.Trial == o.Trial && old.Variant == o.Variant && o.Trial != "" {
			h.spoil(r)
			g.absent = append(g.absent, fmt.Sprintf("Trial %s has %s twice, %v and %v: both are left out", short(o.Trial), at.metric, old.Value, o.Value))
			return nil
		}
		return g.clash(at, old, o)
	}
	h.runs[r] = o
	if o.Failed {
		h.failed++
	} else {
		if old := g.goals[at.metric]; old != "" && o.Goal != "" && old != o.Goal {
			return data.Problem{
				Fact: fmt.Sprintf("trial %s: the goal of %s is %q, and %q elsewhere", o.Trial, at.metric, o.Goal, old),
				Hint: "what two methods call by one name must mean one thing: rename the metric in one of them",
			}
		} else if old == "" {
			g.goals[at.metric] = o.Goal
		}
		g.tuning = g.tuning || o.Tuning
	}
	g.trials[o.Trial] = g.trials[o.Trial] || o.Failed
	for _, axis := range differing(h.first, o) {
		g.varied[axis] = true
	}
	return nil
}

// spoil leaves out what is known of a run, and what may follow.
func (h *heap) spoil(r run) {
	delete(h.runs, r)
	h.spoiled[r] = true
	h.missing++
}

func short(key string) string { return key[:min(12, len(key))] }

// clash explains two trials with one seed in one cell, which no mean can tell apart.
func (g *gathered) clash(at place, a, b Observation) error {
	fact := fmt.Sprintf("row %q, column %q: trials %s and %s both have seed %d", at.row, at.col, a.Trial, b.Trial, a.Seed)
	hint := "each trial may report a metric once"
	if a.Trial != b.Trial {
		hint = "they differ in nothing that a table could show: leave one of them out of the sweep"
		if d := differing(a, b); len(d) > 0 {
			hint = fmt.Sprintf("they differ in %s: make it the axis of rows or cols, or take the others out of the table", strings.Join(d, " and "))
		}
	}
	return data.Problem{Path: "rows", Fact: fact, Hint: hint}
}

// differing lists the axes on which a and b differ. A variant is a change of
// settings, so its settings are not listed as well.
func differing(a, b Observation) []string {
	var d []string
	if a.Method != b.Method {
		d = append(d, axisMethod)
	} else if a.Variant != b.Variant {
		d = append(d, axisVariant)
	}
	if a.Dataset != b.Dataset {
		d = append(d, axisDataset)
	}
	if a.Method != b.Method || a.Variant != b.Variant {
		return d
	}
	for _, name := range slices.Sorted(maps.Keys(a.Settings)) {
		if v, ok := b.Settings[name]; !ok || !reflect.DeepEqual(v, a.Settings[name]) {
			d = append(d, settingsPrefix+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Settings)) {
		if _, ok := a.Settings[name]; !ok {
			d = append(d, settingsPrefix+name)
		}
	}
	return d
}

// nothing explains an empty table.
func (g *gathered) nothing(obs []Observation) error {
	seen, splits := map[string]bool{}, map[string]bool{}
	for _, o := range obs {
		if o.Metric == "" {
			continue
		}
		seen[o.Metric] = true
		if slices.Contains(g.metrics, o.Metric) {
			splits[o.Split] = true
		}
	}
	p := data.Problem{Path: "cell", Fact: fmt.Sprintf("no trial has %s on %s", strings.Join(g.metrics, " or "), g.spec.Split)}
	switch {
	case len(obs) == 0:
		p.Fact, p.Hint = "no trial has ended", "run the sweep first"
	case splits[g.spec.Split]:
		p.Path, p.Hint = "methods", "methods and datasets of the table leave no trial over"
	case len(splits) > 0:
		p.Path, p.Hint = "split", "it was measured on "+strings.Join(slices.Sorted(maps.Keys(splits)), ", ")
	default:
		p.Hint = setting.Suggest(g.metrics[0], slices.Sorted(maps.Keys(seen)))
	}
	return p
}

// order keeps the labels of an axis: as the spec lists them where it does,
// otherwise in order of first appearance.
type order struct {
	listed []string
	key    func(o Observation, metric string) string
	labels []string
	rank   map[string]int
}

func newOrder(s Spec, axis string, metrics []string) *order {
	r := &order{rank: map[string]int{}}
	switch axis {
	case axisMethod, axisVariant:
		r.listed, r.key = s.Methods, func(o Observation, _ string) string { return o.Method }
		if len(r.listed) == 0 {
			r.listed = s.Expect // in the order of the sweep
		}
	case axisDataset:
		r.listed, r.key = s.Dataset, func(o Observation, _ string) string { return o.Dataset }
	case axisMetric:
		r.listed, r.key = metrics, func(_ Observation, m string) string { return m }
	}
	return r
}

func (r *order) see(label string, o Observation, m string) {
	if _, ok := r.rank[label]; ok {
		return
	}
	r.rank[label] = 0
	if len(r.listed) > 0 {
		if r.rank[label] = slices.Index(r.listed, r.key(o, m)); r.rank[label] < 0 {
			r.rank[label] = len(r.listed)
		}
	}
	r.labels = append(r.labels, label)
}

func (r *order) sorted() []string {
	slices.SortStableFunc(r.labels, func(a, b string) int { return r.rank[a] - r.rank[b] })
	return r.labels
}
