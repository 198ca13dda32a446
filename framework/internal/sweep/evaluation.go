package sweep

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/table"
)

func (d *decoder) probe(n *node, i int) probe.Spec {
	var p probe.Spec
	if n.kind != mapping {
		d.fail(n, "{kind: direction, target: direction}", "probe %d must be a mapping, got %v", i+1, n)
		return p
	}
	f := fields{decoder: d, n: n, what: fmt.Sprintf("probe %d", i+1)}
	f.require("kind", "")
	f.require("target", "target names what is read out, for example direction")
	f.text("kind", &p.Kind)
	f.text("name", &p.Name)
	f.text("target", &p.Target)
	if v, ok := f.value("name"); ok {
		d.id(v, "probe")
	}
	for _, v := range f.list("columns") {
		var c uint64
		if d.readWhole(v, f.name("columns"), 0, &c) {
			p.Columns = append(p.Columns, int(c))
		}
	}
	f.texts("methods", &p.Methods)
	p.Settings = map[string]any{}
	for _, kv := range n.pairs {
		if k := kv.key.text; !slices.Contains([]string{"kind", "name", "target", "columns", "methods"}, k) {
			p.Settings[k] = kv.value.plain()
		}
	}
	return p
}

func (d *decoder) table(n *node, i int, s *Sweep) table.Spec {
	f := d.fields(n, fmt.Sprintf("table %d", i+1), "name", "rows", "cols", "cell", "split", "stat", "bold", "compare", "methods", "datasets")
	t := table.Spec{Name: fmt.Sprintf("table-%d", i+1)}
	at := n
	if v, ok := f.value("name"); ok && d.readText(v, f.name("name"), &t.Name) {
		d.id(v, "table")
		at = v
	}
	if slices.ContainsFunc(s.Tables, func(other table.Spec) bool { return other.Name == t.Name }) {
		d.fail(at, "give one of them another name", "there are two tables %q", t.Name)
	}
	f.text("rows", &t.Rows)
	f.text("cols", &t.Cols)
	f.text("split", &t.Split)
	f.text("stat", &t.Stat)
	f.text("bold", &t.Bold)
	f.require("cell", "cell names a metric, for example probe/direction/accuracy")
	var cells []string
	f.texts("cell", &cells)
	switch len(cells) {
	case 0:
	case 1:
		t.Cell = cells[0]
	default:
		t.Cell = cells
	}
	if v, ok := f.value("compare"); ok {
		g := d.fields(v, f.name("compare"), "against", "correct")
		g.text("against", &t.Against)
		g.text("correct", &t.Correct)
	}
	d.references(f, "methods", "method", methodIDs(s), &t.Methods)
	d.references(f, "datasets", "dataset", datasetIDs(s), &t.Dataset)
	return t
}
