package sweep

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/probe"
	"github.com/assaylab/assay/framework/search"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/framework/source"
	"github.com/assaylab/assay/framework/table"
)

// Checks are what other packages know and a sweep is held against.
type Checks struct {
	Recipe       func(source.Dataset) []data.Problem
	Roles        func(source.Dataset) []string
	Targets      func(d source.Dataset, role string) (names []string, known bool)
	Probe        func(probe.Spec) (probe.Spec, error)
	ProbeMetrics func(probe.Spec) []metric.Info
	Table        func(*table.Spec) []data.Problem
}

// Skip is a method and a dataset that do not suit each other.
type Skip struct {
	Method, Dataset, Reason string
}

type cell struct {
	method  int
	dataset string
}

// Bind checks the sweep against what its methods say of themselves (by method
// id) and completes probes and tables. The error is Errors: all mistakes at
// once. Points and the rest may be called after it.
func (s *Sweep) Bind(methods map[string]framework.Description, c Checks) error {
	b := &binder{decoder: decoder{file: s.file, dir: filepath.Dir(s.file)}, s: s, c: c}
	s.methods, s.skipped, s.pairs = methods, nil, nil
	for _, d := range s.Datasets {
		for _, p := range c.Recipe(d.Recipe) {
			b.failAt(p.Hint, append([]string{"datasets", d.ID}, strings.Split(p.Path, ".")...), "dataset %s: %s: %s", d.ID, p.Path, p.Fact)
		}
	}
	for i, m := range s.Methods {
		b.method(m)
		b.suit(i, m)
	}
	b.ablations()
	b.probes()
	if len(b.errs) == 0 { // metrics are known only of sound probes
		b.metrics()
	}
	return b.errs.sorted()
}

type binder struct {
	decoder
	s *Sweep
	c Checks
}

// failAt reports a mistake at the key that the path leads to, as far as it goes.
func (b *binder) failAt(hint string, path []string, format string, args ...any) {
	key, _ := b.s.root.find(path...)
	b.fail(key, hint, format, args...)
}

// values checks settings against the schema of a method.
func (b *binder) values(m Method, values map[string]any, path ...string) {
	schema := b.s.methods[m.ID].Schema
	for _, p := range schema.Check(values) {
		at := append(slices.Clone(path), p.Setting)
		if p.Unknown {
			b.failAt(listHint(p.Hint, m.Plugin), at, "method %s has no setting %q", m.ID, p.Setting)
		} else {
			b.failAt(p.Hint, at, "method %s: %v", m.ID, p)
		}
	}
}

func listHint(hint, plugin string) string {
	return strings.TrimSpace(fmt.Sprintf("%s \"assay plugin describe %s\" lists all", hint, plugin))
}

func (b *binder) method(m Method) {
	at := []string{"methods", m.ID}
	schema := b.s.methods[m.ID].Schema
	b.values(m, m.Settings, append(at, "settings")...)
	for i, c := range m.Configs {
		b.values(m, c, append(at, "configs", strconv.Itoa(i))...)
	}
	for _, p := range m.Search {
		path := append(slices.Clone(at), "search", p.Name)
		set, ok := schema.Find(p.Name)
		if !ok {
			b.failAt(listHint(setting.Suggest(p.Name, schema.Names()), m.Plugin), path, "method %s has no setting %q", m.ID, p.Name)
			continue
		}
		if _, fixed := m.Settings[p.Name]; fixed {
			b.failAt("", path, "method %s: %s is both fixed under settings and searched", m.ID, p.Name)
		}
		if p.When != "" {
			if err := schema.CheckCondition(p.When); err != nil {
				b.failAt("compare settings of the method, for example optimizer == 'sgd'", append(path, "when"), "method %s: search %s: when: %v", m.ID, p.Name, err)
			}
		}
		if err := p.CheckRange(set.Kind); err != nil {
			b.failAt("", path, "method %s: search %s %v", m.ID, p.Name, err)
			continue
		}
		tried := p.Values
		if p.IsRange() {
			tried = []any{p.Min, p.Max}
		}
		for _, v := range tried {
			if bad := schema.CheckOne(p.Name, v); bad != nil {
				b.failAt(bad.Hint, path, "method %s: search: %v", m.ID, *bad)
			}
		}
	}
	if len(b.errs) > 0 {
		return
	}
	if _, err := b.s.configs(m); err != nil {
		b.failAt("", append(at, "search"), "method %s: %v", m.ID, err)
	}
}

// suit finds the datasets that a method can take.
func (b *binder) suit(i int, m Method) {
	d := b.s.methods[m.ID]
	n := len(b.s.pairs)
	for _, id := range m.Datasets {
		if !slices.Contains(datasetIDs(b.s), id) {
			b.failAt(setting.Suggest(id, datasetIDs(b.s)), []string{"methods", m.ID, "datasets"}, "the sweep has no dataset %q", id)
			return
		}
	}
	for _, x := range b.s.Datasets {
		listed := slices.Contains(m.Datasets, x.ID)
		if m.Datasets != nil && !listed {
			continue
		}
		why := b.unsuitable(d, x.Recipe)
		switch {
		case why == "":
			b.s.pairs = append(b.s.pairs, cell{i, x.ID})
		case listed:
			b.failAt("take it off the list, or give the dataset what is missing", []string{"methods", m.ID, "datasets"}, "method %s cannot take dataset %s: %s", m.ID, x.ID, why)
		default:
			b.s.skipped = append(b.s.skipped, Skip{m.ID, x.ID, why})
		}
	}
	if len(b.s.pairs) == n && len(b.errs) == 0 {
		why := ""
		for _, k := range b.s.skipped {
			if k.Method == m.ID {
				why += "; " + k.Dataset + ": " + k.Reason
			}
		}
		b.failAt("", []string{"methods", m.ID}, "method %s suits none of the datasets%s", m.ID, why)
	}
}

func (b *binder) unsuitable(d framework.Description, r source.Dataset) string {
	roles := b.c.Roles(r)
	for _, role := range d.RoleNames() {
		if !slices.Contains(roles, role) {
			return fmt.Sprintf("it needs a recording in role %s; the dataset has %s", role, strings.Join(roles, ", "))
		}
		names, known := b.c.Targets(r, role)
		for _, t := range d.Targets {
			if known && !slices.Contains(names, t) {
				return fmt.Sprintf("it needs the target %s in role %s; there is %s", t, role, strings.Join(names, ", "))
			}
		}
	}
	return ""
}

func (b *binder) ablations() {
	for i, a := range b.s.Ablations {
		m := b.s.method(a.Of)
		if (len(m.Search) > 0 || len(m.Configs) > 0) && b.s.Select == nil {
			b.failAt("add select: {metric: ..., split: val}", []string{"ablations", strconv.Itoa(i), "of"},
				"an ablation of %s, which is searched, needs select to say which settings it starts from", a.Of)
		}
		for _, v := range a.Variants {
			b.values(m, v.Settings, "ablations", strconv.Itoa(i), "variants", v.Label)
		}
	}
}

func (b *binder) probes() {
	taken := map[string]bool{}
	for i, p := range b.s.Probes {
		at := []string{"probes", strconv.Itoa(i)}
		full, err := b.c.Probe(p)
		if err != nil {
			b.failAt("", at, "probe %d: %v", i+1, err)
			continue
		}
		if taken[full.Name] {
			b.failAt("give one of them a name: of its own", at, "two probes are called %q", full.Name)
		}
		taken[full.Name] = true
		b.s.Probes[i] = full
	}
}

// metrics checks the names of metrics in select and tables.
func (b *binder) metrics() {
	goals := map[string]metric.Goal{}
	for _, m := range b.s.Methods {
		for _, i := range b.s.methods[m.ID].Metrics {
			goals[i.Name] = i.Goal
		}
	}
	for _, p := range b.s.Probes {
		for _, i := range b.c.ProbeMetrics(p) {
			goals[i.Name] = i.Goal
		}
	}
	var names []string
	for name := range goals {
		names = append(names, name)
	}
	slices.Sort(names)
	if sel := b.s.Select; sel != nil {
		goal, ok := goals[sel.Metric]
		if !ok {
			b.failAt(setting.Suggest(sel.Metric, names), []string{"select", "metric"}, "select: no method or probe reports the metric %q", sel.Metric)
		}
		if sel.Goal == "" {
			if sel.Goal = string(goal); goal == metric.None {
				b.failAt("add goal: max or goal: min", []string{"select"}, "select: the metric %s has no better side of its own", sel.Metric)
			}
		}
		if !slices.ContainsFunc(b.s.Methods, func(m Method) bool { return len(m.Search) > 0 || len(m.Configs) > 0 }) {
			b.failAt("remove select, or give a method search: or configs:", []string{"select"}, "select has nothing to choose from: no method is searched")
		}
	}
	for i := range b.s.Tables {
		t := &b.s.Tables[i]
		at := []string{"tables", strconv.Itoa(i)}
		for _, p := range b.c.Table(t) {
			b.failAt(p.Hint, append(at, strings.Split(p.Path, ".")...), "table %s: %s: %s", t.Name, p.Path, p.Fact)
		}
		cells, ok := t.Cell.([]string)
		if one, single := t.Cell.(string); single {
			cells, ok = []string{one}, true
		}
		for _, name := range cells {
			if _, known := goals[name]; ok && !known {
				b.failAt(setting.Suggest(name, names), append(at, "cell"), "table %s: no method or probe reports the metric %q", t.Name, name)
			}
		}
	}
}

func (s *Sweep) method(id string) Method {
	i := slices.IndexFunc(s.Methods, func(m Method) bool { return m.ID == id })
	return s.Methods[i]
}

// configs lists the configurations of a method: one without search.
func (s *Sweep) configs(m Method) ([]search.Config, error) {
	space, err := search.New(s.methods[m.ID].Schema, m.Settings, m.Search)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Configs != nil:
		return space.Distinct(m.Configs)
	case len(m.Search) == 0 || s.Search.Strategy == "grid":
		return space.Grid()
	}
	list, _, err := space.Random(s.Search.Seed, s.Search.Trials)
	return list, err
}
