package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	mapWidth   = 560 * vg.Length(1)
	mapLeft    = 92 * vg.Length(1) // of the plane: names of channels and targets stand before it
	mapRight   = 490 * vg.Length(1)
	leastShown = 40  // samples: short trials are shown with those that follow
	mostShown  = 400 // samples
)

// A channelMap is channels (downwards) over samples, with targets as strips below.
type channelMap struct {
	r             *data.Recording
	title         string
	from, to      int   // samples
	begins        []int // trials that begin there
	scale         scale
	strips        []data.Target
	hidden        []string // targets without a strip
	height, plane vg.Length
}

const (
	stripHeight = 14 * vg.Length(1)
	curveHeight = 40 * vg.Length(1)
	stripGap    = 7 * vg.Length(1)
)

func newChannelMap(r *data.Recording, starts []int, title string, number int) *channelMap {
	f := &channelMap{r: r, from: starts[number]}
	last := number
	for last+2 < len(starts) && starts[last+1]-f.from < leastShown {
		last++
	}
	f.begins = starts[number : last+1]
	f.to = min(starts[last+1], f.from+mostShown)
	f.title = fmt.Sprintf("%s, trial %d", title, number)
	if last > number {
		f.title = fmt.Sprintf("%s, trials %d to %d", title, number, last)
	}
	if cut := starts[last+1] - f.to; cut > 0 {
		f.title += fmt.Sprintf(" (the first %d of %d samples)", mostShown, mostShown+cut)
	}
	if parts := f.parts(); len(parts) > 0 {
		f.title += ", " + strings.Join(parts, " and ")
	}
	f.scale = newScale(r.Samples.Values[f.from*r.Samples.Cols() : f.to*r.Samples.Cols()])
	f.plane = min(max(vg.Length(r.Samples.Cols())*2.2, 120), 300)
	f.height = 52 + f.plane + 44
	for _, t := range r.Targets {
		switch {
		case t.IsClass():
			f.height += stripHeight + stripGap
		case t.Values.Cols() <= 3:
			f.height += curveHeight + stripGap
		default:
			f.hidden = append(f.hidden, fmt.Sprintf("%s (%d-d)", t.Name, t.Values.Cols()))
			continue
		}
		f.strips = append(f.strips, t)
	}
	if len(f.hidden) > 0 {
		f.height += 14
	}
	return f
}

// parts are the splits of what is shown.
func (f *channelMap) parts() (out []string) {
	if f.r.Split == nil {
		return nil
	}
	for _, s := range f.r.Split[f.from:f.to] {
		if s != "" && !slices.Contains(out, string(s)) {
			out = append(out, string(s))
		}
	}
	return out
}

func (f *channelMap) x(sample float64) vg.Length {
	return mapLeft + (mapRight-mapLeft)*vg.Length(sample-float64(f.from))/vg.Length(f.to-f.from)
}

func (f *channelMap) draw(c draw.Canvas) error {
	top := f.height - 46
	low := top - f.plane
	write(c, FontSize+1, 0, 0, vg.Point{X: mapLeft, Y: top + 26}, f.title)
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: mapLeft, Y: low}, Max: vg.Point{X: mapRight, Y: top}}, f.image())
	f.channels(c, low, top)
	f.bar(c, low, top)
	y := low
	for i, t := range f.strips {
		y -= stripGap
		if t.IsClass() {
			f.classes(c, t, y-stripHeight, y)
			y -= stripHeight
		} else {
			f.curves(c, t, i, y-curveHeight, y)
			y -= curveHeight
		}
	}
	free := mapLeft // right end of the last name of a trial
	for i, at := range f.begins {
		if at > f.from {
			c.StrokeLine2(draw.LineStyle{Color: color.White, Width: 1.5}, f.x(float64(at)), y, f.x(float64(at)), top)
		}
		end := f.to
		if i+1 < len(f.begins) {
			end = f.begins[i+1]
		}
		name := fmt.Sprint(f.r.Trial[at])
		middle, half := f.x(float64(at+end)/2), Letters(FontSize-3).Width(name)/2
		if len(f.begins) > 1 && middle-half >= free {
			write(c, FontSize-3, -0.5, 0, vg.Point{X: middle, Y: top + 7}, name)
			free = middle + half + 3
		}
	}
	if len(f.begins) > 1 {
		write(c, FontSize-3, -1, 0, vg.Point{X: mapLeft - 6, Y: top + 7}, "trial")
	}
	f.samples(c, y)
	return nil
}

// image is the plane, a pixel per value, enlarged so that nothing blurs it.
func (f *channelMap) image() image.Image {
	rows, cols := f.r.Samples.Cols(), f.to-f.from
	up, wide := max(1, 600/rows), max(1, 1200/cols)
	img := image.NewRGBA(image.Rect(0, 0, cols*wide, rows*up))
	for j := range cols {
		for i, v := range f.r.Samples.Row(f.from + j) {
			c := f.scale.colour(float64(v))
			for y := i * up; y < (i+1)*up; y++ {
				for x := j * wide; x < (j+1)*wide; x++ {
					img.SetRGBA(x, y, c)
				}
			}
		}
	}
	return img
}

// channels writes names beside the plane, or numbers where there are many.
func (f *channelMap) channels(c draw.Canvas, low, top vg.Length) {
	n := f.r.Samples.Cols()
	step := (top - low) / vg.Length(n)
	label := func(i int, s string) {
		write(c, FontSize-2, -1, -0.5, vg.Point{X: mapLeft - 6, Y: top - step*(vg.Length(i)+0.5)}, s)
	}
	if step >= FontSize-3 && len(f.r.Channels) > 0 {
		for i, name := range f.r.Channels {
			label(i, clip(name, 16))
		}
		return
	}
	for _, t := range wholeTicks(0, n-1, 6) {
		label(t, fmt.Sprint(t))
	}
	write(c, FontSize-1, -1, -0.5, vg.Point{X: mapLeft - 36, Y: (low + top) / 2}, "channel")
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// samples is the axis at the bottom.
func (f *channelMap) samples(c draw.Canvas, y vg.Length) {
	for _, t := range wholeTicks(f.from, f.to-1, 9) {
		x := f.x(float64(t) + 0.5)
		c.StrokeLine2(draw.LineStyle{Color: Ink, Width: 0.5}, x, y-2, x, y-5)
		write(c, FontSize-2, -0.5, -1, vg.Point{X: x, Y: y - 7}, fmt.Sprint(t))
	}
	unit := "sample"
	if f.r.BinSeconds > 0 {
		unit = fmt.Sprintf("sample, bins of %.4g s", f.r.BinSeconds)
	}
	write(c, FontSize-1, -0.5, -1, vg.Point{X: (mapLeft + mapRight) / 2, Y: y - 20}, unit)
	if len(f.hidden) > 0 {
		write(c, FontSize-3, -0.5, -1, vg.Point{X: (mapLeft + mapRight) / 2, Y: y - 34}, "not shown: "+clip(strings.Join(f.hidden, ", "), 80))
	}
}

// wholeTicks are whole numbers in [from, to], about n of them, round where they can be.
func wholeTicks(from, to, n int) (out []int) {
	step := 1
	for i := 0; (to-from)/step >= n; i++ {
		step = []int{1, 2, 5}[i%3] * int(math.Pow10(i/3))
	}
	for t := (from + step - 1) / step * step; t <= to; t += step {
		out = append(out, t)
	}
	return out
}

// bar is the legend of the colours.
func (f *channelMap) bar(c draw.Canvas, low, top vg.Length) {
	left, right := mapRight+14, mapRight+24
	low = max(low, top-140)
	img := image.NewRGBA(image.Rect(0, 0, 1, 256))
	for y := range 256 {
		img.SetRGBA(0, y, f.scale.colour(f.scale.least+(f.scale.most-f.scale.least)*float64(255-y)/255))
	}
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: left, Y: low}, Max: vg.Point{X: right, Y: top}}, img)
	frame(c, left, low, right, top)
	for _, t := range (plot.DefaultTicks{}).Ticks(f.scale.least, f.scale.most) {
		if !t.IsMinor() && t.Value >= f.scale.least && t.Value <= f.scale.most {
			y := low + (top-low)*vg.Length((t.Value-f.scale.least)/(f.scale.most-f.scale.least))
			write(c, FontSize-3, 0, -0.5, vg.Point{X: right + 4, Y: y}, fmt.Sprintf("%.4g", t.Value))
		}
	}
	write(c, FontSize-2, 0, 0, vg.Point{X: left, Y: top + 5}, f.r.Unit)
}
