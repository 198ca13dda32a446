package figure

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a metric during training of one method: a series for each seed, all at
// the same steps. A seed that ended early has fewer values.
type Curve struct {
	Name   string
	Steps  []float64
	Values [][]float64 // [seed][step]
}

// Band is the mean of a curve with the spread between its seeds, at each step that
// every seed reached.
type Band struct {
	Steps, Mean, Lo, Hi []float64
}

// Curves draws learning curves: a line for each method's mean, a band from lowest
// to highest seed, 89 mm wide. The legend stands below.
func Curves(curves []Curve, metric string) (height vg.Length, draws func(draw.Canvas) error, err error) {
	lines := make([]Line, len(curves))
	for i, k := range curves {
		if lines[i] = (Line{k.Name, k.Band()}); len(lines[i].Steps) == 0 {
			return 0, nil, errors.New("the curve of " + k.Name + " has no step that all its seeds reached")
		}
	}
	return Lines(lines, metric+"  (line: mean over seeds, band: lowest to highest)", "step")
}

// Line is a band by a name.
type Line struct {
	Name string
	Band
}

// Lines draws bands about a common axis, 89 mm wide. The legend stands below.
func Lines(bands []Line, heading, below string) (height vg.Length, draws func(draw.Canvas) error, err error) {
	var xs, ys []float64
	for i := range bands {
		xs = append(xs, bands[i].Steps...)
		ys = append(append(ys, bands[i].Lo...), bands[i].Hi...)
	}
	if len(xs) == 0 {
		return 0, nil, errors.New("there are no curves to draw")
	}
	const line = 10
	height = 150 + line*vg.Length(len(bands)) + 24
	return height, func(c draw.Canvas) error {
		bottom := line*vg.Length(len(bands)) + 40
		x := NewAxis(slices.Min(xs), slices.Max(xs), 34, Narrow-6, 6)
		y := NewAxis(slices.Min(ys), slices.Max(ys), bottom, height-16, 6)
		title := Letters(PaperFont)
		title.YAlign = draw.YTop
		c.FillText(title, vg.Point{X: 4, Y: height - 4}, Fit(heading, Narrow-8, PaperFont))
		for i := range bands {
			bands[i].draw(c, LookOf(i), x, y)
		}
		x.DrawX(c, bottom, below)
		y.DrawY(c, x.From)
		text := Letters(PaperFont)
		text.YAlign = draw.YCenter
		for i, k := range bands {
			at := bottom - 30 - line*vg.Length(i)
			look := LookOf(i)
			c.StrokeLine2(draw.LineStyle{Color: look.Colour, Width: 1.2, Dashes: look.Dashes}, x.From, at, x.From+18, at)
			look.Draw(c, vg.Point{X: x.From + 9, Y: at}, 2)
			c.FillText(text, vg.Point{X: x.From + 24, Y: at}, Fit(k.Name, Narrow-x.From-30, PaperFont))
		}
		return nil
	}, nil
}

// Band summarises the seeds step by step.
func (k Curve) Band() Band {
	n := len(k.Steps)
	for _, v := range k.Values {
		n = min(n, len(v))
	}
	var b Band
	for t := range n {
		lo, hi, mean := math.Inf(1), math.Inf(-1), 0.0
		for _, v := range k.Values {
			lo, hi, mean = min(lo, v[t]), max(hi, v[t]), mean+v[t]/float64(len(k.Values))
		}
		if len(k.Values) == 0 || math.IsNaN(mean) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
			continue
		}
		b.Steps, b.Mean, b.Lo, b.Hi = append(b.Steps, k.Steps[t]), append(b.Mean, mean), append(b.Lo, lo), append(b.Hi, hi)
	}
	return b
}

func (b Band) draw(c draw.Canvas, look Look, x, y Axis) {
	var outline, mean []vg.Point
	for i, s := range b.Steps {
		outline = append(outline, vg.Point{X: x.At(s), Y: y.At(b.Hi[i])})
		mean = append(mean, vg.Point{X: x.At(s), Y: y.At(b.Mean[i])})
	}
	for i := len(b.Steps) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x.At(b.Steps[i]), Y: y.At(b.Lo[i])})
	}
	if len(b.Steps) > 1 {
		c.FillPolygon(Fade(look.Colour, 0.2), outline)
		c.StrokeLines(draw.LineStyle{Color: look.Colour, Width: 1, Dashes: look.Dashes}, mean)
	}
	for i := 0; i < len(mean); i += max(1, (len(mean)+5)/6) { // a few marks, so that lines hold without colours
		look.Draw(c, mean[i], 2)
	}
}
