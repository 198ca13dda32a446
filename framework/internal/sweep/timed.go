package sweep

import (
	"strings"

	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// timed reads what of read is about times: spikes, bins, trials, events.
func (d *decoder) timed(f yaml.Fields, c *source.Columns) {
	if n, ok := f.Value("spikes"); ok {
		c.Spikes = new(file.Spikes)
		if n.Kind == yaml.Mapping {
			g := d.Fields(n, f.Name("spikes"), "times", "unit", "rate")
			g.Require("times", "the array with the times")
			g.Text("times", &c.Spikes.Times)
			g.Text("unit", &c.Spikes.Unit)
			g.Number("rate", &c.Spikes.Rate)
		} else {
			f.Text("spikes", &c.Spikes.Times)
		}
	}
	if n, ok := f.Value("bin"); ok {
		if c.BinSeconds != 0 {
			d.Fail(n, "remove one of them", "%s and bin_seconds are two words for one thing", f.Name("bin"))
		}
		if t, err := yaml.ParseDuration(n.Text); err != nil || t <= 0 {
			d.Fail(n, "bin: 50ms", "%s must be a duration, got %v", f.Name("bin"), n)
		} else {
			c.BinSeconds = t.Seconds()
		}
	}
	if n, ok := f.Value("trials"); ok {
		c.Trials = new(file.Intervals)
		if n.Kind == yaml.Mapping {
			g := d.Fields(n, f.Name("trials"), "table", "start", "stop")
			g.Text("table", &c.Trials.Table)
			g.Text("start", &c.Trials.Start)
			g.Text("stop", &c.Trials.Stop)
			if c.Trials.Table == "" && c.Trials.Start == "" {
				d.Fail(n, "trials: {start: NAME, stop: NAME}, or the name of a table", "%s names neither a table nor where trials start", f.Name("trials"))
			}
		} else {
			f.Text("trials", &c.Trials.Table)
		}
	}
	f.Text("align", &c.Align)
	d.window(f, c)
	for _, p := range f.Mapping("units") {
		items := []*yaml.Node{p.Value}
		if p.Value.Kind == yaml.List {
			items = p.Value.Items
		}
		if c.Units == nil {
			c.Units = map[string]source.Labels{}
		}
		for _, item := range items {
			if label, ok := d.label(item, f.Name("units."+p.Key.Text)); ok {
				c.Units[p.Key.Text] = append(c.Units[p.Key.Text], label)
			}
		}
	}
	for _, p := range f.Mapping("times") {
		var name string
		d.ReadText(p.Value, f.Name("times."+p.Key.Text), &name)
		d.addTimes(p.Key.Text, name, c)
	}
	for _, p := range f.Mapping("resample") {
		d.resample(p.Key.Text, p.Value, f.Name("resample"), c)
	}
}

func (d *decoder) window(f yaml.Fields, c *source.Columns) {
	n, ok := f.Value("window")
	if !ok {
		return
	}
	if n.Kind != yaml.List || len(n.Items) != 2 {
		d.Fail(n, "window: [-0.2, 0.8]", "%s must be two numbers of seconds, got %v", f.Name("window"), n)
		return
	}
	for _, item := range n.Items {
		var x float64
		if strings.TrimLeft(item.Text, "+-.0123456789") != "" { // 200ms
			if t, err := yaml.ParseDuration(strings.TrimPrefix(item.Text, "-")); err == nil {
				if x = t.Seconds(); strings.HasPrefix(item.Text, "-") {
					x = -x
				}
				c.Window = append(c.Window, x)
				continue
			}
		}
		if !d.ReadNumber(item, f.Name("window"), &x) {
			return
		}
		c.Window = append(c.Window, x)
	}
	if c.Window[0] >= c.Window[1] {
		d.Fail(n, "", "%s must go from an earlier time to a later one, got %v to %v", f.Name("window"), c.Window[0], c.Window[1])
	}
}

// continuous is a target with more to say of than its array.
func (d *decoder) continuous(p yaml.Pair, what string, c *source.Columns) {
	g := d.Fields(p.Value, what, "column", "columns", "times", "resample")
	var columns []string
	g.Texts("columns", &columns)
	if _, ok := g.Value("column"); ok {
		var one string
		g.Text("column", &one)
		columns = append(columns, one)
	}
	if len(columns) == 0 {
		d.Fail(p.Value, "column: the array with the values", "%s names no column", what)
		return
	}
	c.Continuous[p.Key.Text] = columns
	d.timesOf(g, columns[0], c)
	if n, ok := g.Value("resample"); ok {
		d.resample(p.Key.Text, n, what, c)
	}
}

// timesOf reads where the times of a target's rows stand.
func (d *decoder) timesOf(g yaml.Fields, column string, c *source.Columns) {
	if n, ok := g.Value("times"); ok {
		var name string
		if d.ReadText(n, g.Name("times"), &name) {
			d.addTimes(column, name, c)
		}
	}
}

func (d *decoder) addTimes(column, name string, c *source.Columns) {
	if c.Times == nil {
		c.Times = map[string]string{}
	}
	c.Times[column] = name
}

func (d *decoder) resample(target string, n *yaml.Node, what string, c *source.Columns) {
	if c.Resample == nil {
		c.Resample = map[string]string{}
	}
	var way string
	d.Open(&yaml.Node{Place: n.Place, Kind: yaml.Mapping, Pairs: []yaml.Pair{{Key: &yaml.Node{Kind: yaml.Text, Text: target, Place: n.Place}, Value: n}}}, what).Choice(target, &way, file.Average, file.Interpolate)
	c.Resample[target] = way
}
