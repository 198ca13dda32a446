package study

import (
	"context"
	"encoding/json"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
)

// configuration is what trials that differ only by seed and probes have in common.
type configuration struct {
	method, dataset string
	settings        map[string]string // as JSON, in which 400 is 400 wherever it comes from
}

func configurationOf(method, dataset string, settings map[string]any) (configuration, string) {
	c := configuration{method, dataset, map[string]string{}}
	for name, v := range settings {
		text, _ := json.Marshal(v) // what a spec holds can be written
		c.settings[name] = string(text)
	}
	id, _ := json.Marshal([]any{method, dataset, c.settings})
	return c, string(id)
}

// distance counts the settings in which two configurations differ; another
// dataset counts as one.
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
	return n
}

// timing is how long trials of a configuration have taken.
type timing struct {
	configuration
	sum, n float64
}

// Forecast estimates the wall time of what is to be trained: for each trial, the mean
// of those earlier ones of its method whose settings are most like its own. It
// says no where a method has none.
func (l *Ledger) Forecast(ctx context.Context, jobs int) (took time.Duration, ok bool, err error) {
	if l.store == nil {
		return 0, false, nil
	}
	var known []timing
	err = l.store.Timings(ctx, func(t store.Timing) error {
		c, _ := configurationOf(t.Method, t.Dataset, t.Settings)
		known = append(known, timing{c, t.Wall * float64(t.Trials), float64(t.Trials)})
		return nil
	})
	if err != nil {
		return 0, false, err
	}
	took, ok = l.forecast(known, jobs)
	return took, ok, nil
}

func (l *Ledger) forecast(known []timing, jobs int) (time.Duration, bool) {
	like := map[string]float64{} // estimates, by configuration
	var total float64
	seen := map[string]bool{}
	for _, p := range l.Points() {
		if p.Trained() || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		c, id := configurationOf(p.Fit.Method, p.Fit.Dataset, p.Fit.Settings)
		if _, ok := like[id]; !ok {
			var ok bool
			if like[id], ok = c.nearest(known); !ok {
				return 0, false
			}
		}
		total += like[id]
	}
	return time.Duration(total / float64(jobs) * float64(time.Second)), true
}

// nearest is the mean time of trials whose settings are most like these.
func (c configuration) nearest(known []timing) (float64, bool) {
	var sum, n float64
	least := -1
	for _, k := range known {
		if k.method != c.method {
			continue
		}
		switch d := c.distance(k.configuration); {
		case least < 0 || d < least:
			least, sum, n = d, k.sum, k.n
		case d == least:
			sum, n = sum+k.sum, n+k.n
		}
	}
	return sum / n, n > 0
}
