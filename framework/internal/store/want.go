package store

import (
	"encoding/json"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// Probes are what a sweep wants measured of its fits. They are made once for many
// trials, which share them: a [Want] is then two words.
type Probes struct {
	Specs    []probe.Spec
	Measured map[string]trial.Measured // by name; see trial.Record

	ids  []string // of the measures
	text string   // as aliases name them
}

// NewProbes makes the probes of a sweep: complete specs, and what they read of
// about.json.
func NewProbes(specs []probe.Spec, measured map[string]trial.Measured) *Probes {
	p := &Probes{Specs: specs, Measured: measured}
	rec := trial.Record{Measured: measured}
	for _, s := range specs {
		p.ids = append(p.ids, rec.Measure(s).ID())
	}
	p.text = probesText(specs, measured)
	return p
}

// probesText is how an alias says which probes its id stood for.
func probesText(specs []probe.Spec, measured map[string]trial.Measured) string {
	text, err := json.Marshal(struct {
		Probes   []probe.Spec              `json:"probes"`
		Measured map[string]trial.Measured `json:"measured,omitempty"`
	}{specs, measured})
	if err != nil {
		panic("store: a probe holds what JSON cannot: " + err.Error())
	}
	return string(text)
}

func parseProbes(text string) (*Probes, error) {
	var p struct {
		Probes   []probe.Spec
		Measured map[string]trial.Measured
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, err
	}
	return NewProbes(p.Probes, p.Measured), nil
}

// Want is a fit with what is to be known of it. Probes may be nil: everything that
// was ever measured, under the names it had first.
type Want struct {
	Fit    string
	Probes *Probes
}

// probesOf are all probes of a layout, as a record lists them.
func probesOf(l *layout) *Probes {
	var specs []probe.Spec
	var notes map[string]trial.Measured
	taken := map[string]bool{}
	for _, m := range l.Measures {
		name := m.Name
		for taken[name] { // two sweeps gave one name to two measures
			name += "'"
		}
		taken[name] = true
		specs = append(specs, m.Measure.Spec(name))
		if note := (trial.Measured{About: m.Measure.About}); note != (trial.Measured{}) {
			if notes == nil {
				notes = map[string]trial.Measured{}
			}
			notes[name] = note
		}
	}
	return NewProbes(specs, notes)
}

// view is a layout as a want sees it: which values, under which names.
type view struct {
	layout   *layout
	probes   *Probes
	at       []int          // places in vals
	metrics  []metric.Value // without the value
	missing  []int          // probes that have no score
	measured map[string]trial.Measured
}

func viewOf(l *layout, p *Probes, keep func(name, split string) bool) *view {
	if p == nil {
		p = probesOf(l)
	}
	v := &view{layout: l, probes: p, measured: p.Measured}
	add := func(of int, name string, at int) {
		e := l.Values[at]
		if e.of == of && (keep == nil || keep(name, e.split)) {
			v.at = append(v.at, at)
			v.metrics = append(v.metrics, metric.Value{Name: name, Split: e.split, Goal: e.goal})
		}
	}
	for i, e := range l.Values {
		add(own, e.name, i)
	}
	for i, s := range p.Specs {
		of := l.measure(p.ids[i])
		if of < 0 {
			v.missing = append(v.missing, i)
			continue
		}
		for at, e := range l.Values {
			add(of, trial.MetricOf(s.Name, e.name), at)
		}
		if h := l.Measures[of].Host; h != "" {
			v.measured = withHost(v.measured, s.Name, h)
		}
	}
	return v
}

func withHost(notes map[string]trial.Measured, name, host string) map[string]trial.Measured {
	out := make(map[string]trial.Measured, len(notes)+1)
	for k, n := range notes {
		out[k] = n
	}
	n := out[name]
	n.Host = host
	out[name] = n
	return out
}
