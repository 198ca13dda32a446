package sweep

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (d *decoder) probe(n *yaml.Node, i int, s *Sweep) probe.Spec {
	var p probe.Spec
	if n.Kind != yaml.Mapping {
		d.Fail(n, "{kind: direction, target: direction}", "probe %d must be a mapping, got %v", i+1, n)
		return p
	}
	f := d.Open(n, fmt.Sprintf("probe %d", i+1))
	f.Require("kind", "")
	f.Require("target", "target names what is read out, for example direction")
	f.Text("kind", &p.Kind)
	f.Text("name", &p.Name)
	f.Text("target", &p.Target)
	p.Version = d.probeVersion(f, p.Kind, s)
	if v, ok := f.Value("name"); ok {
		d.id(v, "probe")
	}
	for _, v := range f.List("columns") {
		var c uint64
		if d.ReadWhole(v, f.Name("columns"), 0, &c) {
			p.Columns = append(p.Columns, int(c))
		}
	}
	f.Texts("methods", &p.Methods)
	p.Settings = map[string]any{}
	for _, kv := range n.Pairs {
		if k := kv.Key.Text; !slices.Contains([]string{"kind", "name", "target", "version", "columns", "methods"}, k) {
			p.Settings[k] = kv.Value.Plain()
		}
	}
	return p
}

// probeVersion is which form of a kind is asked for: that of the first edition, whose
// name is empty, or the newest. Unless the probe says it, the version of the file does.
func (d *decoder) probeVersion(f yaml.Fields, kind string, s *Sweep) string {
	version := s.Version
	if f.Whole("version", 1, &version) && version > 2 {
		v, _ := f.Value("version")
		d.Fail(v, "version: 1 reads out as the first edition did, 2 as sweep files of version 2 do", "%s is %d", f.Name("version"), version)
	}
	if version >= 2 {
		return probe.Newest(kind)
	}
	return ""
}

func (d *decoder) table(n *yaml.Node, i int, s *Sweep) table.Spec {
	f := d.Fields(n, fmt.Sprintf("table %d", i+1), tableKeys...)
	t := table.Spec{Name: fmt.Sprintf("table-%d", i+1)}
	at := n
	if v, ok := f.Value("name"); ok && d.ReadText(v, f.Name("name"), &t.Name) {
		d.id(v, "table")
		at = v
	}
	if d.tables[t.Name] {
		d.Fail(at, "give one of them another name", "there are two tables %q", t.Name)
	}
	if d.tables == nil {
		d.tables = map[string]bool{}
	}
	d.tables[t.Name] = true
	f.Text("rows", &t.Rows)
	f.Text("cols", &t.Cols)
	f.Text("split", &t.Split)
	d.tableForm(f, &t)
	f.Require("cell", "cell names a metric, for example probe/direction/accuracy")
	var cells []string
	f.Texts("cell", &cells)
	switch len(cells) {
	case 0:
	case 1:
		t.Cell = cells[0]
	default:
		t.Cell = cells
	}
	d.references(f, "methods", "method", methodIDs(s), &t.Methods)
	d.references(f, "datasets", "dataset", datasetIDs(s), &t.Dataset)
	t.Expect = expected(s, cells)
	for _, m := range s.Methods {
		if _, ok := t.Rename[m.ID]; m.Label != "" && !ok {
			if t.Rename == nil {
				t.Rename = map[string]string{}
			}
			t.Rename[m.ID] = m.Label
		}
	}
	return t
}
