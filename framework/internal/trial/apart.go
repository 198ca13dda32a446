package trial

import (
	"strings"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/metric"
)

// Scored is what one probe said of a fit. Its metrics are named without the
// prefix that stands for the probe's name in a sweep.
type Scored struct {
	Name    string // of the probe in the sweep
	Measure Measure
	Host    string // see Measured
	Values  []metric.Value
}

// Apart divides a record's metrics into those that its plugin answered and those
// of the host's probes, each in the order of the record.
func (r Record) Apart() (own []metric.Value, scores []Scored) {
	scores = make([]Scored, len(r.Spec.Probes))
	for i, p := range r.Spec.Probes {
		scores[i] = Scored{Name: p.Name, Measure: r.Measure(p), Host: r.Measured[p.Name].Host}
	}
	for _, v := range r.Metrics {
		if i, name := probeOf(r.Spec.Probes, v.Name); i >= 0 {
			v.Name = name
			scores[i].Values = append(scores[i].Values, v)
		} else {
			own = append(own, v)
		}
	}
	return own, scores
}

// Measure is what the record's probe measured.
func (r Record) Measure(p probe.Spec) Measure {
	return MeasureOf(p, r.Measured[p.Name].About)
}

// MetricOf is the name in a sweep of a probe's metric.
func MetricOf(probe, name string) string { return "probe/" + probe + "/" + name }

// probeOf finds the probe of a metric: the one with the longest name, as names may
// contain slashes. -1: the metric is the plugin's own.
func probeOf(probes []probe.Spec, metric string) (at int, name string) {
	at, longest := -1, -1
	rest, ok := strings.CutPrefix(metric, "probe/")
	if !ok {
		return -1, metric
	}
	for i, p := range probes {
		if n, ok := strings.CutPrefix(rest, p.Name+"/"); ok && len(p.Name) > longest {
			at, name, longest = i, n, len(p.Name)
		}
	}
	return at, name
}

// SameFit reports whether two records of one fit key are of one and the same
// fitted model, so that the scores of both may stand beside each other: the
// embeddings that both have are bit for bit equal, and so are the metrics.
func SameFit(a, b Record) bool {
	common := 0
	for split, x := range a.Embeddings {
		if y, ok := b.Embeddings[split]; ok {
			if x.SHA256 != y.SHA256 {
				return false
			}
			common++
		}
	}
	if common == 0 && len(a.Embeddings)+len(b.Embeddings) > 0 {
		return false // there is nothing that could show it
	}
	type what struct{ measure, name, split string }
	values := func(r Record) map[what]float64 {
		own, scores := r.Apart()
		out := make(map[what]float64, len(r.Metrics))
		for _, v := range own {
			out[what{"", v.Name, v.Split}] = v.Value
		}
		for _, s := range scores {
			id := s.Measure.ID()
			for _, v := range s.Values {
				out[what{id, v.Name, v.Split}] = v.Value
			}
		}
		return out
	}
	was := values(a)
	for k, v := range values(b) {
		if old, ok := was[k]; ok && old != v {
			return false
		}
	}
	return true
}
