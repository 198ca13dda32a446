package study

import (
	"encoding/json"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// configuration is what trials that differ only by seed and probes have in common.
type configuration struct {
	method, dataset string
	settings        map[string]string // as JSON, in which 400 is 400 wherever it comes from
}

func configurationOf(s trial.Spec) (configuration, string) {
	c := configuration{s.Method, s.Dataset, map[string]string{}}
	for name, v := range s.Settings {
		text, _ := json.Marshal(v) // what a spec holds can be written
		c.settings[name] = string(text)
	}
	id, _ := json.Marshal([]any{s.Method, s.Dataset, c.settings})
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

// Forecast estimates the wall time of what is not cached: for each trial, the mean
// of those earlier ones of its method whose settings are most like its own. It
// says no where a method has none.
func (l *Ledger) Forecast(jobs int) (time.Duration, bool) {
	type timing struct {
		configuration
		sum, n float64
	}
	known := map[string]*timing{}
	for _, r := range l.Records {
		c, id := configurationOf(r.Spec)
		if known[id] == nil {
			known[id] = &timing{configuration: c}
		}
		known[id].sum += r.Provenance.WallSec
		known[id].n++
	}
	like := map[string]float64{} // estimates, by configuration
	var total float64
	seen := map[string]bool{}
	for _, p := range l.Points() {
		if _, ok := l.Records[p.Key]; ok || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		c, id := configurationOf(p.Request.Spec)
		if _, ok := like[id]; !ok {
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
			if n == 0 {
				return 0, false
			}
			like[id] = sum / n
		}
		total += like[id]
	}
	return time.Duration(total / float64(jobs) * float64(time.Second)), true
}
