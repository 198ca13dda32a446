package sweep

import (
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (d *decoder) recipe(n *yaml.Node, what string) source.Dataset {
	if roles, ok := n.Get("roles"); ok && n.Kind == yaml.Mapping {
		d.Fields(n, what, "roles")
		out := source.Dataset{Roles: map[string]source.Recording{}}
		if roles.Value.Kind != yaml.Mapping {
			d.Fail(roles.Value, "roles: {source: {source: ...}, target: {source: ...}}", "%s: roles must be a mapping, got %v", what, roles.Value)
			return out
		}
		if len(roles.Value.Pairs) == 0 {
			d.Fail(roles.Value, "roles: {source: {source: ...}, target: {source: ...}}", "%s: roles is empty", what)
		}
		for _, p := range roles.Value.Pairs {
			out.Roles[d.id(p.Key, "role")] = d.recording(p.Value, what+", role "+p.Key.Text)
		}
		return out
	}
	return source.Dataset{Recording: d.recording(n, what)}
}

func (d *decoder) recording(n *yaml.Node, what string) source.Recording {
	f := d.Fields(n, what, "source", "params", "seed", "read", "sha256", "keep", "min_speed", "split", "subject", "session")
	var r source.Recording
	f.Require("source", "catalogue/NAME, generate/NAME or the path of a file; \"assay data list\" names them")
	f.Text("source", &r.Source)
	if r.Source != "" && r.IsFile() {
		n, _ := f.Value("source")
		d.path(n, f.Name("source"), &r.Source)
	}
	r.Params = f.Plain("params")
	if s, ok := f.Value("seed"); ok {
		if s.Kind == yaml.Text && s.Text == "trial" {
			r.PerTrial = true
		} else {
			d.ReadWhole(s, f.Name("seed")+" (or the word trial)", 0, &r.Seed)
		}
	}
	f.Text("sha256", &r.SHA256)
	f.Number("min_speed", &r.MinSpeed)
	f.Text("subject", &r.Subject)
	f.Text("session", &r.Session)
	for _, p := range f.Mapping("keep") {
		if p.Value.Kind != yaml.List {
			d.Fail(p.Value, "keep: {direction: [0, 2]}", "%s: keep takes lists of labels, got %v", what, p.Value)
			continue
		}
		labels := source.Labels{}
		for _, item := range p.Value.Items {
			if label, ok := d.label(item, what+": keep"); ok {
				labels = append(labels, label)
			}
		}
		if r.Keep == nil {
			r.Keep = map[string]source.Labels{}
		}
		r.Keep[p.Key.Text] = labels
	}
	if c, ok := f.Value("read"); ok {
		r.Read = new(source.Columns)
		*r.Read = d.columns(c, what+": read")
	}
	if c, ok := f.Value("split"); ok {
		r.Split = d.division(c, what+": split")
	}
	return r
}

// path makes a path of what a person wrote.
func (d *decoder) path(n *yaml.Node, what string, p *string) {
	path, hint, err := yaml.Path(*p, d.dir)
	if err != nil {
		d.Fail(n, hint, "%s %v", what, err)
		return
	}
	*p = path
}
