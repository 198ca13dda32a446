package sweep

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/search"
)

func (d *decoder) method(id string, n *node, s *Sweep) Method {
	f := d.fields(n, "method "+id, "plugin", "settings", "search", "configs", "datasets")
	m := Method{ID: id}
	f.require("plugin", "\"assay plugin list\" names the plugins there are")
	f.text("plugin", &m.Plugin)
	m.Settings = f.plain("settings")
	for _, p := range f.mapping("search") {
		m.Search = append(m.Search, d.param(id, p))
	}
	for i, c := range f.list("configs") {
		if c.kind != mapping {
			d.fail(c, "configs: [{lr: 0.1}, {lr: 0.01}]", "method %s: configs, entry %d must be a mapping of settings, got %v", id, i+1, c)
			continue
		}
		m.Configs = append(m.Configs, c.plain().(map[string]any))
	}
	if len(m.Search) > 0 && len(m.Configs) > 0 {
		v, _ := f.value("configs")
		d.fail(v, "keep one of them", "method %s has both search and configs", id)
	}
	d.references(f, "datasets", "dataset", datasetIDs(s), &m.Datasets)
	if v, ok := f.value("datasets"); ok && v.kind == list && len(v.items) == 0 {
		d.fail(v, "name a dataset, or leave datasets out: then the method runs on all that suit it", "method %s: datasets is empty", id)
	}
	return m
}

func (d *decoder) param(id string, p pair) search.Param {
	out := search.Param{Name: p.key.text}
	what := fmt.Sprintf("method %s: search %s", id, p.key.text)
	if p.value.kind == list {
		out.Values = p.value.plain().([]any)
	} else {
		f := d.fields(p.value, what, "values", "min", "max", "step", "scale", "when")
		f.text("when", &out.When)
		if v, ok := f.value("values"); ok {
			for _, k := range []string{"min", "max", "step", "scale"} {
				if _, both := f.value(k); both {
					d.fail(v, "", "%s has both values and %s", what, k)
				}
			}
			if v.kind == list {
				out.Values = v.plain().([]any)
			} else {
				d.fail(v, "values: [1, 10]", "%s: values must be a list, got %v", what, v)
			}
		} else {
			f.require("min", "give values: [..], or min and max")
			f.require("max", "give values: [..], or min and max")
			f.number("min", &out.Min)
			f.number("max", &out.Max)
			f.number("step", &out.Step)
			scale := ""
			f.choice("scale", &scale, "linear", "log")
			out.Log = scale == "log"
			return out
		}
	}
	if len(out.Values) == 0 {
		d.fail(p.value, "", "%s has no values", what)
		out.Values = []any{}
	}
	return out
}

func (d *decoder) ablation(n *node, i int, s *Sweep) Ablation {
	f := d.fields(n, fmt.Sprintf("ablation %d", i+1), "of", "variants")
	var a Ablation
	taken := map[string]bool{} // labels of the same method, here and in earlier entries
	f.require("of", "of names a method of the sweep")
	f.require("variants", "variants: {no swap: {swap_weight: 0}}")
	f.text("of", &a.Of)
	if v, ok := f.value("of"); ok {
		d.refer(v, a.Of, "method", methodIDs(s))
	}
	for _, other := range s.Ablations {
		for _, v := range other.Variants {
			taken[v.Label] = taken[v.Label] || other.Of == a.Of
		}
	}
	for _, p := range f.mapping("variants") {
		switch {
		case strings.TrimSpace(p.key.text) == "":
			d.fail(p.key, "the label stands in tables, for example no swap", "an ablation of %s has no label", a.Of)
		case taken[p.key.text]:
			d.fail(p.key, "give one of them another label", "two ablations of %s are called %q", a.Of, shorten(p.key.text))
		}
		if p.value.kind != mapping {
			d.fail(p.value, "", "ablation %q must be a mapping of the settings that differ, got %v", p.key.text, p.value)
			continue
		}
		if len(p.value.pairs) == 0 {
			d.fail(p.value, "name at least one setting, for example {swap_weight: 0}", "ablation %q changes nothing", p.key.text)
		}
		a.Variants = append(a.Variants, Variant{Label: p.key.text, Settings: p.value.plain().(map[string]any)})
	}
	return a
}
