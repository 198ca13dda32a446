// Package editor makes the JSON Schema of sweep files, by which editors complete and
// check them while they are written.
//
// What stands in it comes from where a sweep is checked, too: the plugins'
// descriptions, the probes' and generators' settings, the words that tables know. It
// refuses nothing that a sweep may say but an empty value; what no schema can say
// (names that refer to each other, conditions of settings) is left to "assay plan".
package editor

import (
	"maps"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

// Plugin is a method as sweeps name it: by name, or by path.
type Plugin struct {
	Name string
	// Description is that of a plugin that could be asked; else only the name is known.
	Description *framework.Description
}

// Options say what a schema knows.
type Options struct {
	Plugins []Plugin
	Sweep   Names // of one sweep: a schema for this file alone
}

// Names are what a sweep file gives names to.
type Names struct {
	Datasets []string
	Methods  map[string]string // to the plugin of each
}

type object = map[string]any

// Schema makes the schema, in the words of JSON Schema's draft 7, which every editor
// knows.
func Schema(o Options) map[string]any {
	b := &builder{Options: o, definitions: object{}}
	root := record("A sweep: which methods are compared on which recordings, with which seeds, in which tables.", object{
		"version":     object{"enum": []any{1, 2}, "default": 2, "description": "of the file: 1 keeps the defaults of the first edition"},
		"name":        pattern(sweep.IDForm(), "of the folder of results; default: the file's name"),
		"description": text("what the sweep asks"),
		"datasets":    b.datasets(),
		"methods":     b.methods(),
		"seeds":       seeds("so many seeds, or a list of them: of every method, in the tables"),
		"search":      b.search(),
		"budget":      record("what all searches together may spend", object{"cpu": duration("of all trials"), "wall": duration("of the clock, by how many run at a time"), "trials": whole(1, "finished trials")}),
		"select":      b.selection(),
		"ablations":   b.ablations(),
		"probes":      object{"type": "array", "description": "what is read out of embeddings, in the same way for all methods"},
		"limits":      limits(),
		"retries":     retries(),
		"stop":        record("when a method is given up", object{"after": whole(0, "so many failures for one reason, and never a success; 0: never")}),
		"keep":        keep(),
		"run":         run(),
		"tables":      b.tables(),
	}, "version", "datasets", "methods")
	b.probes(root)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "assay sweep"
	root["definitions"] = b.definitions
	return root
}

type builder struct {
	Options
	definitions object
}

// define puts a schema under a name and returns what refers to it.
func (b *builder) define(name string, s object) object {
	b.definitions[name] = s
	return object{"$ref": "#/definitions/" + name}
}

// record is a mapping of known keys.
func record(doc string, keys object, required ...string) object {
	out := object{"type": "object", "properties": keys, "additionalProperties": false}
	if doc != "" {
		out["description"] = doc
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// named is a mapping from names that the user gives.
func named(doc string, to object) object {
	return object{"type": "object", "description": doc, "minProperties": 1, "propertyNames": object{"pattern": sweep.IDForm()}, "additionalProperties": to}
}

// mapping is one from any keys.
func mapping(doc string, to object) object {
	return object{"type": "object", "description": doc, "additionalProperties": to}
}

func text(doc string) object { return object{"type": "string", "description": doc} }

func pattern(form, doc string) object {
	return object{"type": "string", "pattern": form, "description": doc}
}

func boolean(doc string) object { return object{"type": "boolean", "description": doc} }

func number(doc string) object { return object{"type": "number", "description": doc} }

func whole(least int, doc string) object {
	return object{"type": "integer", "minimum": least, "description": doc}
}

func choice(doc string, words ...string) object { return object{"enum": words, "description": doc} }

// suggestion is a text for which there are known words, and others.
func suggestion(doc string, words []string) object {
	if len(words) == 0 {
		return text(doc)
	}
	return object{"description": doc, "anyOf": []any{object{"enum": words}, object{"type": "string"}}}
}

// list is one or several.
func list(doc string, of object) object {
	return object{"description": doc, "anyOf": []any{of, object{"type": "array", "items": of}}}
}

func duration(doc string) object {
	return pattern(`^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`, doc+": 90s, 30m, 1h30m")
}

func size(doc string) object {
	return pattern(`^[0-9]+(\.[0-9]+)? *([KMGT]i?)?B$`, doc+": 512MiB, 8GiB, 8GB")
}

func seeds(doc string) object {
	return object{"description": doc, "anyOf": []any{object{"type": "integer", "minimum": 1, "maximum": 100_000},
		object{"type": "array", "minItems": 1, "uniqueItems": true, "items": object{"type": "integer", "minimum": 0}}}}
}

// value is what a setting takes.
func value(s setting.Setting) object {
	out := object{}
	switch s.Kind {
	case setting.Float, setting.Floats:
		out["type"] = "number"
	case setting.Int, setting.Ints:
		out["type"] = "integer"
	case setting.Bool:
		out["type"] = "boolean"
	default:
		out["type"] = "string"
	}
	for key, bound := range map[string]*float64{"minimum": s.Min, "maximum": s.Max, "exclusiveMinimum": s.Above, "exclusiveMaximum": s.Below} {
		if bound != nil {
			out[key] = *bound
		}
	}
	if len(s.Choices) > 0 {
		out = object{"enum": s.Choices}
	}
	if s.Kind == setting.Floats || s.Kind == setting.Ints {
		out = object{"type": "array", "items": out}
	}
	doc := s.Doc
	if s.When != "" {
		doc += " (when " + s.When + ")"
	}
	out["description"] = doc
	if s.Default != nil {
		out["default"] = s.Default
	}
	return out
}

// values are the settings of a schema as keys.
func values(s setting.Schema) object {
	keys := object{}
	for _, x := range s {
		keys[x.Name] = value(x)
	}
	return keys
}

// when adds to a mapping what holds where a key has a value.
func when(of object, key, is string, then object) {
	all, _ := of["allOf"].([]any)
	of["allOf"] = append(all, object{"if": object{"properties": object{key: object{"const": is}}, "required": []string{key}}, "then": then})
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
