package figure

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Formats are the endings of files that Trial writes.
var Formats = []string{".svg", ".png"}

// Trial draws the trial of that number, counted from 0 in recorded order: bodies
// that move where the channels are their positions ("NAME x", "NAME y", ...), as
// an animation in SVG; else a map of the channels over time with the targets
// below, and the trials that follow where one is short. Title names the recording.
func Trial(w io.Writer, format string, r *data.Recording, title string, number int) error {
	starts := trialStarts(r)
	if number < 0 || number >= len(starts)-1 {
		return fmt.Errorf("the recording has %d trials, counted from 0: there is none of number %d", len(starts)-1, number)
	}
	if names := bodies(r); names != nil {
		m := newMotion(r, names, starts[number], starts[number+1])
		m.title, m.lines = fmt.Sprintf("%s, trial %d", title, number), m.about(r, starts[number])
		if format == ".svg" {
			return m.svg(w)
		}
		return PNG(w, motionWidth, motionHeight, m.draw)
	}
	f := newChannelMap(r, starts, title, number)
	write := SVG
	if format == ".png" {
		write = PNG
	}
	return write(w, mapWidth, f.height, f.draw)
}

// trialStarts are the samples with which trials begin, and the number of samples.
func trialStarts(r *data.Recording) (at []int) {
	for i, trial := range r.Trial {
		if i == 0 || trial != r.Trial[i-1] {
			at = append(at, i)
		}
	}
	return append(at, r.Len())
}

// bodies are the names of what moves in the plane, or nil where channels are
// something else.
func bodies(r *data.Recording) (names []string) {
	if len(r.Channels) == 0 || len(r.Channels)%2 != 0 {
		return nil
	}
	for pair := range slices.Chunk(r.Channels, 2) {
		x, isX := strings.CutSuffix(pair[0], " x")
		y, isY := strings.CutSuffix(pair[1], " y")
		if !isX || !isY || x != y {
			return nil
		}
		names = append(names, x)
	}
	return names
}

// frame strokes the edges of a rectangle.
func frame(c draw.Canvas, left, bottom, right, top vg.Length) {
	line := draw.LineStyle{Color: Rule, Width: 0.75}
	c.StrokeLines(line, []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}, {X: left, Y: bottom}})
}

// write puts a line of text at a point, aligned there by x and y: 0 means that
// it begins (or stands) there, -0.5 is centred, -1 ends there.
func write(c draw.Canvas, size vg.Length, x, y float64, at vg.Point, s string) {
	style := Letters(size)
	style.XAlign, style.YAlign = text.XAlignment(x), text.YAlignment(y)
	c.FillText(style, at, s)
}
