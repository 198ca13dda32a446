package sweep

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (d *decoder) method(id string, n *yaml.Node, s *Sweep) Method {
	f := d.Fields(n, "method "+id, "plugin", "label", "settings", "search", "configs", "constraints", "datasets", "allow")
	m := Method{ID: id}
	f.Require("plugin", "\"assay plugin list\" names the plugins there are")
	f.Text("plugin", &m.Plugin)
	if v, ok := f.Value("label"); ok && d.ReadText(v, f.Name("label"), &m.Label) {
		for _, other := range s.Methods {
			if m.Label == other.Label || m.Label == other.ID {
				d.Fail(v, "tables tell methods apart by their labels", "methods %s and %s have one label: %s", other.ID, id, yaml.Shorten(m.Label))
			}
		}
	}
	m.Settings = f.Plain("settings")
	d.allow(f, id, &m.Allow)
	for _, p := range f.Mapping("search") {
		m.Search = append(m.Search, d.param(id, p))
	}
	for i, c := range f.List("configs") {
		if c.Kind != yaml.Mapping {
			d.Fail(c, "configs: [{lr: 0.1}, {lr: 0.01}]", "method %s: configs, entry %d must be a mapping of settings, got %v", id, i+1, c)
			continue
		}
		m.Configs = append(m.Configs, c.Plain().(map[string]any))
	}
	if len(m.Search) > 0 && len(m.Configs) > 0 {
		v, _ := f.Value("configs")
		d.Fail(v, "keep one of them", "method %s has both search and configs", id)
	}
	if f.Texts("constraints", &m.Allowed); len(m.Allowed) > 0 && len(m.Search) == 0 && m.Configs == nil {
		v, _ := f.Value("constraints")
		d.Fail(v, "remove it, or give the method search:", "method %s: constraints have no effect: it is not searched", id)
	}
	d.references(f, "datasets", "dataset", datasetIDs(s), &m.Datasets)
	if v, ok := f.Value("datasets"); ok && v.Kind == yaml.List && len(v.Items) == 0 {
		d.Fail(v, "name a dataset, or leave datasets out: then the method runs on all that suit it", "method %s: datasets is empty", id)
	}
	return m
}

// allow reads what the sweep grants a plugin. Paths are relative to the sweep.
func (d *decoder) allow(f yaml.Fields, id string, into *trial.Grant) {
	n, ok := f.Value("allow")
	if !ok {
		return
	}
	g := d.Fields(n, "method "+id+": allow", "network", "read", "write", "env", "gpu")
	g.Boolean("network", &into.Network)
	var gpu bool // devices follow limits.gpus
	g.Boolean("gpu", &gpu)
	for key, list := range map[string]*[]string{"read": &into.Read, "write": &into.Write} {
		for _, item := range g.List(key) {
			path, hint, err := yaml.Path(item.Text, d.dir)
			if err == nil {
				path, err = filepath.Abs(path)
			}
			if err != nil {
				d.Fail(item, hint, "%s: %s %v", g.Name(key), item.Text, err)
				continue
			}
			*list = append(*list, path)
		}
	}
	for _, item := range g.List("env") {
		if err := trial.CheckVariable(item.Text); err != nil {
			d.Fail(item, "env: [HF_HOME]", "%s: %v", g.Name("env"), err)
			continue
		}
		into.Env = append(into.Env, item.Text)
	}
}

func (d *decoder) param(id string, p yaml.Pair) search.Param {
	out := search.Param{Name: p.Key.Text}
	what := fmt.Sprintf("method %s: search %s", id, p.Key.Text)
	if p.Value.Kind == yaml.List {
		out.Values = p.Value.Plain().([]any)
	} else {
		f := d.Fields(p.Value, what, "values", "min", "max", "step", "scale", "when")
		f.Text("when", &out.When)
		if v, ok := f.Value("values"); ok {
			for _, k := range []string{"min", "max", "step", "scale"} {
				if _, both := f.Value(k); both {
					d.Fail(v, "", "%s has both values and %s", what, k)
				}
			}
			if v.Kind == yaml.List {
				out.Values = v.Plain().([]any)
			} else {
				d.Fail(v, "values: [1, 10]", "%s: values must be a list, got %v", what, v)
			}
		} else {
			f.Require("min", "give values: [..], or min and max")
			f.Require("max", "give values: [..], or min and max")
			f.Number("min", &out.Min)
			f.Number("max", &out.Max)
			f.Number("step", &out.Step)
			scale := ""
			f.Choice("scale", &scale, "linear", "log")
			out.Log = scale == "log"
			return out
		}
	}
	if len(out.Values) == 0 {
		d.Fail(p.Value, "", "%s has no values", what)
		out.Values = []any{}
	}
	return out
}

func (d *decoder) ablation(n *yaml.Node, i int, s *Sweep) Ablation {
	f := d.Fields(n, fmt.Sprintf("ablation %d", i+1), "of", "variants")
	var a Ablation
	taken := map[string]bool{} // labels of the same method, here and in earlier entries
	f.Require("of", "of names a method of the sweep")
	f.Require("variants", "variants: {no swap: {swap_weight: 0}}")
	f.Text("of", &a.Of)
	if v, ok := f.Value("of"); ok {
		d.refer(v, a.Of, "method", methodIDs(s))
	}
	for _, other := range s.Ablations {
		for _, v := range other.Variants {
			taken[v.Label] = taken[v.Label] || other.Of == a.Of
		}
	}
	for _, p := range f.Mapping("variants") {
		switch {
		case strings.TrimSpace(p.Key.Text) == "":
			d.Fail(p.Key, "the label stands in tables, for example no swap", "an ablation of %s has no label", a.Of)
		case taken[p.Key.Text]:
			d.Fail(p.Key, "give one of them another label", "two ablations of %s are called %q", a.Of, yaml.Shorten(p.Key.Text))
		}
		if p.Value.Kind != yaml.Mapping {
			d.Fail(p.Value, "", "ablation %q must be a mapping of the settings that differ, got %v", p.Key.Text, p.Value)
			continue
		}
		if len(p.Value.Pairs) == 0 {
			d.Fail(p.Value, "name at least one setting, for example {swap_weight: 0}", "ablation %q changes nothing", p.Key.Text)
		}
		a.Variants = append(a.Variants, Variant{Label: p.Key.Text, Settings: p.Value.Plain().(map[string]any)})
	}
	return a
}
