package editor

import (
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
)

func (b *builder) search() object {
	return record("how settings are searched, where methods have some to search", object{
		"strategy": object{"description": "which way, or the path of a plugin", "anyOf": []any{object{"enum": sweep.Strategies()}, object{"type": "string", "pattern": `[/\\]`}}, "default": "grid"},
		"settings": object{"type": "object", "description": "of a strategy plugin"}, "configurations": whole(1, "per method and dataset"),
		"trials": whole(1, "old word for configurations"), "seed": whole(0, "of the strategy"), "seeds": seeds("of the search; default: those of the tables"),
		"race":  object{"description": "stop seeds of what is clearly behind", "anyOf": []any{object{"type": "boolean"}, object{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}}},
		"batch": whole(1, "questions that may be open at a time"),
		"prune": record("train in steps, and go on with the best", object{
			"strategy": choice("", "asha", "median"), "metric": suggestion("default: that of select", b.metrics()), "split": choice("", "val", "train", "all"),
			"goal": choice("", "max", "min"), "factor": object{"type": "number", "exclusiveMinimum": 1}, "rungs": whole(2, ""), "start": whole(1, "of median")}, "strategy"),
	})
}

func (b *builder) selection() object {
	return record("which configuration of a method stands in tables", object{"metric": suggestion("by which", b.metrics()), "split": choice("on which part", "val", "train", "all", "test"),
		"goal": choice("default: the metric's own", "max", "min"), "allow_test": boolean("choose on the test part all the same")}, "metric")
}

func limits() object {
	return record("of each trial, enforced from outside", object{"timeout": duration("of the clock"), "memory": size("resident"), "output": size("written: files and log"), "threads": whole(1, "of computation"),
		"gpus": whole(0, "claimed for each trial; 0: hidden"), "confine": choice("of plugins", "default", "required", "off")})
}

func retries() object {
	return record("of attempts that failed", object{"max": whole(0, "how often"), "on": list("after which failures", choice("", failure.Kinds()...))})
}

func keep() object {
	return record("what stays on disk after a trial", object{"models": boolean(""), "arrays": boolean(""),
		"embeddings": object{"description": "all, none, or as much as fits: 2GiB", "anyOf": []any{object{"type": "boolean"}, size("")}}})
}

func run() object {
	line := object{"type": "string", "pattern": `^[^\n\r]*$`}
	return record("where trials run", object{"executor": choice("", "local", "queue", "slurm"), "jobs": whole(1, "trials at a time"),
		"slurm": record("what each worker asks of the cluster", object{"partition": line, "account": line, "qos": line, "constraint": line, "gres": line,
			"time": duration("of a worker"), "memory": size("of a worker"), "workers": whole(1, "at most"), "modules": list("of the site", object{"type": "string"}),
			"prologue": text("lines of shell before a worker starts"), "max_array": whole(1, "jobs in one array"), "stage": boolean("copy datasets to the node first")})})
}

func (b *builder) tables() object {
	words := table.Words()
	axis := func(key string) object {
		return object{"description": "an axis", "anyOf": []any{object{"enum": words[key]}, object{"type": "string", "pattern": `^settings\..`}}}
	}
	methods, datasets := suggestion("", sorted(b.Sweep.Methods)), suggestion("", b.Sweep.Datasets)
	names := mapping("", object{"type": "string"})
	one := func(key, doc string) object { return choice(doc, words[key]...) }
	return object{"type": "array", "description": "comparisons that are printed", "items": b.define("table", record("", object{
		"name": pattern(sweep.IDForm(), "of its files"), "rows": axis("rows"), "cols": axis("cols"),
		"cell":  list("metric, or several", suggestion("", b.metrics())),
		"split": choice("part that was measured", "train", "val", "test", "all"), "stat": one("stat", "what a cell shows"), "bold": one("bold", ""),
		"compare": record("which rows are compared", object{"against": suggestion("best, none, or a row", append([]string{"best", "none"}, sorted(b.Sweep.Methods)...)), "correct": one("correct", "of p-values")}),
		"methods": list("only these, in this order", methods), "datasets": list("only these, in this order", datasets),
		"family": one("family", "what shares a level"), "marks": one("marks", ""), "letters": boolean("compact letters of all pairs"),
		"chance": boolean("a row of answers that look at nothing"), "shuffled": boolean("rows of read-outs of permuted targets"), "show": one("show", ""),
		"failures": one("failures", "across recordings"), "also": list("across recordings", one("also", "")), "rope": number("half-width of what counts as equal"),
		"caption": text("before what the host says"), "label": text("of LaTeX"), "columns": names, "rename": names, "fit": one("fit", "of LaTeX"), "commands": boolean("a LaTeX command for each cell"),
	}, "cell"))}
}
