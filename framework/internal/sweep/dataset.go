package sweep

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// datasets reads all of them: protocols last, since they are of the others, in the
// order of the file all the same.
func (d *decoder) datasets(pairs []yaml.Pair, s *Sweep) {
	plain := map[string]source.Dataset{}
	isProtocol := func(n *yaml.Node) bool {
		_, ok := n.Get("protocol")
		return n.Kind == yaml.Mapping && ok
	}
	for _, p := range pairs {
		if !isProtocol(p.Value) {
			plain[d.id(p.Key, "dataset")] = d.recipe(p.Value, "dataset "+p.Key.Text)
		}
	}
	d.groups, s.members, s.made = map[string][]string{}, map[string]bool{}, map[string]string{}
	for _, p := range pairs {
		if !isProtocol(p.Value) {
			s.Datasets = append(s.Datasets, Dataset{ID: p.Key.Text, Recipe: plain[p.Key.Text]})
			continue
		}
		id := d.id(p.Key, "dataset")
		made := d.protocol(id, p.Value, plain)
		s.Datasets = append(s.Datasets, made...)
		d.groups[id] = []string{}
		for _, x := range made {
			d.groups[id] = append(d.groups[id], x.ID)
			s.made[x.ID] = id
			// The shares of one member have a name, too: that of its curve.
			if kind, ok := p.Value.Get("protocol"); ok && kind.Value.Text == learningCurve {
				for _, m := range memberNames(p.Value) {
					if strings.HasPrefix(x.ID, id+"."+m+".") {
						d.groups[id+"."+m] = append(d.groups[id+"."+m], x.ID)
					}
				}
			}
		}
		for _, m := range memberNames(p.Value) {
			s.members[m] = true
		}
	}
	seen := map[string]bool{}
	for _, x := range s.Datasets {
		if seen[x.ID] {
			d.Fail(pairs[0].Key, "give one of them another name", "two datasets are called %s", x.ID)
		}
		seen[x.ID] = true
	}
}

// memberNames are the members of a protocol.
func memberNames(n *yaml.Node) (out []string) {
	if m, ok := n.Get("members"); ok {
		for _, item := range m.Value.Entries() {
			out = append(out, item.Text)
		}
	}
	return out
}

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
			d.role(&out, d.id(p.Key, "role"), p.Value, what+", role "+p.Key.Text)
		}
		return out
	}
	return source.Dataset{Recording: d.recording(n, what)}
}

// role reads the recording in a role, or several: the second stands as ROLE-2.
func (d *decoder) role(out *source.Dataset, role string, n *yaml.Node, what string) {
	if n.Kind != yaml.List {
		out.Roles[role] = d.recording(n, what)
		return
	}
	if len(n.Items) == 0 {
		d.Fail(n, "roles: {pretrain: [{source: ...}, {source: ...}]}", "%s has no recording", what)
	}
	for i, item := range n.Items {
		name := data.Numbered(role, i)
		if _, taken := out.Roles[name]; taken {
			d.Fail(item, "rename the other", "%s: recording %d would stand in role %s, which is another", what, i+1, name)
			continue
		}
		out.Roles[name] = d.recording(item, fmt.Sprintf("%s, recording %d", what, i+1))
	}
}

func (d *decoder) recording(n *yaml.Node, what string) source.Recording {
	f := d.Fields(n, what, "source", "params", "seed", "read", "sha256", "keep", "min_speed", "split", "subject", "session", "join")
	var r source.Recording
	if _, ok := f.Value("join"); ok {
		return d.joined(f, what)
	}
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
		r.Split = d.division(c, what+": split", false)
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
