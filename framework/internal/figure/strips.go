package figure

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// classes is a strip of labels: a stretch of one label in one trial has its colour
// and number.
func (f *channelMap) classes(c draw.Canvas, t data.Target, low, top vg.Length) {
	write(c, FontSize-1, -1, -0.5, vg.Point{X: mapLeft - 6, Y: (low + top) / 2}, clip(t.Name, 16))
	for i := f.from; i < f.to; {
		end := i + 1
		for end < f.to && t.Labels[end] == t.Labels[i] && f.r.Trial[end] == f.r.Trial[i] {
			end++
		}
		x, right := f.x(float64(i)), f.x(float64(end))
		strength := []float64{0.55, 0.25}[int(t.Labels[i])/len(Palette)%2] // more labels than colours
		c.FillPolygon(faint(colour(int(t.Labels[i])), strength), []vg.Point{{X: x, Y: low}, {X: right, Y: low}, {X: right, Y: top}, {X: x, Y: top}})
		if s := fmt.Sprint(t.Labels[i]); right-x > Letters(FontSize-2).Width(s)+2 {
			write(c, FontSize-2, -0.5, -0.5, vg.Point{X: (x + right) / 2, Y: (low + top) / 2}, s)
		}
		i = end
	}
}

// curves is a strip of continuous values, a line per dimension.
func (f *channelMap) curves(c draw.Canvas, t data.Target, n int, low, top vg.Length) {
	write(c, FontSize-1, -1, -0.5, vg.Point{X: mapLeft - 6, Y: (low + top) / 2}, clip(t.Name, 16))
	frame(c, mapLeft, low, mapRight, top)
	d := t.Values.Cols()
	shown := t.Values.Values[f.from*d : f.to*d]
	least, most := shown[0], shown[0]
	for _, v := range shown {
		least, most = min(least, v), max(most, v)
	}
	for k := range d {
		var line []vg.Point
		for i := f.from; i < f.to; i++ {
			share := 0.5
			if most > least {
				share = float64((t.Values.Row(i)[k] - least) / (most - least))
			}
			line = append(line, vg.Point{X: f.x(float64(i) + 0.5), Y: low + (top-low)*vg.Length(0.08+0.84*share)})
			if i+1 == f.to || f.r.Trial[i+1] != f.r.Trial[i] { // lines do not cross from trial to trial
				c.StrokeLines(draw.LineStyle{Color: colour(n + k), Width: 1.4}, line)
				if len(line) == 1 {
					c.DrawGlyph(draw.GlyphStyle{Color: colour(n + k), Radius: 1.4, Shape: draw.CircleGlyph{}}, line[0])
				}
				line = nil
			}
		}
	}
	write(c, FontSize-3, 0, -1, vg.Point{X: mapRight + 5, Y: top}, fmt.Sprintf("%.3g %s", most, t.Unit))
	write(c, FontSize-3, 0, 0, vg.Point{X: mapRight + 5, Y: low}, fmt.Sprintf("%.3g", least))
}
