package sweep

import (
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// division reads how a recording is divided; held: test may name sessions instead.
func (d *decoder) division(n *yaml.Node, what string, held bool) *data.Division {
	g := d.Fields(n, what, "by", "train", "val", "test", "order", "seed", "file", "folds", "repeats", "stratify", "gap", "part")
	out := new(data.Division)
	g.Text("by", &out.By)
	g.Number("train", &out.Train)
	g.Number("val", &out.Val)
	if t, ok := g.Value("test"); !ok || t.Kind != yaml.Mapping || !held {
		g.Number("test", &out.Test)
	}
	g.Text("order", &out.Order)
	if s, ok := g.Value("seed"); ok {
		if s.Kind == yaml.Text && s.Text == "trial" {
			out.PerTrial = true
		} else {
			d.ReadWhole(s, g.Name("seed")+" (or the word trial)", 0, &out.Seed)
		}
	}
	g.Count("folds", 2, &out.Folds)
	g.Count("repeats", 1, &out.Repeats)
	g.Text("stratify", &out.Stratify)
	g.Count("gap", 0, &out.Gap)
	g.Number("part", &out.Part)
	g.Text("file", &out.File)
	if n, ok := g.Value("file"); ok && out.File != "" {
		d.path(n, g.Name("file"), &out.File)
	}
	return out
}
