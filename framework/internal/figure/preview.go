package figure

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Preview draws a recording as one picture: its first trials as a map of channels over
// time with the targets below; the whole of it, with trials, labels and parts of the
// division; the mean of each channel; how often each label occurs in each part. labels
// are the names of classes, by target.
func Preview(w io.Writer, format string, r *data.Recording, title string, labels map[string][]string) error {
	p := &preview{r: r, first: newChannelMap(r, trialStarts(r), title, 0), labels: labels}
	for _, t := range r.Targets {
		if t.IsClass() && len(p.classes) < 3 && t.Classes > 1 {
			p.classes = append(p.classes, t)
		}
	}
	p.scale = p.first.scale
	write := SVG
	if format == ".png" {
		write = PNG
	}
	return write(w, mapWidth, p.first.height+overview+belowIt, p.draw)
}

const (
	overview = 200 * vg.Length(1) // height of the map of all samples, with its strips
	belowIt  = 150 * vg.Length(1) // of means and counts
)

type preview struct {
	r       *data.Recording
	first   *channelMap
	scale   scale
	classes []data.Target
	labels  map[string][]string
}

func (p *preview) draw(c draw.Canvas) error {
	c.Push()
	c.Translate(vg.Point{Y: overview + belowIt})
	err := p.first.draw(c)
	c.Pop()
	p.all(c, belowIt, belowIt+overview)
	p.means(c, vg.Point{X: mapLeft, Y: 40}, vg.Point{X: mapLeft + 170, Y: belowIt - 25})
	p.counts(c, vg.Point{X: mapLeft + 230, Y: 40}, vg.Point{X: mapRight + 30, Y: belowIt - 25})
	return err
}

// all is the map of all samples: a pixel is the mean of a channel over some of them.
func (p *preview) all(c draw.Canvas, low, top vg.Length) {
	const pixels = 800
	n, channels := p.r.Len(), p.r.Samples.Cols()
	wide := min(pixels, n)
	high := min(channels, 200)
	sums, counts := make([]float64, wide*high), make([]float64, wide*high)
	for i := range n {
		x := i * wide / n
		for j, v := range p.r.Samples.Row(i) {
			at := j*high/channels*wide + x
			sums[at] += float64(v)
			counts[at]++
		}
	}
	means := make([]float32, len(sums))
	for i := range sums {
		means[i] = float32(sums[i] / counts[i])
	}
	shades, up := newScale(means), max(1, 200/high)
	img := image.NewRGBA(image.Rect(0, 0, wide, high*up))
	for i, v := range means {
		for y := range up {
			img.SetRGBA(i%wide, i/wide*up+y, shades.colour(float64(v)))
		}
	}
	strips := vg.Length(2+len(p.classes)) * 13
	floor := low + 30 + strips
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: mapLeft, Y: floor}, Max: vg.Point{X: mapRight, Y: top - 14}}, img)
	frame(c, mapLeft, floor, mapRight, top-14)
	write(c, FontSize-1, 0, 0, vg.Point{X: mapLeft, Y: top - 10}, fmt.Sprintf("all %d samples in %d trials, means from %.3g to %.3g %s", n, p.r.Trials(), shades.least, shades.most, p.r.Unit))
	y := floor - 4
	strip := func(name string, colourOf func(sample int) color.Color) {
		p.strip(c, y-9, y, name, colourOf)
		y -= 13
	}
	number := -1
	trials := make([]int, n)
	for i, t := range p.r.Trial {
		if i == 0 || t != p.r.Trial[i-1] {
			number++
		}
		trials[i] = number
	}
	strip("trial", func(i int) color.Color { return []color.Color{Rule, Fade(Ink, 0.6)}[trials[i]%2] })
	for _, t := range p.classes {
		strip(clip(t.Name, 14), func(i int) color.Color { return colour(int(t.Labels[i])) })
	}
	if p.r.Split == nil {
		write(c, FontSize-3, 0, -1, vg.Point{X: mapLeft, Y: y}, "not divided")
		return
	}
	strip("part", func(i int) color.Color { return partColour(p.r.Split[i]) })
	x := mapLeft
	for _, part := range parts {
		n := 0
		for _, s := range p.r.Split {
			if s == part {
				n++
			}
		}
		if n == 0 {
			continue
		}
		name := string(part)
		if name == "" {
			name = "in no part"
		}
		text := fmt.Sprintf("%s: %d", name, n)
		c.FillPolygon(partColour(part), []vg.Point{{X: x, Y: y - 8}, {X: x + 8, Y: y - 8}, {X: x + 8, Y: y}, {X: x, Y: y}})
		write(c, FontSize-2, 0, -0.5, vg.Point{X: x + 12, Y: y - 4}, text)
		x += 12 + Letters(FontSize-2).Width(text) + 14
	}
}

// strip draws runs of one colour.
func (p *preview) strip(c draw.Canvas, low, top vg.Length, name string, colourOf func(sample int) color.Color) {
	n := p.r.Len()
	at := func(i int) vg.Length { return mapLeft + (mapRight-mapLeft)*vg.Length(i)/vg.Length(n) }
	for from := 0; from < n; {
		to := from + 1
		for to < n && colourOf(to) == colourOf(from) {
			to++
		}
		c.FillPolygon(colourOf(from), []vg.Point{{X: at(from), Y: low}, {X: at(to), Y: low}, {X: at(to), Y: top}, {X: at(from), Y: top}})
		from = to
	}
	write(c, FontSize-3, -1, -0.5, vg.Point{X: mapLeft - 6, Y: (low + top) / 2}, name)
}

var parts = []data.Split{data.Train, data.Val, data.Test, ""}

func partColour(s data.Split) color.RGBA {
	i := slices.Index(parts, s)
	if s == "" || i < 0 {
		return Rule
	}
	return Fade(Palette[[]int{0, 4, 1}[i]], 0.8)
}

// means are the channels' means, largest first.
func (p *preview) means(c draw.Canvas, low, top vg.Point) {
	channels := p.r.Samples.Cols()
	means := make([]float64, channels)
	for i := range p.r.Len() {
		for j, v := range p.r.Samples.Row(i) {
			means[j] += float64(v) / float64(p.r.Len())
		}
	}
	slices.SortFunc(means, func(a, b float64) int { return int(max(-1, min(1, (b-a)*1e12))) })
	axis := NewAxis(min(0, slices.Min(means)), max(0, slices.Max(means)), low.Y, top.Y, 4)
	axis.DrawY(c, low.X)
	step := (top.X - low.X) / vg.Length(channels)
	for i, m := range means {
		x := low.X + step*vg.Length(i)
		c.FillPolygon(Palette[0], []vg.Point{{X: x, Y: axis.At(0)}, {X: x + step*0.9, Y: axis.At(0)}, {X: x + step*0.9, Y: axis.At(m)}, {X: x, Y: axis.At(m)}})
	}
	write(c, FontSize-1, 0, 0, vg.Point{X: low.X, Y: top.Y + 8}, "mean of each channel")
	if p.r.Unit != "" {
		write(c, FontSize-3, 0, -1, vg.Point{X: low.X, Y: low.Y - 4}, fmt.Sprintf("%d channels, largest first, in %s", channels, p.r.Unit))
	} else {
		write(c, FontSize-3, 0, -1, vg.Point{X: low.X, Y: low.Y - 4}, fmt.Sprintf("%d channels, largest first", channels))
	}
}

// counts are the samples with each label of the first class target, by part.
func (p *preview) counts(c draw.Canvas, low, top vg.Point) {
	if len(p.classes) == 0 {
		return
	}
	t := p.classes[0]
	shown := min(t.Classes, 24)
	counts := make([][4]float64, shown)
	most := 0.0
	for i, l := range t.Labels {
		part := 0
		if p.r.Split != nil {
			part = slices.Index(parts, p.r.Split[i])
		}
		if int(l) < shown && part >= 0 {
			counts[l][part]++
		}
	}
	for _, n := range counts {
		most = max(most, n[0]+n[1]+n[2]+n[3])
	}
	axis := NewAxis(0, most, low.Y, top.Y, 4)
	axis.DrawY(c, low.X)
	step := (top.X - low.X) / vg.Length(shown)
	for l, n := range counts {
		x, sum := low.X+step*vg.Length(l), 0.0
		for part, v := range n {
			c.FillPolygon(partColour(parts[part]), []vg.Point{{X: x + step*0.1, Y: axis.At(sum)}, {X: x + step*0.9, Y: axis.At(sum)}, {X: x + step*0.9, Y: axis.At(sum + v)}, {X: x + step*0.1, Y: axis.At(sum + v)}})
			sum += v
		}
		c.FillPolygon(colour(l), []vg.Point{{X: x + step*0.1, Y: low.Y - 4}, {X: x + step*0.9, Y: low.Y - 4}, {X: x + step*0.9, Y: low.Y}, {X: x + step*0.1, Y: low.Y}})
		name := fmt.Sprint(l)
		if names := p.labels[t.Name]; l < len(names) {
			name = names[l]
		}
		write(c, FontSize-3, -0.5, -1, vg.Point{X: x + step/2, Y: low.Y - 6}, Fit(name, step, FontSize-3))
	}
	what := fmt.Sprintf("samples with each label of %s", t.Name)
	if t.Classes > shown {
		what += fmt.Sprintf(" (the first %d of %d)", shown, t.Classes)
	}
	write(c, FontSize-1, 0, 0, vg.Point{X: low.X, Y: top.Y + 8}, what)
}
