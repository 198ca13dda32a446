package editor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

// methods knows the settings of every plugin: which stand under settings, search and
// configs depends on the plugin that the method names.
func (b *builder) methods() object {
	var names, docs []string
	for _, p := range b.Plugins {
		names = append(names, p.Name)
		doc := ""
		if p.Description != nil {
			doc = p.Description.Summary
		}
		docs = append(docs, doc)
	}
	plugin := text("the name of a plugin, or the path of one: ./my-method")
	if len(names) > 0 {
		plugin = object{"description": "the name of a plugin, or the path of one: ./my-method",
			"anyOf": []any{object{"enum": names, "enumDescriptions": docs}, object{"type": "string", "pattern": `[/\\]`}}}
	}
	settings := object{"type": "object", "description": "values of settings; the others have their defaults"}
	one := record("", object{
		"plugin":      plugin,
		"label":       text("what tables print; default: the name in the sweep"),
		"settings":    settings,
		"search":      object{"type": "object", "description": "settings that are searched, each a list of values or a range", "additionalProperties": param("", object{})},
		"configs":     object{"type": "array", "description": "instead of search: a list of configurations", "items": object{"type": "object"}},
		"constraints": list("conditions that every configuration must meet: swap_weight > 0 || epochs < 10", object{"type": "string"}),
		"datasets":    list("only these; default: all that have the roles that the method needs", suggestion("", b.Sweep.Datasets)),
		"allow":       allow(),
	}, "plugin")
	for i, p := range b.Plugins {
		if p.Description == nil {
			continue
		}
		name := p.Name
		if strings.ContainsAny(name, `/\`) {
			name = fmt.Sprintf("path-%d", i)
		}
		of := b.define("settings-"+name, record(p.Description.Summary, values(p.Description.Schema)))
		search := object{}
		for _, s := range p.Description.Schema {
			search[s.Name] = param(s.Doc, value(s))
		}
		when(one, "plugin", p.Name, object{"properties": object{
			"settings": of, "search": b.define("search-"+name, record("", search)), "configs": object{"items": of}}})
	}
	return named("the methods that are compared, under the names that tables give them", b.define("method", one))
}

// param is a setting that is searched: a list of values, or a range.
func param(doc string, of object) object {
	one := object{}
	for k, v := range of {
		if k != "default" && k != "description" {
			one[k] = v
		}
	}
	several := object{"type": "array", "minItems": 1, "items": one}
	return object{"description": doc, "anyOf": []any{several, record("", object{
		"values": several, "min": number("least value"), "max": number("greatest value"), "step": number("between values"),
		"scale": choice("log where ratios matter", "linear", "log"), "when": text("condition under which it is searched")})}}
}

func allow() object {
	paths := object{"type": "array", "items": object{"type": "string"}}
	return record("what the plugin may reach beyond its own folder and its data", object{
		"network": boolean("other machines"), "gpu": boolean("devices"), "read": paths, "write": paths,
		"env": object{"type": "array", "description": "variables of the environment", "items": object{"type": "string"}}})
}

func (b *builder) ablations() object {
	one := record("", object{
		"of":       suggestion("a method of this sweep", sorted(b.Sweep.Methods)),
		"variants": mapping("under the label that tables print: the settings that differ", object{"type": "object", "minProperties": 1}),
	}, "of", "variants")
	for _, id := range sorted(b.Sweep.Methods) {
		for _, p := range b.Plugins {
			if p.Name == b.Sweep.Methods[id] && p.Description != nil {
				// The method may have another plugin by now: what is unknown is not refused.
				when(one, "of", id, object{"properties": object{"variants": object{"additionalProperties": object{"type": "object", "properties": values(p.Description.Schema)}}}})
			}
		}
	}
	return object{"type": "array", "description": "a method, and what becomes of it with one thing changed", "items": one}
}

// probes depend on the version of the file, and on their own.
func (b *builder) probes(root object) {
	of := func(version int) object {
		one := object{"type": "object", "required": []string{"kind", "target"}, "properties": object{"kind": choice("how it is read out", probe.Kinds()...)}}
		for _, kind := range probe.Kinds() {
			for _, own := range []int{0, 1, 2} { // 0: nothing is said
				name := ""
				if own == 2 || own == 0 && version == 2 {
					name = probe.Newest(kind)
				}
				schema, ok := probe.Schema(kind, name)
				if !ok {
					name = probe.Newest(kind)
					schema, _ = probe.Schema(kind, name)
				}
				b.probe(one, kind, own, b.probeKeys(kind, name, schema))
			}
		}
		return b.define(fmt.Sprintf("probe-%d", version), one)
	}
	first, second := of(1), of(2)
	root["allOf"] = []any{object{
		"if":   object{"properties": object{"version": object{"const": 1}}, "required": []string{"version"}},
		"then": object{"properties": object{"probes": object{"items": first}}},
		"else": object{"properties": object{"probes": object{"items": second}}}}}
}

// probeKeys are all keys of a version of a kind.
func (b *builder) probeKeys(kind, version string, schema setting.Schema) object {
	keys := values(schema)
	for name, s := range map[string]object{
		"kind": choice("how it is read out", probe.Kinds()...), "target": text("what is read out: a target of the recordings, such as direction"),
		"name":    pattern(sweep.IDForm(), "of its metrics, probe/NAME/...; default: its kind"),
		"version": object{"enum": []any{1, 2}, "description": "1 reads out as the first edition did; default: the file's"},
		"columns": object{"type": "array", "minItems": 2, "maxItems": 2, "items": whole(0, ""), "description": "[0, 64]: the first 64 dimensions of the embedding"},
		"methods": list("only of these", suggestion("", sorted(b.Sweep.Methods))),
	} {
		keys[name] = s
	}
	if version == "" {
		version = "1"
	}
	return b.define("probe-"+kind+"-"+version, record("", keys))
}

// probe adds what holds of a kind in a version; 0: nothing is said of it.
func (b *builder) probe(one object, kind string, version int, keys object) {
	is := object{"properties": object{"kind": object{"const": kind}, "version": object{"const": version}}, "required": []string{"kind", "version"}}
	if version == 0 {
		is = object{"properties": object{"kind": object{"const": kind}}, "required": []string{"kind"}, "not": object{"required": []string{"version"}}}
	}
	all, _ := one["allOf"].([]any)
	one["allOf"] = append(all, object{"if": is, "then": keys})
}

// metrics are those that probes and methods may report under their usual names.
func (b *builder) metrics() []string {
	var out []string
	for _, kind := range probe.Kinds() {
		for _, version := range []string{"", probe.Newest(kind)} {
			for _, m := range probe.Metrics(probe.Spec{Kind: kind, Version: version, Name: kind}) {
				out = append(out, m.Name)
			}
		}
	}
	for _, p := range b.Plugins {
		if p.Description != nil {
			for _, m := range p.Description.Metrics {
				out = append(out, m.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
