package sweep

import (
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// tableKeys are all keys of a table.
var tableKeys = []string{
	"name", "rows", "cols", "cell", "split", "stat", "bold", "compare", "methods", "datasets",
	"family", "marks", "letters", "chance", "shuffled", "show", "failures", "also", "rope",
	"caption", "label", "columns", "rename", "fit", "commands",
}

// tableForm reads what a table claims and how it looks. Which words are allowed is
// known to the table, which checks them.
func (d *decoder) tableForm(f yaml.Fields, t *table.Spec) {
	for key, into := range map[string]*string{
		"stat": &t.Stat, "bold": &t.Bold, "family": &t.Family, "marks": &t.Marks, "show": &t.Show, "failures": &t.Failures,
		"caption": &t.Caption, "label": &t.Label, "fit": &t.Fit,
	} {
		f.Text(key, into)
	}
	f.Boolean("letters", &t.Letters)
	f.Boolean("chance", &t.Chance)
	f.Boolean("shuffled", &t.Shuffled)
	f.Boolean("commands", &t.Commands)
	f.Texts("also", &t.Also)
	f.Number("rope", &t.Rope)
	t.Columns, t.Rename = d.names(f, "columns"), d.names(f, "rename")
	if v, ok := f.Value("compare"); ok {
		g := d.Fields(v, f.Name("compare"), "against", "correct")
		g.Text("against", &t.Against)
		g.Text("correct", &t.Correct)
	}
}

// names reads display names: {method: Method}.
func (d *decoder) names(f yaml.Fields, key string) map[string]string {
	var out map[string]string
	for _, p := range f.Mapping(key) {
		var to string
		if d.ReadText(p.Value, f.Name(key)+": "+p.Key.Text, &to) {
			if out == nil {
				out = map[string]string{}
			}
			out[p.Key.Text] = to
		}
	}
	return out
}

// expected lists the methods that a table of a probe's metrics would show: those
// that the probe is for. Whether a method reports a metric of its own is for it to
// say.
func expected(s *Sweep, cells []string) []string {
	var out []string
	for _, p := range s.Probes {
		name := p.Name
		if name == "" {
			name = p.Kind
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.HasPrefix(c, "probe/"+name+"/") }) {
			continue
		}
		for _, m := range s.Methods {
			if (len(p.Methods) == 0 || slices.Contains(p.Methods, m.ID)) && !slices.Contains(out, m.ID) {
				out = append(out, m.ID)
			}
		}
	}
	return out
}
