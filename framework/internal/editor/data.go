package editor

import (
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/internal/sweep"
)

func (b *builder) datasets() object {
	recording := b.recording()
	roles := record("recordings in roles", object{"roles": named("such as source and target; several in one role as a list",
		object{"anyOf": []any{recording, object{"type": "array", "minItems": 1, "items": recording}}})}, "roles")
	// Which of the three it is shows in a key: messages are about that one.
	has := func(key string) object { return object{"required": []string{key}} }
	one := object{"type": "object", "if": has("protocol"), "then": b.protocol(), "else": object{"if": has("roles"), "then": roles, "else": recording}}
	return named("recordings under the names that tables give them", b.define("dataset", one))
}

// recording is one source, or several that are joined.
func (b *builder) recording() object {
	var names, docs []string
	for _, item := range source.List() {
		names, docs = append(names, item.Source), append(docs, item.Summary)
	}
	seed := func(doc string) object {
		return object{"description": doc, "anyOf": []any{object{"type": "integer", "minimum": 0}, object{"const": "trial"}}}
	}
	one := record("", object{
		"source": object{"description": "a name of the catalogue, a generator, or the path of a file",
			"anyOf": []any{object{"enum": names, "enumDescriptions": docs}, object{"type": "string", "not": object{"pattern": "^(catalogue|generate)/"}}}},
		"params":    object{"type": "object", "description": "of a generator"},
		"seed":      seed("of a generator; trial: the trial's own"),
		"read":      b.define("read", read()),
		"sha256":    text("digest of the file: another one is refused"),
		"keep":      mapping("labels of class targets: only samples that have them", object{"type": "array", "items": object{"type": []string{"string", "number"}}}),
		"min_speed": number("only samples that move faster, in the target's unit"),
		"split":     b.define("split", division(number("share of the samples or trials"))),
		"subject":   text("whose recording it is"),
		"session":   text("of which day"),
		"join":      object{"type": "array", "minItems": 1, "description": "recordings of the same channels that stand as one", "items": object{"$ref": "#/definitions/recording"}},
	})
	one["if"] = object{"required": []string{"join"}}
	held := object{"anyOf": []any{number("share"), record("what is held out", object{"session": list("", object{"type": "string"}), "subject": list("", object{"type": "string"})})}}
	one["then"] = object{"properties": object{"split": object{}}}
	one["else"] = object{"required": []string{"source"}}
	one["properties"].(object)["split"] = b.define("split", division(held))
	for _, g := range source.Generators() {
		when(one, "source", "generate/"+g.Name, object{"properties": object{"params": record(g.Summary, values(g.Settings))}})
	}
	return b.define("recording", one)
}

func division(test object) object {
	share := number("share of the samples or trials")
	return record("what trains, validates and tests", object{
		"by":    choice("what stays together", data.ByTrial, data.BySample, data.ByGiven),
		"train": share, "val": share, "test": test,
		"order":    choice("recorded: the first train, the last test", "recorded", "random"),
		"seed":     object{"description": "of a random order; trial: the trial's own", "anyOf": []any{object{"type": "integer", "minimum": 0}, object{"const": "trial"}}},
		"file":     text("path of a file that says it"),
		"folds":    whole(2, "of a cross-validation"),
		"repeats":  whole(1, "of the folds, each time drawn anew"),
		"stratify": text("class target whose labels every part has in equal shares"),
		"gap":      whole(0, "samples between the parts that nobody sees"),
		"part":     number("so much of the train part is used"),
	})
}

func (b *builder) protocol() object {
	share := object{"anyOf": []any{object{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, object{"type": "string", "pattern": `^[0-9.]+ *%?$`}}}
	target := object{"description": "what a method may see of the recording that it is tested on", "anyOf": []any{
		object{"enum": []string{source.AccessNone, source.AccessTrialwise}},
		record("", object{source.AccessUnlabeled: share, source.AccessLabeled: share})}}
	return record("datasets that are made of others: one for each that tests", object{
		"protocol": choice("what generalizes to what", sweep.Protocols()...),
		"members":  list("datasets of this sweep", suggestion("", b.Sweep.Datasets)),
		"target":   target,
		"split":    object{"$ref": "#/definitions/split"},
		"sources":  choice("role of the other members", data.MainRole, "pretrain"),
		"shares":   list("of the train part, of a learning curve", share),
	}, "protocol", "members")
}

// read is loose where a name may be a mapping with more to say: the file decides.
func read() object {
	name := object{"type": []string{"string", "object"}}
	angles := object{"anyOf": []any{object{"enum": []string{file.Degrees, file.Radians}}, mapping("degrees by label", object{"type": "number"})}}
	times, resample := object{}, choice("", file.Average, file.Interpolate)
	return record("which arrays of the file are what", object{
		"samples": list("what was recorded", name), "axes": list("of samples, in order", object{"type": "string"}),
		"transpose": boolean("units come first"), "trial": object{"description": "number of the behavioural trial of each sample"},
		"bin_seconds": number("length of a sample, in seconds"), "unit": text("of the values"),
		"scale": choice("what the values are", file.Counts, file.Rates), "nan": choice("what is done with it", file.Refuse, file.Drop, file.Fill),
		"classes": object{"description": "targets with labels", "anyOf": []any{object{"type": "string"}, object{"type": "array"},
			mapping("", object{"anyOf": []any{object{"type": "string"}, record("", object{"column": text("array or column with the labels"), "angles": angles, "times": times}),
				object{"type": "object", "required": []string{"file"}}}})}},
		"continuous": mapping("targets with values", object{"anyOf": []any{object{"type": "string"}, object{"type": "array"},
			record("", object{"column": object{}, "columns": object{}, "times": times, "resample": resample}),
			record("", object{"file": text("another file"), "name": text("array in it"), "column": object{}, "angles": angles, "times": times, "resample": resample})}}),
		"angles": mapping("of class targets, by label", angles),
		"spikes": object{"anyOf": []any{object{"type": "string"}, record("times of spikes", object{"times": name, "unit": name, "rate": number("of times that are counted in samples, in Hz")}), object{"type": "object"}}},
		"bin":    object{"description": "length of a bin of spikes: 50ms"},
		"trials": object{"anyOf": []any{object{"type": "string"}, record("behavioural trials", object{"table": text(""), "start": text(""), "stop": text("")}), object{"type": "object"}}},
		"align":  object{"description": "event that trials are aligned to"}, "window": object{"description": "around the event: [-200ms, 500ms]"},
		"units": object{"description": "which of them"}, "times": object{"description": "of each target's rows"}, "resample": object{"description": "how targets come to the bins"},
	})
}
