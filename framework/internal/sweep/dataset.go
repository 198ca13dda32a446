package sweep

import (
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
)

func (d *decoder) recipe(n *node, what string) source.Dataset {
	if roles, ok := n.get("roles"); ok && n.kind == mapping {
		d.fields(n, what, "roles")
		out := source.Dataset{Roles: map[string]source.Recording{}}
		if roles.value.kind != mapping {
			d.fail(roles.value, "roles: {source: {source: ...}, target: {source: ...}}", "%s: roles must be a mapping, got %v", what, roles.value)
			return out
		}
		if len(roles.value.pairs) == 0 {
			d.fail(roles.value, "roles: {source: {source: ...}, target: {source: ...}}", "%s: roles is empty", what)
		}
		for _, p := range roles.value.pairs {
			out.Roles[d.id(p.key, "role")] = d.recording(p.value, what+", role "+p.key.text)
		}
		return out
	}
	return source.Dataset{Recording: d.recording(n, what)}
}

func (d *decoder) recording(n *node, what string) source.Recording {
	f := d.fields(n, what, "source", "params", "seed", "read", "sha256", "keep", "min_speed", "split")
	var r source.Recording
	f.require("source", "catalogue/NAME, generate/NAME or the path of a file; \"assay data list\" names them")
	f.text("source", &r.Source)
	if r.Source != "" && !strings.HasPrefix(r.Source, "catalogue/") && !strings.HasPrefix(r.Source, "generate/") {
		r.Source = d.path(r.Source)
	}
	r.Params = f.plain("params")
	if s, ok := f.value("seed"); ok {
		if s.kind == text && s.text == "trial" {
			r.PerTrial = true
		} else {
			d.readWhole(s, f.name("seed")+" (or the word trial)", 0, &r.Seed)
		}
	}
	f.text("sha256", &r.SHA256)
	f.number("min_speed", &r.MinSpeed)
	for _, p := range f.mapping("keep") {
		var labels []int
		if p.value.kind != list {
			d.fail(p.value, "keep: {direction: [0, 2]}", "%s: keep takes lists of labels, got %v", what, p.value)
			continue
		}
		for _, item := range p.value.items {
			var label uint64
			if d.readWhole(item, what+": keep", 0, &label) {
				labels = append(labels, int(label))
			}
		}
		if r.Keep == nil {
			r.Keep = map[string][]int{}
		}
		r.Keep[p.key.text] = labels
	}
	if c, ok := f.value("read"); ok {
		g := d.fields(c, what+": read", "samples", "trial", "bin_seconds", "unit", "classes", "continuous")
		r.Read = new(source.Columns)
		g.texts("samples", &r.Read.Samples)
		g.text("trial", &r.Read.Trial)
		g.number("bin_seconds", &r.Read.BinSeconds)
		g.text("unit", &r.Read.Unit)
		g.texts("classes", &r.Read.Classes)
		for _, p := range g.mapping("continuous") {
			if r.Read.Continuous == nil {
				r.Read.Continuous = map[string][]string{}
			}
			var columns []string
			fields{decoder: d, n: &node{place: p.value.place, kind: mapping, pairs: []pair{p}}, what: g.name("continuous")}.texts(p.key.text, &columns)
			r.Read.Continuous[p.key.text] = columns
		}
	}
	if c, ok := f.value("split"); ok {
		g := d.fields(c, what+": split", "by", "train", "val", "test", "order", "seed", "file")
		r.Split = new(data.Division)
		g.text("by", &r.Split.By)
		g.number("train", &r.Split.Train)
		g.number("val", &r.Split.Val)
		g.number("test", &r.Split.Test)
		g.text("order", &r.Split.Order)
		g.whole("seed", 0, &r.Split.Seed)
		g.text("file", &r.Split.File)
		if r.Split.File != "" {
			r.Split.File = d.path(r.Split.File)
		}
	}
	return r
}

func (d *decoder) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(d.dir, p)
}
