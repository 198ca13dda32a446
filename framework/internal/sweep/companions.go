package sweep

import (
	"path/filepath"

	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// companions puts, wherever read names an array of another file, {file: fr.npy, name:
// rates}, the name that the array has beside those of the file itself.
func (d *decoder) companions(n *yaml.Node, what string, c *source.Columns) *yaml.Node {
	switch n.Kind {
	case yaml.List:
		out := *n
		out.Items = nil
		for _, item := range n.Items {
			out.Items = append(out.Items, d.companions(item, what, c))
		}
		return &out
	case yaml.Mapping:
	default:
		return n
	}
	if _, ok := n.Get("file"); ok {
		return d.companion(n, what, c)
	}
	out := *n
	out.Pairs = nil
	for _, p := range n.Pairs {
		p.Value = d.companions(p.Value, what, c)
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}

func (d *decoder) companion(n *yaml.Node, what string, c *source.Columns) *yaml.Node {
	f := d.Fields(n, what, "file", "name", "column", "angles", "times", "resample")
	var path, name string
	f.Text("file", &path)
	f.Text("name", &name)
	f.Text("column", &name)
	at, _ := f.Value("file")
	key := filepath.Base(path)
	d.path(at, f.Name("file"), &path)
	if c.Files == nil {
		c.Files = map[string]string{}
	}
	if other, ok := c.Files[key]; ok && other != path {
		d.Fail(at, "rename one of them", "%s: two files are named %s", what, key)
	}
	c.Files[key] = path
	if name != "" {
		key += "#" + name
	}
	text := &yaml.Node{Kind: yaml.Text, Text: key, Place: at.Place}
	rest := yaml.Node{Kind: yaml.Mapping, Place: n.Place}
	for _, p := range n.Pairs {
		switch p.Key.Text {
		case "angles", "times", "resample":
			p.Value = d.companions(p.Value, what, c)
			rest.Pairs = append(rest.Pairs, p)
		}
	}
	if len(rest.Pairs) == 0 {
		return text
	}
	rest.Pairs = append(rest.Pairs, yaml.Pair{Key: &yaml.Node{Kind: yaml.Text, Text: "column", Place: at.Place}, Value: text})
	return &rest
}
