package framework

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// RoleNames returns the roles a dataset must have: Roles, or just "main".
func (d Description) RoleNames() []string {
	if len(d.Roles) == 0 {
		return []string{data.MainRole}
	}
	return d.Roles
}

// RolesFor returns the roles that a dataset must have for these settings.
func (d Description) RolesFor(values map[string]any) ([]string, error) {
	roles := slices.Clone(d.RoleNames())
	d = d.complete()
	for _, o := range d.Optional {
		needed, err := d.Schema.Active(o.When, values)
		if err != nil {
			return nil, fmt.Errorf("role %s: %w", o.Name, err)
		}
		if needed && !slices.Contains(roles, o.Name) {
			roles = append(roles, o.Name)
		}
	}
	return roles, nil
}

// EmbedRole returns the role that Embed and Evaluate are about.
func (d Description) EmbedRole() string {
	if d.Embeds != "" {
		return d.Embeds
	}
	return d.RoleNames()[0]
}

// Metric returns the declared metric of that name.
func (d Description) Metric(name string) (metric.Info, bool) {
	for _, m := range d.Metrics {
		if m.Name == name {
			return m, true
		}
	}
	return metric.Info{}, false
}

// declares reports whether the description has an array of that name.
func (d Description) declares(array string) bool {
	return slices.ContainsFunc(d.Arrays, func(a ArrayInfo) bool { return a.Name == array })
}

// complete derives the schema from the settings struct.
func (d Description) complete() Description {
	if d.Settings != nil {
		d.Schema = setting.Of(d.Settings)
	}
	return d
}

// ToWire is the form in which a description crosses to the host.
func (d Description) ToWire() (*wire.DescribeReply, error) {
	d = d.complete()
	out := &wire.DescribeReply{
		Name: d.Name, Version: d.Version, Summary: d.Summary, Citation: d.Citation,
		Roles: d.Roles, Embeds: d.Embeds, Targets: d.Targets,
		Deterministic: d.Deterministic, OutOfSample: d.OutOfSample, Reuse: d.Reuse, Resumable: d.Resumable,
	}
	for _, s := range d.Schema {
		def, err := json.Marshal(s.Default)
		if err != nil {
			return nil, fmt.Errorf("setting %s: default: %w", s.Name, err)
		}
		out.Settings = append(out.Settings, &wire.Setting{
			Name: s.Name, Kind: string(s.Kind), DefaultJson: string(def),
			Min: s.Min, Max: s.Max, Above: s.Above, Below: s.Below,
			Scale: s.Scale, Choices: s.Choices, When: s.When, Doc: s.Doc,
		})
	}
	for _, m := range d.Metrics {
		out.Metrics = append(out.Metrics, &wire.Metric{Name: m.Name, Goal: string(m.Goal), Doc: m.Doc})
	}
	for _, o := range d.Optional {
		out.Optional = append(out.Optional, &wire.OptionalRole{Name: o.Name, When: o.When})
	}
	for _, a := range d.Arrays {
		out.Arrays = append(out.Arrays, &wire.Array{Name: a.Name, Doc: a.Doc})
	}
	d.capabilitiesToWire(out)
	return out, nil
}

// Patterns are compiled when they are first used: every trial starts a process,
// and waits for what a program does before main.
var (
	nameForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`) })
	metricForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_./-]{0,127}$`) })
	arrayForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`) }) // a file name too
)

// FromWire checks what a plugin says of itself: it may be anybody's.
func FromWire(w *wire.DescribeReply) (Description, error) {
	d := Description{
		Name: w.Name, Version: w.Version, Summary: clean.Text(w.Summary), Citation: clean.Text(w.Citation),
		Roles: w.Roles, Embeds: w.Embeds, Targets: w.Targets,
		Deterministic: w.Deterministic, OutOfSample: w.OutOfSample, Reuse: w.Reuse, Resumable: w.Resumable,
	}
	if err := limited(w); err != nil {
		return d, err
	}
	if !nameForm().MatchString(d.Name) {
		return d, fmt.Errorf("the name %q is not lower-case letters, digits and hyphens", d.Name)
	}
	if d.Version == "" {
		return d, fmt.Errorf("method %s names no version, so that its results could not be told from those of another build", d.Name)
	}
	for _, s := range w.Settings {
		var def any
		if err := json.Unmarshal([]byte(s.DefaultJson), &def); err != nil {
			return d, fmt.Errorf("setting %s: default_json %q: %w", s.Name, s.DefaultJson, err)
		}
		d.Schema = append(d.Schema, setting.Setting{
			Name: s.Name, Kind: setting.Kind(s.Kind), Default: def,
			Min: s.Min, Max: s.Max, Above: s.Above, Below: s.Below,
			Scale: s.Scale, Choices: s.Choices, When: s.When, Doc: clean.Text(s.Doc),
		})
	}
	var err error
	if d.Schema, err = d.Schema.Normal(); err != nil {
		return d, err
	}
	for _, o := range w.Optional {
		if err := d.Schema.CheckCondition(o.When); o.When != "" && err != nil {
			return d, fmt.Errorf("optional role %s: %w", o.Name, err)
		}
		d.Optional = append(d.Optional, OptionalRole{o.Name, o.When})
	}
	for _, m := range w.Metrics {
		goal := metric.Goal(m.Goal)
		if !metricForm().MatchString(m.Name) {
			return d, fmt.Errorf("the metric name %q is not lower-case letters, digits and _ . / -", m.Name)
		}
		if goal != metric.Max && goal != metric.Min && goal != metric.None {
			return d, fmt.Errorf("metric %s has the goal %q, not max, min or none", m.Name, m.Goal)
		}
		if _, twice := d.Metric(m.Name); twice {
			return d, fmt.Errorf("metric %s is declared twice", m.Name)
		}
		d.Metrics = append(d.Metrics, metric.Info{Name: m.Name, Goal: goal, Doc: clean.Text(m.Doc)})
	}
	for _, a := range w.Arrays {
		if !arrayForm().MatchString(a.Name) {
			return d, fmt.Errorf("the array name %q is not lower-case letters, digits and _ -", a.Name)
		}
		d.Arrays = append(d.Arrays, ArrayInfo{a.Name, clean.Text(a.Doc)})
	}
	return d, d.capabilitiesFromWire(w)
}
