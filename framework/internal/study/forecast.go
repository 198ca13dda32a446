package study

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
)

// configuration is what trials that differ only by seed and probes have in common.
type configuration struct {
	method, dataset string
	settings        map[string]string // as JSON, in which 400 is 400 wherever it comes from
	budget          float64           // that training goes to; 0: all
}

func configurationOf(method, dataset string, settings map[string]any) (configuration, string) {
	c := configuration{method: method, dataset: dataset, settings: map[string]string{}}
	for name, v := range settings {
		text, _ := json.Marshal(v) // what a spec holds can be written
		c.settings[name] = string(text)
	}
	id, _ := json.Marshal([]any{method, dataset, c.settings})
	return c, string(id)
}

// distance counts the settings in which two configurations differ; another
// dataset counts as one, and another part of the training budget as more than all.
func (c configuration) distance(d configuration) (n int) {
	for name, v := range c.settings {
		if w, ok := d.settings[name]; !ok || v != w {
			n++
		}
	}
	for name := range d.settings {
		if _, ok := c.settings[name]; !ok {
			n++
		}
	}
	if c.dataset != d.dataset {
		n++
	}
	if c.budget != d.budget {
		n += len(c.settings) + len(d.settings) + 2
	}
	return n
}

// timing is how long trials of a configuration have taken: their number, and the sums
// of their seconds and of the squares of these.
type timing struct {
	configuration
	n, sum, squares float64
}

func (t timing) mean() float64 { return t.sum / t.n }

// spread is their standard deviation; of one trial nobody knows it, and half of its
// time stands for it.
func (t timing) spread() float64 {
	if t.n < 2 {
		return t.mean() / 2
	}
	return math.Sqrt(max((t.squares-t.n*t.mean()*t.mean())/(t.n-1), 0))
}

// An Estimate is the wall time of what is left, with an interval that holds it nine
// times out of ten.
type Estimate struct{ About, Low, High time.Duration }

// Forecast estimates the wall time of what is to be trained, with what is only going
// to be asked: for each trial, the mean of those earlier ones of its method, trained to
// as much of the budget, whose settings are most like its own. It says no where a
// method has none.
func (l *Ledger) Forecast(ctx context.Context, jobs int) (e Estimate, ok bool, err error) {
	if l.store == nil {
		return Estimate{}, false, nil
	}
	var known []timing
	err = l.store.Timings(ctx, func(t store.Timing) error {
		c, _ := configurationOf(t.Method, t.Dataset, t.Settings)
		c.budget = t.Budget
		n := float64(t.Trials)
		known = append(known, timing{c, n, n * t.Wall, n * (t.Wall*t.Wall + t.Spread*t.Spread)})
		return nil
	})
	if err != nil {
		return Estimate{}, false, err
	}
	e, ok = l.forecast(known, jobs)
	return e, ok, nil
}

// load is what is to be trained like the same earlier trials.
type load struct {
	trials float64
	like   timing
}

// forecast sums over loads: with N trials to come of mean m and spread s, known from n
// trials, the variance of their sum is N s² + N² s²/n.
func (l *Ledger) forecast(known []timing, jobs int) (Estimate, bool) {
	loads := map[string]load{} // by configuration
	seen := map[string]bool{}
	add := func(p *Point, trials float64) bool {
		c, id := configurationOf(p.Fit.Method, p.Fit.Dataset, p.Fit.Settings)
		c.budget = p.Fit.Budget
		id += fmt.Sprint(c.budget)
		one, ok := loads[id]
		if !ok {
			if one.like, ok = c.nearest(known); !ok {
				return false
			}
		}
		one.trials += trials
		loads[id] = one
		return true
	}
	for _, p := range l.Points() {
		if p.Trained() || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		if !add(p, 1) {
			return Estimate{}, false
		}
	}
	for _, c := range l.cells { // what follows is like what was asked
		if !c.Searched() || len(c.steps) == 0 {
			continue
		}
		follow := float64(c.follow())
		if !c.done {
			follow += float64(l.study.Sweep.CountAblated(c.Cell))
		}
		for _, s := range c.steps {
			if share := follow / float64(len(c.steps)); share > 0 && !add(s.points[0], share) {
				return Estimate{}, false
			}
		}
	}
	alike := map[string]load{} // by the earlier trials, which are wrong for all of them together
	for _, one := range loads {
		id := fmt.Sprint(one.like.method, one.like.n, one.like.sum)
		one.trials += alike[id].trials
		alike[id] = one
	}
	var total, variance float64
	for _, id := range sortedKeys(alike) {
		one := alike[id]
		m, s := one.like.mean(), one.like.spread()
		total += one.trials * m
		variance += s * s * (one.trials + one.trials*one.trials/one.like.n)
	}
	seconds := func(x float64) time.Duration {
		return time.Duration(max(x, 0) / float64(jobs) * float64(time.Second))
	}
	const z = 1.645 // of a normal distribution, 90 % within
	room := z * math.Sqrt(variance)
	return Estimate{seconds(total), seconds(total - room), seconds(total + room)}, true
}

// nearest are the trials whose settings are most like these, all taken together.
func (c configuration) nearest(known []timing) (out timing, ok bool) {
	least := -1
	for _, k := range known {
		if k.method != c.method {
			continue
		}
		switch d := c.distance(k.configuration); {
		case least < 0 || d < least:
			least, out = d, timing{c, k.n, k.sum, k.squares}
		case d == least:
			out.n, out.sum, out.squares = out.n+k.n, out.sum+k.sum, out.squares+k.squares
		}
	}
	return out, out.n > 0
}
