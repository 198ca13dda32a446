package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/setting"
)

// Figures that a table can be drawn as.
const (
	FigureDots     = "dots"                // a panel per column: means with intervals
	FigureForest   = "forest"              // differences to the reference
	FigureCritical = "critical-difference" // mean ranks over recordings
)

// Figures lists what RenderFigure can draw.
func Figures() []string { return []string{FigureDots, FigureForest, FigureCritical, FigureLearning} }

// drawing is a figure of a known size.
type drawing struct {
	width, height vg.Length
	draw          func(draw.Canvas) error
}

// RenderFigure draws t as one of Figures in the format svg, png or pdf, 89 or 183
// mm wide.
func RenderFigure(w io.Writer, t *Table, kind, format string) error {
	var d drawing
	var err error
	switch kind {
	case FigureDots:
		d, err = dots(t)
	case FigureForest:
		d, err = forest(t)
	case FigureLearning:
		d, err = learning(t)
	case FigureCritical:
		d, err = critical(t)
	default:
		return data.Problem{Path: "figures", Fact: fmt.Sprintf("there is no figure %q", kind), Hint: setting.Suggest(kind, Figures())}
	}
	if err != nil {
		return err
	}
	switch format {
	case "svg":
		return figure.SVG(w, d.width, d.height, d.draw)
	case "png":
		return figure.PNG(w, d.width, d.height, d.draw)
	case "pdf":
		return figure.PDF(w, d.width, d.height, d.draw)
	}
	return data.Problem{Path: "format", Fact: fmt.Sprintf("there is no figure format %q", format), Hint: setting.Suggest(format, []string{"svg", "png", "pdf"})}
}

func renderSVG(w io.Writer, t *Table) error { return RenderFigure(w, t, t.figure(), "svg") }
func renderPNG(w io.Writer, t *Table) error { return RenderFigure(w, t, t.figure(), "png") }
func renderPDF(w io.Writer, t *Table) error { return RenderFigure(w, t, t.figure(), "pdf") }

// figure is what a table is drawn as where nobody says.
func (t *Table) figure() string {
	if t.isLearning() {
		return FigureLearning
	}
	return FigureDots
}

// Sizes of panels, in points.
const (
	rowHeight  = 11 * vg.Length(1)
	headHeight = 13 * vg.Length(1)
	axisHeight = 19 * vg.Length(1)
	gap        = 9 * vg.Length(1)
	leastPanel = 84 * vg.Length(1)
)

// panels lays out panels beside each other, as many as fit, in a figure 89 mm wide
// where all fit in one line, else 183 mm.
type panels struct {
	names, width, height, panel vg.Length
	perLine, lines              int
	rows                        []string
	label                       string
}

func newPanels(rows []string, n int, label string) panels {
	p := panels{rows: rows, label: label, width: figure.Narrow}
	style := figure.Letters(figure.PaperFont)
	for _, r := range rows {
		p.names = max(p.names, style.Width(r)+6)
	}
	if p.names+vg.Length(n)*(leastPanel+gap) > p.width {
		p.width = figure.Wide
	}
	p.names = min(p.names, p.width*2/5)
	p.perLine = max(1, min(n, int((p.width-p.names)/(leastPanel+gap))))
	p.lines = (n + p.perLine - 1) / p.perLine
	p.panel = (p.width-p.names)/vg.Length(p.perLine) - gap
	p.height = vg.Length(p.lines)*p.line() + 12
	return p
}

func (p panels) line() vg.Length {
	return headHeight + rowHeight*vg.Length(len(p.rows)) + axisHeight
}

// at returns where panel j has its values: left and right, and the place of a row.
func (p panels) at(j int) (left, right vg.Length, y func(row int) vg.Length) {
	left = p.names + vg.Length(j%p.perLine)*(p.panel+gap) + gap/2
	top := p.height - vg.Length(j/p.perLine)*p.line() - headHeight
	return left, left + p.panel, func(row int) vg.Length { return top - rowHeight*(vg.Length(row)+0.5) }
}

// frame draws the names of rows, the head of panel j and the lines that guide the eye.
func (p panels) frame(c draw.Canvas, j int, head string) {
	left, right, y := p.at(j)
	text := figure.Letters(figure.PaperFont)
	text.YAlign = draw.YCenter
	c.FillText(text, vg.Point{X: left, Y: y(0) + rowHeight/2 + headHeight/2}, figure.Fit(head, p.panel, figure.PaperFont))
	for i, r := range p.rows {
		c.StrokeLine2(draw.LineStyle{Color: figure.Rule, Width: 0.5}, left, y(i), right, y(i))
		if j%p.perLine == 0 {
			c.FillText(text, vg.Point{X: 2, Y: y(i)}, figure.Fit(r, p.names-4, figure.PaperFont))
		}
	}
}

func (p panels) legend(c draw.Canvas) {
	text := figure.Letters(figure.SmallFont)
	text.YAlign = draw.YBottom
	c.FillText(text, vg.Point{X: 2, Y: 3}, figure.Fit(p.label, p.width-4, figure.SmallFont))
}

// span is what a cell covers on its axis.
type span struct{ centre, lo, hi float64 }

// spans reads what the table prints: interval, deviation, error or quartiles.
func (t *Table) span(c *Cell) span {
	switch {
	case c.Median != nil:
		s := span{*c.Median, *c.Median, *c.Median}
		if c.Q1 != nil {
			s.lo, s.hi = *c.Q1, *c.Q3
		}
		return s
	case t.Spec.Stat == statStd && c.Std != nil:
		return span{*c.Mean, *c.Mean - *c.Std, *c.Mean + *c.Std}
	case t.Spec.Stat == statSEM && c.Std != nil:
		e := *c.Std / math.Sqrt(float64(c.N))
		return span{*c.Mean, *c.Mean - e, *c.Mean + e}
	case t.Spec.Stat == statCI95 && c.Interval != nil:
		return span{*c.Mean, c.Interval.Lo, c.Interval.Hi}
	}
	return span{*c.Mean, *c.Mean, *c.Mean}
}

var barWords = map[string]string{
	statCI95: "dot: mean, bar: 95 % interval, faint: seeds", statStd: "dot: mean, bar: standard deviation, faint: seeds",
	statSEM: "dot: mean, bar: standard error, faint: seeds", statMean: "dot: mean, faint: seeds", statMedian: "dot: median, bar: quartiles, faint: seeds",
}

// dots draws a table as dots with intervals: a panel per column, a line per row,
// one axis for all panels of a metric.
func dots(t *Table) (drawing, error) {
	v := layOut(t)
	if len(v.heads) == 0 {
		return drawing{}, errors.New("a table without cells has no figure")
	}
	label := barWords[t.Spec.Stat] + "; filled: best"
	if slices.ContainsFunc(t.Cells, func(c Cell) bool { return c.Mark != "" }) {
		label += "; ° †: as in the table"
	}
	if slices.ContainsFunc(t.Cells, func(c Cell) bool { return c.Chance }) {
		label += "; dashed: chance"
	}
	p := newPanels(v.rows, len(v.heads), label)
	return drawing{p.width, p.height, func(c draw.Canvas) error {
		for j, head := range v.heads {
			p.frame(c, j, head)
			left, right, y := p.at(j)
			lo, hi := t.rangeOf(v, j)
			axis := figure.NewAxis(lo, hi, left, right, 4)
			axis.DrawX(c, y(len(v.rows)-1)-rowHeight/2, "")
			t.references(c, v, j, axis, y)
			for i := range v.rows {
				t.dot(c, v.cells[i][j], v.usual, figure.LookOf(i), axis, y(i))
			}
		}
		p.legend(c)
		return nil
	}}, nil
}

// rangeOf spans every value and interval of the metric of column j.
func (t *Table) rangeOf(v view, j int) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	of := map[string]bool{}
	for i := range v.rows {
		if c := v.cells[i][j]; c != nil {
			of[c.Metric] = true
		}
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		if !of[c.Metric] || c.N == 0 {
			continue
		}
		s := t.span(c)
		lo, hi = min(lo, s.lo, slices.Min(c.Values)), max(hi, s.hi, slices.Max(c.Values))
	}
	if lo > hi {
		return 0, 1 // only failures: any axis will do
	}
	return lo, hi
}

// references draws the zero line and chance, where the axis has them.
func (t *Table) references(c draw.Canvas, v view, j int, axis figure.Axis, y func(int) vg.Length) {
	top, bottom := y(0)+rowHeight/2, y(len(v.rows)-1)-rowHeight/2
	if axis.Lo < 0 && axis.Hi > 0 {
		x := axis.At(0)
		c.StrokeLine2(draw.LineStyle{Color: figure.Ink, Width: 0.5}, x, bottom, x, top)
	}
	for i := range v.rows {
		if cell := v.cells[i][j]; cell != nil && cell.Chance && cell.N > 0 && axis.Holds(*cell.Mean) {
			x := axis.At(*cell.Mean)
			c.StrokeLine2(draw.LineStyle{Color: figure.Ink, Width: 0.6, Dashes: []vg.Length{3, 2}}, x, bottom, x, top)
		}
	}
}

func (t *Table) dot(c draw.Canvas, cell *Cell, usual int, look figure.Look, axis figure.Axis, y vg.Length) {
	s := t.Spec.show(cell, usual)
	text := figure.Letters(figure.SmallFont)
	text.YAlign = draw.YCenter
	if s.empty {
		text.XAlign = draw.XRight
		c.FillText(text, vg.Point{X: axis.To, Y: y}, s.centre+s.note)
		return
	}
	for _, x := range cell.Values {
		c.DrawGlyph(draw.GlyphStyle{Color: figure.Faint(look.Colour), Radius: 1.2, Shape: draw.CircleGlyph{}}, vg.Point{X: axis.At(x), Y: y - 3})
	}
	b := t.span(cell)
	bar(c, b, axis, y, draw.LineStyle{Color: look.Colour, Width: 1})
	look.Hollow = !cell.Bold
	look.Draw(c, vg.Point{X: axis.At(b.centre), Y: y}, 2.2)
	if after := s.mark + s.note; after != "" {
		at := axis.At(max(b.hi, slices.Max(cell.Values))) + 3
		if at+text.Width(after) > axis.To+gap/2 {
			text.XAlign, at = draw.XRight, axis.At(min(b.lo, slices.Min(cell.Values)))-3
		}
		c.FillText(text, vg.Point{X: at, Y: y}, after)
	}
}

// bar draws an interval with its ends.
func bar(c draw.Canvas, s span, axis figure.Axis, y vg.Length, line draw.LineStyle) {
	if s.lo == s.hi {
		return
	}
	lo, hi := axis.At(s.lo), axis.At(s.hi)
	c.StrokeLine2(line, lo, y, hi, y)
	c.StrokeLine2(line, lo, y-1.8, lo, y+1.8)
	c.StrokeLine2(line, hi, y-1.8, hi, y+1.8)
}
