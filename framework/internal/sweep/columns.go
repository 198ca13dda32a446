package sweep

import (
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// columns reads what stands under read: which arrays of a file are what.
func (d *decoder) columns(n *yaml.Node, what string) source.Columns {
	var c source.Columns
	n = d.companions(n, what, &c)
	f := d.Fields(n, what, "samples", "axes", "transpose", "trial", "bin_seconds", "unit", "scale", "nan", "classes", "continuous", "angles",
		"spikes", "bin", "trials", "align", "window", "units", "times", "resample")
	f.Texts("samples", &c.Samples)
	f.Texts("axes", &c.Axes)
	d.transpose(f, what, &c)
	f.Text("trial", &c.Trial)
	f.Number("bin_seconds", &c.BinSeconds)
	f.Text("unit", &c.Unit)
	f.Choice("scale", &c.Scale, file.Counts, file.Rates)
	f.Choice("nan", &c.NaN, file.Refuse, file.Drop, file.Fill)
	for _, p := range f.Mapping("angles") {
		d.angles(p, f.Name("angles"), &c)
	}
	d.classes(f, &c)
	d.timed(f, &c)
	for _, p := range f.Mapping("continuous") {
		if c.Continuous == nil {
			c.Continuous = map[string][]string{}
		}
		if p.Value.Kind == yaml.Mapping {
			d.continuous(p, f.Name("continuous."+p.Key.Text), &c)
			continue
		}
		var columns []string
		d.Open(&yaml.Node{Place: p.Value.Place, Kind: yaml.Mapping, Pairs: []yaml.Pair{p}}, f.Name("continuous")).Texts(p.Key.Text, &columns)
		c.Continuous[p.Key.Text] = columns
	}
	return c
}

// transpose is a short way to name two axes.
func (d *decoder) transpose(f yaml.Fields, what string, c *source.Columns) {
	n, ok := f.Value("transpose")
	if !ok {
		return
	}
	if c.Axes != nil {
		d.Fail(n, "axes says the order already: remove transpose", "%s: transpose and axes are two words for one thing", what)
		return
	}
	flipped := false
	f.Boolean("transpose", &flipped)
	c.Axes = []string{file.Time, file.Units}
	if flipped {
		c.Axes = []string{file.Units, file.Time}
	}
}

// classes are a list of names, or a mapping from targets to where their labels stand.
func (d *decoder) classes(f yaml.Fields, c *source.Columns) {
	n, ok := f.Value("classes")
	if !ok {
		return
	}
	if n.Kind != yaml.Mapping {
		var names []string
		f.Texts("classes", &names)
		for _, name := range names {
			c.Classes = append(c.Classes, file.Named(name))
		}
		return
	}
	for _, p := range n.Pairs {
		class := source.Class{Target: p.Key.Text}
		if p.Value.Kind != yaml.Mapping {
			d.ReadText(p.Value, f.Name("classes."+p.Key.Text), &class.Column)
			c.Classes = append(c.Classes, class)
			continue
		}
		g := d.Fields(p.Value, f.Name("classes."+p.Key.Text), "column", "angles", "times")
		g.Require("column", "the array or column with the labels")
		g.Text("column", &class.Column)
		d.timesOf(g, class.Column, c)
		c.Classes = append(c.Classes, class)
		if a, ok := p.Value.Get("angles"); ok {
			d.angles(yaml.Pair{Key: p.Key, Value: a.Value}, f.Name("classes."+p.Key.Text)+".angles", c)
		}
	}
}

// angles are one word, or the angle of each label in degrees.
func (d *decoder) angles(p yaml.Pair, what string, c *source.Columns) {
	if c.Angles == nil {
		c.Angles = map[string]source.Angles{}
	}
	if _, twice := c.Angles[p.Key.Text]; twice {
		d.Fail(p.Value, "say it once", "%s: the angles of %s are there twice", what, p.Key.Text)
		return
	}
	var a source.Angles
	switch p.Value.Kind {
	case yaml.Mapping:
		a.ByLabel = map[string]float64{}
		for _, one := range p.Value.Pairs {
			var degrees float64
			if d.ReadNumber(one.Value, what+"."+one.Key.Text, &degrees) {
				a.ByLabel[file.CanonicalLabel(one.Key.Text)] = degrees
			}
		}
	default:
		d.Open(&yaml.Node{Place: p.Value.Place, Kind: yaml.Mapping, Pairs: []yaml.Pair{p}}, what).Choice(p.Key.Text, &a.Unit, file.Degrees, file.Radians)
	}
	c.Angles[p.Key.Text] = a
}

// label is a value of a class target: a number, or text.
func (d *decoder) label(n *yaml.Node, what string) (string, bool) {
	switch n.Kind {
	case yaml.Integer, yaml.Float, yaml.Text:
		return file.CanonicalLabel(n.Text), true
	}
	d.Fail(n, "labels are numbers or text, as they stand in the data", "%s must name labels, got %v", what, n)
	return "", false
}

// Columns reads arguments as what stands under read: NAME=VALUE in the way of
// --set, or a whole mapping {samples: counts, ...}; nil where there are none.
func Columns(args []string) (*source.Columns, error) {
	if len(args) == 0 {
		return nil, nil
	}
	root := &yaml.Node{Kind: yaml.Mapping}
	var sets []string
	var errs problem.List
	for _, arg := range args {
		if !strings.HasPrefix(arg, "{") {
			sets = append(sets, arg)
			continue
		}
		n, bad := yaml.Read("--read "+yaml.Shorten(arg), []byte(arg), format)
		if errs = append(errs, bad...); n != nil {
			root.Pairs = append(root.Pairs, n.Pairs...)
		}
	}
	errs = append(errs, applySets(root, sets)...)
	d := &decoder{Decoder: yaml.Decoder{Errs: errs}}
	c := d.columns(root, "read")
	if err := d.Errs.Sorted(); err != nil {
		return nil, err
	}
	return &c, nil
}
