package trial

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/metric"
)

// Check holds a record that came from outside against what a host would have
// written: its keys, its metrics, and what its probes may report. All faults are
// joined.
func (r Record) Check() error {
	var bad []error
	wrong := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	fit := r.Spec.Fit().Key()
	if r.Fit != "" && r.Fit != fit {
		wrong("its fit has the key %s, not %s: its settings, dataset or seed were changed", Short(fit), Short(r.Fit))
	} else if is := r.Spec.Key(); r.Key != fit && r.Key != is {
		wrong("it is recorded as %s and has the key %s: its settings, dataset, seed or probes were changed", Short(r.Key), Short(is))
	}
	names := map[string]bool{}
	for _, p := range r.Spec.Probes {
		if names[p.Name] {
			wrong("two of its probes are called %s", p.Name)
		}
		names[p.Name] = true
	}
	seen := map[[2]string]bool{}
	for _, v := range r.Metrics {
		id := [2]string{v.Name, v.Split}
		if seen[id] {
			wrong("it has %s on %s twice", v.Name, v.Split)
		}
		seen[id] = true
		if err := r.checkValue(v); err != nil {
			bad = append(bad, err)
		}
	}
	for split, e := range r.Embeddings {
		if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
			wrong("the embedding of split %s has no SHA-256: %q", split, e.SHA256)
		}
	}
	for _, c := range r.Cases {
		if err := c.Check(); err != nil {
			bad = append(bad, err)
		}
	}
	return errors.Join(bad...)
}

func (r Record) checkValue(v metric.Value) error {
	if v.Name == "" || v.Split == "" {
		return fmt.Errorf("a metric has no name or no split: %+v", v)
	}
	if v.Goal != metric.Max && v.Goal != metric.Min && v.Goal != metric.None {
		return fmt.Errorf("%s on %s has the goal %q", v.Name, v.Split, v.Goal)
	}
	if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
		return fmt.Errorf("%s on %s is %v", v.Name, v.Split, v.Value)
	}
	i, _ := probeOf(r.Spec.Probes, v.Name)
	if i < 0 {
		return nil
	}
	p := r.Spec.Probes[i]
	if _, known := probe.Schema(p.Kind, p.Version); !known { // of a later assay
		return nil
	}
	declared := probe.Metrics(p)
	at := slices.IndexFunc(declared, func(m metric.Info) bool { return m.Name == v.Name })
	if at < 0 {
		return fmt.Errorf("%s: a probe of kind %s reports no such metric", v.Name, p.Kind)
	}
	if declared[at].Goal != v.Goal {
		return fmt.Errorf("%s on %s has the goal %q; that of a probe of kind %s is %q", v.Name, v.Split, v.Goal, p.Kind, declared[at].Goal)
	}
	return nil
}
