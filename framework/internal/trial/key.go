package trial

import (
	"cmp"
	"slices"

	"github.com/assaylab/assay/framework/internal/probe"
)

// Three keys tell what was trained, what its plugin was asked for, and what was
// scored. Each is the SHA-256 of the canonical JSON form of what it depends on;
// empty fields are left out. Training again is needed only where the first
// changes; the other two contain it.

// Fit is what training depends on: equal fits are the same trained model, in
// whatever sweep or under whatever label, and whatever is measured of it.
type Fit struct {
	Method   string   `json:"method"`             // name that the plugin gives itself
	Version  string   `json:"version"`            // that it gives itself
	Code     string   `json:"code,omitempty"`     // digest of a third-party plugin's files; built-in methods go by version
	Settings Settings `json:"settings,omitempty"` // complete: defaults filled, inactive ones removed
	Dataset  string   `json:"dataset"`            // digest
	Fold     string   `json:"fold,omitempty"`     // what of the dataset the method gets, where a protocol withholds some of it (source.AccessNone, ...); a fold of a recording is a dataset of its own
	Seed     uint64   `json:"seed"`
	Budget   float64  `json:"budget,omitempty"` // reached, in the unit of the method's budget; 0: all of it
	Parent   string   `json:"parent,omitempty"` // key of the fit whose checkpoint this one goes on from
}

// Key is the fit key: the id of a trial.
func (f Fit) Key() string {
	// As a map without what is empty: encoding/json would be a detour, and a plan
	// makes a hundred thousand keys.
	fields := map[string]any{"method": f.Method, "version": f.Version, "dataset": f.Dataset, "seed": f.Seed}
	for _, field := range []struct{ name, v string }{{"code", f.Code}, {"fold", f.Fold}, {"parent", f.Parent}} {
		if field.v != "" {
			fields[field.name] = field.v
		}
	}
	if len(f.Settings) > 0 {
		fields["settings"] = f.Settings
	}
	if f.Budget != 0 {
		fields["budget"] = f.Budget
	}
	return digest(map[string]any{"fit": fields})
}

// Asked is what a plugin was asked for on a fit.
type Asked struct {
	Metrics []string `json:"metrics,omitempty"` // names; empty: all that the method declares
	Cases   bool     `json:"cases,omitempty"`   // numbers per case
	Arrays  bool     `json:"arrays,omitempty"`  // for figures
}

// Key is the evaluate key.
func (a Asked) Key(fit string) string {
	a.Metrics = slices.Compact(slices.Sorted(slices.Values(a.Metrics))) // in whatever order, however often
	return digest(map[string]any{"evaluate": map[string]any{"fit": fit, "asked": a}})
}

// Measure is what a probe measures, whatever name a sweep gives it.
type Measure struct {
	Kind     string         `json:"kind"`
	Target   string         `json:"target"`
	Settings map[string]any `json:"settings,omitempty"` // complete
	Columns  []int          `json:"columns,omitempty"`  // [from, to) of the embedding; empty: all
	Version  string         `json:"version"`            // of the kind
	About    string         `json:"about,omitempty"`    // digest of what it reads of the dataset's about.json
}

// firstProbes is the version of every kind of probe in the first edition, whose specs
// have none.
const firstProbes = "1"

// MeasureOf is what a sweep's probe measures.
func MeasureOf(p probe.Spec, about string) Measure {
	return Measure{Kind: p.Kind, Target: p.Target, Settings: p.Settings, Columns: p.Columns, Version: cmp.Or(p.Version, firstProbes), About: about}
}

// Spec is the probe of a measure, under a name that a sweep gives it.
func (m Measure) Spec(name string) probe.Spec {
	s := probe.Spec{Name: name, Kind: m.Kind, Target: m.Target, Settings: m.Settings, Columns: m.Columns}
	if m.Version != firstProbes {
		s.Version = m.Version
	}
	return s
}

// AboutAngles is the digest of angles that a probe reads of about.json; "" of none.
func AboutAngles(angles []float64) string {
	if angles == nil {
		return ""
	}
	return digest(map[string]any{"angles": angles})
}

// ID names the measure apart from any fit.
func (m Measure) ID() string { return digest(map[string]any{"measure": m}) }

// ScoreKey is the score key: a measure of a fit, on one split.
func (m Measure) ScoreKey(fit, split string) string {
	return digest(map[string]any{"score": map[string]any{"fit": fit, "measure": m, "split": split}})
}
