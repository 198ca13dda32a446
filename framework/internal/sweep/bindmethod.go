package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

func (b *binder) method(m Method) {
	at := []string{"methods", m.ID}
	before := len(b.Errs)
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
		if p.IsRange() && b.s.Search.Strategy == "grid" && (!p.Finite(set.Kind) || p.Log) {
			b.failAt("give values: [...] or a step, or draw from it: search: {strategy: random, trials: 20}", path,
				"method %s: search %s is a range that a grid cannot list (no step, or scale log)", m.ID, p.Name)
		}
		tried := p.Values
		if p.IsRange() {
			tried = []any{p.Min, p.Max}
		}
		for i, v := range tried {
			if bad := schema.CheckOne(p.Name, v); bad != nil {
				b.failAt(bad.Hint, b.tried(path, p, i), "method %s: search: %v", m.ID, *bad)
			}
		}
	}
	for i, text := range m.Allowed {
		if err := schema.CheckCondition(text); err != nil {
			b.failAt("compare settings of the method, for example batch * views <= 512", append(at, "constraints", strconv.Itoa(i)), "method %s: constraint %v", m.ID, err)
		}
	}
	if len(b.Errs) > before {
		return
	}
	_, err := b.s.configs(m)
	if err == nil && b.s.asks(m) && b.s.Search.Plugin == "" {
		_, err = b.s.strategy(m)
	}
	if err != nil {
		b.failAt("", append(at, "search"), "method %s: %v", m.ID, err)
	}
}

// values checks settings against the schema of a method.
func (b *binder) values(m Method, values map[string]any, path ...string) {
	if !b.described(m) {
		return
	}
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

// tried is the path of value i of a list, or of the lower or upper end of a range.
func (b *binder) tried(path []string, p search.Param, i int) []string {
	if p.IsRange() {
		return append(slices.Clone(path), []string{"min", "max"}[i])
	}
	if _, v := b.s.root.Find(path...); v.Kind == yaml.Mapping {
		path = append(slices.Clone(path), "values")
	}
	return append(slices.Clone(path), strconv.Itoa(i))
}

func (b *binder) ablations() {
	for i, a := range b.s.Ablations {
		m := b.s.method(a.Of)
		if m.searched() && b.s.Select == nil {
			b.failAt("add select: {metric: ..., split: val}", []string{"ablations", strconv.Itoa(i), "of"},
				"an ablation of %s, which is searched, needs select to say which settings it starts from", a.Of)
		}
		for _, v := range a.Variants {
			b.values(m, v.Settings, "ablations", strconv.Itoa(i), "variants", v.Label)
		}
		if m.searched() { // the base is not known yet
			continue
		}
		for _, v := range a.Variants {
			if err := b.completes(m, v.Settings); err != nil {
				b.failAt("", []string{"ablations", strconv.Itoa(i), "variants", v.Label}, "ablation %q of %s: %v", v.Label, a.Of, err)
			}
		}
	}
}

// completes tries out a variant; wrong values are left to values.
func (b *binder) completes(m Method, change map[string]any) error {
	schema, given := b.s.methods[m.ID].Schema, overlay(m.Settings, change)
	if len(schema.Check(given)) > 0 {
		return nil
	}
	_, err := schema.Complete(given)
	return err
}
