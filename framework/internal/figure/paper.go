package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Widths of figures in a paper: a column and a page.
const (
	Narrow = 89 * vg.Millimeter
	Wide   = 183 * vg.Millimeter
)

// Sizes of letters in a paper's figures, in points.
const (
	PaperFont = 7 * vg.Length(1)
	SmallFont = 6 * vg.Length(1)
)

// A Look tells a method apart from others by colour, shape and filling together,
// so that it holds in print without colours too.
type Look struct {
	Colour color.RGBA
	Shape  draw.GlyphDrawer
	Hollow bool
	Dashes []vg.Length
}

// polygon is a filled glyph: corners at angles, in parts of a turn, from the middle.
type polygon struct {
	corners int
	turn    float64 // of the first corner, in radians
	size    float64 // of the circle through the corners, in radii
}

// DrawGlyph fills the polygon.
func (p polygon) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	points := make([]vg.Point, p.corners)
	for i := range points {
		sin, cos := math.Sincos(p.turn + 2*math.Pi*float64(i)/float64(p.corners))
		r := s.Radius * vg.Length(p.size)
		points[i] = vg.Point{X: at.X + r*vg.Length(cos), Y: at.Y + r*vg.Length(sin)}
	}
	c.FillPolygon(s.Color, points)
}

var shapes = []draw.GlyphDrawer{
	draw.CircleGlyph{},
	polygon{4, math.Pi / 4, 1.3},   // a square
	polygon{3, math.Pi / 2, 1.45},  // a triangle
	polygon{4, 0, 1.4},             // a diamond
	polygon{3, -math.Pi / 2, 1.45}, // a triangle on its head
}

var dashes = [][]vg.Length{nil, {4, 2}, {1, 1.5}, {5, 1.5, 1, 1.5}}

// LookOf returns the look of method i: 7 colours, 5 shapes, and hollow from the 36th
// on, 70 that differ. The 8th has the first's colour and another shape and dash.
func LookOf(i int) Look {
	n, s := len(Palette), len(shapes)
	return Look{Palette[i%n], shapes[i%s], i/(n*s)%2 == 1, dashes[i/n%len(dashes)]}
}

// Draw puts the look's mark at a point.
func (l Look) Draw(c draw.Canvas, at vg.Point, radius vg.Length) {
	c.DrawGlyph(draw.GlyphStyle{Color: l.Colour, Radius: radius, Shape: l.Shape}, at)
	if l.Hollow {
		c.DrawGlyph(draw.GlyphStyle{Color: color.RGBA{0xff, 0xff, 0xff, 0xff}, Radius: radius / 2, Shape: draw.CircleGlyph{}}, at)
	}
}

// Faint is a colour at two fifths of its strength.
func Faint(c color.RGBA) color.RGBA { return Fade(c, 0.4) }

// Fade is a colour at that strength, from 0 to 1.
func Fade(c color.RGBA, strength float64) color.RGBA {
	f := func(v uint8) uint8 { return uint8(float64(v) * strength) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), f(0xff)} // premultiplied
}

// Axis maps values to places along a line, with ticks.
type Axis struct {
	Lo, Hi   float64   // values
	From, To vg.Length // places
	Ticks    []plot.Tick
}

// NewAxis spans the values with some room on both sides and at most about so many
// labelled ticks.
func NewAxis(lo, hi float64, from, to vg.Length, most int) Axis {
	if !(hi > lo) {
		room := max(0.05*math.Abs(hi), 1e-3)
		lo, hi = lo-room, hi+room
	}
	room := hi/25 - lo/25
	a := Axis{Lo: lo - room, Hi: hi + room, From: from, To: to}
	all := plot.DefaultTicks{}.Ticks(a.Lo, a.Hi)
	var major []plot.Tick
	for _, t := range all {
		if !t.IsMinor() {
			major = append(major, t)
		}
	}
	for len(major) > most {
		var kept []plot.Tick
		for i := 0; i < len(major); i += 2 {
			kept = append(kept, major[i])
		}
		major = kept
	}
	a.Ticks = major
	return a
}

// At is the place of a value.
func (a Axis) At(v float64) vg.Length {
	share := (v/2 - a.Lo/2) / (a.Hi/2 - a.Lo/2) // halves: their difference cannot overflow
	return a.From + vg.Length(share)*(a.To-a.From)
}

// Holds reports whether a value lies on the axis.
func (a Axis) Holds(v float64) bool { return v >= a.Lo && v <= a.Hi }

// DrawX draws the axis at the height y, its ticks and a label below.
func (a Axis) DrawX(c draw.Canvas, y vg.Length, label string) {
	line := draw.LineStyle{Color: Ink, Width: 0.5}
	c.StrokeLine2(line, a.From, y, a.To, y)
	text := Letters(SmallFont)
	text.XAlign, text.YAlign = draw.XCenter, draw.YTop
	for _, t := range a.Ticks {
		x := a.At(t.Value)
		c.StrokeLine2(line, x, y, x, y-2.5)
		c.FillText(text, vg.Point{X: x, Y: y - 3.5}, t.Label)
	}
	if label != "" {
		text.Font = Sans(PaperFont)
		c.FillText(text, vg.Point{X: (a.From + a.To) / 2, Y: y - 12}, label)
	}
}

// DrawY draws the axis at x, its ticks to the left.
func (a Axis) DrawY(c draw.Canvas, x vg.Length) {
	line := draw.LineStyle{Color: Ink, Width: 0.5}
	c.StrokeLine2(line, x, a.From, x, a.To)
	text := Letters(SmallFont)
	text.XAlign, text.YAlign = draw.XRight, draw.YCenter
	for _, t := range a.Ticks {
		y := a.At(t.Value)
		c.StrokeLine2(line, x-2.5, y, x, y)
		c.FillText(text, vg.Point{X: x - 4, Y: y}, t.Label)
	}
}

// Fit shortens a text to a width with an ellipsis.
func Fit(s string, width, size vg.Length) string {
	style := Letters(size)
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && style.Width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
