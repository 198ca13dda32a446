package figure

import (
	"fmt"
	"image/color"
	"math"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	motionWidth  = 520 * vg.Length(1)
	motionHeight = 400 * vg.Length(1)
	square       = 320.0 // side of the plane
	left, bottom = 24.0, 24.0
	between      = 4 // points of a track from one sample to the next
)

// A motion is the tracks of bodies, in points of the page (y upwards).
type motion struct {
	title  string
	lines  []string // about the trial
	names  []string
	tracks [][]vg.Point // of each body, with between points from one sample to the next
}

// newMotion lays the samples from..to-1 out in a square, alike in x and y.
func newMotion(r *data.Recording, names []string, from, to int) *motion {
	m := &motion{names: names}
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for i := from; i < to; i++ {
		for c, v := range r.Samples.Row(i) {
			lo[c%2], hi[c%2] = min(lo[c%2], float64(v)), max(hi[c%2], float64(v))
		}
	}
	side := 1.12 * max(hi[0]-lo[0], hi[1]-lo[1], 1e-9)
	page := func(x, start, least, most float64) vg.Length {
		return vg.Length(start + square/2 + square*(x-(least+most)/2)/side)
	}
	for b := range names {
		var samples []vg.Point
		for i := from; i < to; i++ {
			at := r.Samples.Row(i)[2*b : 2*b+2]
			samples = append(samples, vg.Point{X: page(float64(at[0]), left, lo[0], hi[0]), Y: page(float64(at[1]), bottom, lo[1], hi[1])})
		}
		m.tracks = append(m.tracks, smooth(samples))
	}
	return m
}

// smooth puts points between samples, on the curve of Catmull and Rom (1974)
// through them.
func smooth(p []vg.Point) (out []vg.Point) {
	at := func(i int) vg.Point { return p[min(max(i, 0), len(p)-1)] }
	for i := range len(p) - 1 {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		for k := range between {
			t := vg.Length(k) / between
			curve := func(a, b, c, d vg.Length) vg.Length {
				return b + t/2*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))
			}
			out = append(out, vg.Point{X: curve(a.X, b.X, c.X, d.X), Y: curve(a.Y, b.Y, c.Y, d.Y)})
		}
	}
	return append(out, p[len(p)-1])
}

// about says what the targets are.
func (m *motion) about(r *data.Recording, sample int) (lines []string) {
	lines = append(lines, fmt.Sprintf("%d time steps", (len(m.tracks[0])-1)/between+1))
	if r.Split != nil && r.Split[sample] != "" {
		lines = append(lines, "split: "+string(r.Split[sample]))
	}
	for _, t := range r.Targets {
		if t.IsClass() {
			lines = append(lines, fmt.Sprintf("%s: %d of %d", t.Name, t.Labels[sample], t.Classes))
		}
	}
	return lines
}

func colour(i int) color.RGBA { return Palette[i%len(Palette)] }

// faint is a colour at a share of its strength, premultiplied.
func faint(c color.RGBA, share float64) color.RGBA {
	dim := func(v uint8) uint8 { return uint8(math.Round(float64(v) * share)) }
	return color.RGBA{dim(c.R), dim(c.G), dim(c.B), dim(c.A)}
}

// legendAt is where line i of the text beside the plane stands.
func legendAt(i int) vg.Point {
	return vg.Point{X: left + square + 28, Y: bottom + square - 8 - 19*vg.Length(i)}
}

// draw is the still: a track from a ring, where it begins, to a dot.
func (m *motion) draw(c draw.Canvas) error {
	write(c, FontSize+2, 0, 0, vg.Point{X: left, Y: bottom + square + 22}, m.title)
	frame(c, left, bottom, left+square, bottom+square)
	for b, track := range m.tracks {
		c.StrokeLines(draw.LineStyle{Color: faint(colour(b), 0.45), Width: 2}, track)
		for i := 0; i < len(track); i += between {
			c.DrawGlyph(draw.GlyphStyle{Color: faint(colour(b), 0.7), Radius: 1.6, Shape: draw.CircleGlyph{}}, track[i])
		}
		c.DrawGlyph(draw.GlyphStyle{Color: colour(b), Radius: 5, Shape: draw.RingGlyph{}}, track[0])
		c.DrawGlyph(draw.GlyphStyle{Color: colour(b), Radius: 7, Shape: draw.CircleGlyph{}}, track[len(track)-1])
		at := legendAt(b)
		c.DrawGlyph(draw.GlyphStyle{Color: colour(b), Radius: 5, Shape: draw.CircleGlyph{}}, at)
		write(c, FontSize, 0, -0.5, at.Add(vg.Point{X: 12}), m.names[b])
	}
	for i, line := range m.lines {
		write(c, FontSize-1, 0, -0.5, legendAt(len(m.names)+1+i).Add(vg.Point{X: -5}), line)
	}
	return nil
}
