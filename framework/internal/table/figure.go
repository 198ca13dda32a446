package table

import (
	"errors"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/assaylab/assay/framework/internal/figure"
)

// Sizes of a figure, in points of 1/72 inch.
const (
	panelWidth  = 200 * vg.Length(1)
	rowHeight   = 26 * vg.Length(1)
	frameHeight = 96 * vg.Length(1) // title, ticks and axis label
	gap         = 16 * vg.Length(1)
	fontSize    = figure.FontSize
)

func renderPNG(w io.Writer, t *Table) error {
	f := newDotPlot(t)
	return figure.PNG(w, f.width, f.height, f.draw)
}

func renderSVG(w io.Writer, t *Table) error {
	f := newDotPlot(t)
	return figure.SVG(w, f.width, f.height, f.draw)
}

// dotPlot draws a table as dots with intervals: a panel per column side by side,
// a line per row.
type dotPlot struct {
	t             *Table
	v             view
	names         vg.Length // width of the row labels, which only the first panel has
	width, height vg.Length
}

func newDotPlot(t *Table) dotPlot {
	f := dotPlot{t: t, v: layOut(t)}
	style := figure.Letters(fontSize)
	for _, r := range f.v.rows {
		f.names = max(f.names, style.Width(r)+fontSize)
	}
	n := vg.Length(len(f.v.heads))
	f.width = f.names + n*panelWidth + (n+1)*gap
	f.height = frameHeight + rowHeight*vg.Length(len(f.v.rows)) + gap
	return f
}

func (f dotPlot) draw(c draw.Canvas) error {
	if len(f.v.heads) == 0 {
		return errors.New("a table without cells has no figure")
	}
	left := gap
	for j := range f.v.heads {
		right := left + panelWidth
		if j == 0 {
			right += f.names
		}
		f.panel(j).Draw(draw.Crop(c, left, right-f.width, gap/2, -gap/2))
		left = right + gap
	}
	return nil
}

func (f dotPlot) panel(j int) *plot.Plot {
	p := plot.New()
	p.Title.Text = f.v.heads[j]
	p.Title.TextStyle.Font = figure.Sans(fontSize + 1)
	p.Title.TextStyle.Color = figure.Ink
	p.Title.Padding = 6
	p.X.Label.Text = "dot: mean, bar: 95 % interval, faint: seeds"
	if names, _ := metricsOf(f.t.Spec.Cell); len(names) == 1 && f.t.Spec.Cols != axisMetric {
		p.X.Label.Text = names[0] + "\n" + p.X.Label.Text
	}
	p.X.Label.TextStyle.Font = figure.Sans(fontSize - 2)
	p.X.Label.TextStyle.Color = figure.Ink
	p.X.Label.Padding = 4
	p.X.Tick.Label.Font = figure.Sans(fontSize - 2)
	p.X.Tick.Marker = fewTicks{}
	p.X.Color, p.X.Tick.Color = figure.Ink, figure.Ink
	p.Y.Color, p.Y.Tick.Color = color.Transparent, color.Transparent
	p.Y.Tick.Length, p.Y.Padding, p.X.Padding = 0, 0, 4
	p.Y.Tick.Label.Font = figure.Sans(fontSize)
	p.Y.Tick.Label.Color = figure.Ink
	n := len(f.v.rows)
	ticks := make(plot.ConstantTicks, n)
	for i, r := range f.v.rows {
		if j > 0 {
			r = ""
		}
		ticks[i] = plot.Tick{Value: float64(n - 1 - i), Label: r} // the first row on top
	}
	p.Y.Tick.Marker = ticks
	d := dots{spec: f.t.Spec, usual: f.v.usual}
	for i := range f.v.rows {
		d.cells = append(d.cells, f.v.cells[i][j])
	}
	p.Add(d)
	p.Y.Min, p.Y.Max = -0.6, float64(n)-0.4
	pad := (p.X.Max - p.X.Min) * 0.06
	if pad == 0 {
		pad = max(0.05*math.Abs(p.X.Max), 1e-3) // a single value needs some room too
	}
	p.X.Min, p.X.Max = p.X.Min-pad, p.X.Max+pad
	return p
}

// fewTicks thins gonum's ticks to those that fit below a narrow panel.
type fewTicks struct{}

func (fewTicks) Ticks(lo, hi float64) []plot.Tick {
	ticks := slices.DeleteFunc(plot.DefaultTicks{}.Ticks(lo, hi), func(t plot.Tick) bool { return t.IsMinor() })
	if len(ticks) > 4 {
		kept := ticks[:0]
		for i, t := range ticks {
			if i%2 == 0 {
				kept = append(kept, t)
			}
		}
		return kept
	}
	return ticks
}

// dots plots one column: per row the seeds as faint rings, the interval as a
// bar, the mean as a dot, and in words what failed.
type dots struct {
	spec  Spec
	usual int
	cells []*Cell // from the top; nil where nobody ran
}

// DataRange spans every value and interval.
func (d dots) DataRange() (xmin, xmax, ymin, ymax float64) {
	first := true
	see := func(x float64) {
		if first {
			xmin, xmax, first = x, x, false
		}
		xmin, xmax = min(xmin, x), max(xmax, x)
	}
	for _, c := range d.cells {
		if c == nil || c.N == 0 {
			continue
		}
		for _, x := range c.Values {
			see(x)
		}
		if c.CI95 != nil {
			see(*c.Mean - *c.CI95)
			see(*c.Mean + *c.CI95)
		}
	}
	if first {
		xmax = 1 // only failures: any axis will do
	}
	return xmin, xmax, 0, float64(len(d.cells) - 1)
}

func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for i, cell := range d.cells {
		y := toY(float64(len(d.cells) - 1 - i))
		c.StrokeLine2(draw.LineStyle{Color: figure.Rule, Width: 0.5}, c.Min.X, y, c.Max.X, y)
		if cell == nil {
			continue
		}
		colour := figure.Palette[i%len(figure.Palette)]
		words := d.spec.show(cell, d.usual).note
		if cell.N == 0 {
			words = d.spec.show(cell, d.usual).centre
		}
		if words != "" {
			style := figure.Letters(fontSize - 3)
			style.XAlign, style.YAlign = draw.XRight, draw.YBottom
			c.FillText(style, vg.Point{X: c.Max.X, Y: y + 5}, words)
		}
		if cell.N == 0 {
			continue
		}
		faint := colour
		faint.R, faint.G, faint.B, faint.A = faint.R/5*2, faint.G/5*2, faint.B/5*2, 0x66 // premultiplied by 0.4
		for _, x := range cell.Values {
			c.DrawGlyph(draw.GlyphStyle{Color: faint, Radius: 2.2, Shape: draw.CircleGlyph{}}, vg.Point{X: toX(x), Y: y - 6})
		}
		if cell.CI95 != nil {
			line := draw.LineStyle{Color: colour, Width: 1.6}
			lo, hi := toX(*cell.Mean-*cell.CI95), toX(*cell.Mean+*cell.CI95)
			c.StrokeLine2(line, lo, y, hi, y)
			c.StrokeLine2(line, lo, y-3, lo, y+3)
			c.StrokeLine2(line, hi, y-3, hi, y+3)
		}
		c.DrawGlyph(draw.GlyphStyle{Color: colour, Radius: 4, Shape: draw.CircleGlyph{}}, vg.Point{X: toX(*cell.Mean), Y: y})
	}
}
