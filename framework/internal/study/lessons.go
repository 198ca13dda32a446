package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/metric"
)

// A Lesson is what a search has taught: what was tried, in the order of the
// questions, and which settings told good configurations from others.
type Lesson struct {
	Searching
	Strategy   string      `json:"strategy"`
	Metric     string      `json:"metric"`
	Split      string      `json:"split"`
	Goal       string      `json:"goal"`
	Settings   []Dimension `json:"settings"`
	Tried      []Tried     `json:"tried"`
	Importance []Share     `json:"importance,omitempty"`
	Few        string      `json:"no_importance,omitempty"` // why there is none
}

// A Dimension is a setting that was searched over.
type Dimension struct {
	Name   string  `json:"name"`
	Values []any   `json:"values,omitempty"` // a list; else a range
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Log    bool    `json:"log,omitempty"`
}

// Tried is a configuration and what it came to.
type Tried struct {
	Question int            `json:"question"` // from 1
	Label    string         `json:"label"`
	Settings map[string]any `json:"settings"`        // those searched over that have an effect
	Value    *float64       `json:"value"`           // mean over seeds; null: none
	Best     *float64       `json:"best"`            // so far, of those trained so far to the end
	Until    int64          `json:"until,omitempty"` // to so much of the training budget; 0: to the end
	Seeds    int            `json:"seeds"`
	Trials   []string       `json:"trials"` // keys
	Chosen   bool           `json:"chosen,omitempty"`
}

// Share is the part of a setting in what tells good configurations from others.
type Share struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"`
}

// Lessons lists what the searches of the sweep have taught so far.
func (l *Ledger) Lessons() ([]Lesson, error) {
	sw := l.study.Sweep
	var out []Lesson
	progress := l.Searches()
	for i, c := range l.searched() {
		x := Lesson{Strategy: sw.Search.Strategy, Searching: progress[i]}
		if c.Method.Configs != nil {
			x.Strategy = "configs"
		}
		if sw.Select != nil {
			x.Metric, x.Split, x.Goal = sw.Select.Metric, sw.Select.Split, sw.Select.Goal
		}
		for _, p := range c.Method.Search {
			d := Dimension{Name: p.Name, Values: p.Values, Min: p.Min, Max: p.Max, Log: p.Log}
			x.Settings = append(x.Settings, d)
		}
		x.Tried = c.tried()
		if err := c.importance(&x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// tried are the configurations so far, each as far as it was trained.
func (c *cell) tried() []Tried {
	goal := metric.Max
	if sel := c.study.Sweep.Select; sel != nil {
		goal = metric.Goal(sel.Goal)
	}
	var best *float64
	out := make([]Tried, len(c.last))
	for q, s := range c.last {
		first := s.points[0]
		t := Tried{Question: q + 1, Label: first.Variant, Settings: map[string]any{}, Until: first.Until}
		for _, name := range c.names() {
			if v, ok := first.Settings[name]; ok {
				t.Settings[name] = v
			}
		}
		sum := 0.0
		for _, p := range s.points {
			t.Trials = append(t.Trials, p.Key)
			if p.value != nil {
				sum += *p.value
				t.Seeds++
			}
		}
		if t.Seeds > 0 {
			mean := sum / float64(t.Seeds)
			t.Value = &mean
			if t.Until == 0 && (best == nil || goal.Better(mean, *best)) {
				best = &mean
			}
		}
		t.Best = best
		t.Chosen = c.chosen != nil && t.Until == 0 && c.chosen.Variant == t.Label
		out[q] = t
	}
	return out
}

// names are the settings that are searched over.
func (c *cell) names() (out []string) {
	for _, p := range c.Method.Search {
		out = append(out, p.Name)
	}
	for _, x := range c.Method.Configs {
		for name := range x {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// importance compares by rank: what was trained further is better, then values.
func (c *cell) importance(x *Lesson) error {
	if len(c.Method.Search) == 0 {
		return nil
	}
	space, err := c.study.Sweep.Space(c.Cell)
	if err != nil {
		return err
	}
	var list []search.Config
	var order []int
	values := make([]float64, len(c.last))
	n := 0
	for q, s := range c.last {
		list, order = append(list, s.Config), append(order, q)
		values[q] = math.NaN()
		if x.Tried[q].Value != nil {
			values[q] = *x.Tried[q].Value
			if metric.Goal(x.Goal) == metric.Min {
				values[q] = -values[q]
			}
			n++
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(c.last[i].Rung, c.last[j].Rung), cmp.Compare(values[i], values[j]))
	})
	ranks := slices.Clone(values)
	for rank, q := range order {
		if !math.IsNaN(values[q]) {
			ranks[q] = float64(rank)
		}
	}
	if n < search.ImportanceFrom {
		x.Few = fmt.Sprintf("importance needs %d configurations with a value, there are %d", search.ImportanceFrom, n)
		return nil
	}
	found, err := space.Importance(list, ranks)
	for _, i := range found {
		x.Importance = append(x.Importance, Share(i))
	}
	slices.SortStableFunc(x.Importance, func(a, b Share) int { return cmp.Compare(b.Share, a.Share) })
	return err
}
