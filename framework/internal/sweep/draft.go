package sweep

import (
	"fmt"
	"strings"
)

// Draft is what a new sweep says.
type Draft struct {
	Dataset  string   // the datasets section, with one dataset and without its last line: how it is divided
	Split    string   // such as {folds: 5}
	Target   string   // that is read out
	Class    bool     // the target is a class
	Methods  []string // plugins, or embeddings of the baseline: raw, raw-3, pca, fa
	Channels int      // of the recording
	Seeds    int
}

// entry is what the draft says of a method: baselines stand by the names of their
// embeddings, and none asks for more dimensions than there are channels.
func (d Draft) entry(method string) string {
	switch method {
	case "raw":
		return "{plugin: baseline, settings: {embedding: raw}}"
	case "raw-3":
		return "{plugin: baseline, settings: {embedding: raw, context: [-1, 1]}}"
	case "pca", "fa":
		return fmt.Sprintf("{plugin: baseline, settings: {embedding: %s, dims: %d}}", method, min(d.Channels, 10))
	}
	return "{plugin: " + method + "}"
}

// Text is the draft as a sweep file.
func (d Draft) Text() string {
	var b strings.Builder
	b.WriteString("version: 2\n")
	fmt.Fprintf(&b, "%s    split: %s\n", d.Dataset, d.Split)
	b.WriteString("methods:\n")
	for _, m := range d.Methods {
		fmt.Fprintf(&b, "  %s: %s\n", m, d.entry(m))
	}
	kind, metric := "ridge", "r2"
	if d.Class {
		kind, metric = "logistic", "accuracy"
	}
	fmt.Fprintf(&b, "seeds: %d\n", d.Seeds)
	fmt.Fprintf(&b, "probes:\n  - {kind: %s, target: %s} # fitted on every method's embedding of the train part\n", kind, d.Target)
	fmt.Fprintf(&b, "tables:\n  - {name: main, rows: method, cols: dataset, cell: probe/%s/%s, split: test}\n", kind, metric)
	return b.String()
}
