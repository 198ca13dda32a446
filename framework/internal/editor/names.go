package editor

import (
	"strings"

	"github.com/assaylab/assay/framework/internal/yaml"
)

// NamesOf reads what a sweep file gives names to, as far as it can be read: it may be
// half-written.
func NamesOf(path string) (Names, error) {
	src, err := yaml.ReadFile(path)
	if err != nil {
		return Names{}, err
	}
	out := Names{Methods: map[string]string{}}
	root, _ := yaml.Read(path, src, yaml.Format{What: "a sweep"})
	if root == nil {
		return out, nil
	}
	if p, ok := root.Get("datasets"); ok {
		for _, d := range p.Value.Pairs {
			out.Datasets = append(out.Datasets, d.Key.Text)
		}
	}
	if p, ok := root.Get("methods"); ok {
		for _, m := range p.Value.Pairs {
			plugin, _ := m.Value.Get("plugin")
			if plugin.Value != nil && plugin.Value.Kind == yaml.Text {
				out.Methods[m.Key.Text] = plugin.Value.Text
			} else {
				out.Methods[m.Key.Text] = ""
			}
		}
	}
	return out, nil
}

// Paths are the plugins that a sweep names by their paths.
func (n Names) Paths() []string {
	seen := map[string]bool{}
	for _, plugin := range n.Methods {
		if strings.ContainsAny(plugin, `/\`) {
			seen[plugin] = true
		}
	}
	return sorted(seen)
}
