package figure

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Search is what a search has tried, as its figure shows it.
type Search struct {
	Title  string
	Metric string
	Min    bool // smaller values are better
	Dims   []Dim
	Tried  []Try // in the order asked
}

// Dim is a setting that was searched over.
type Dim struct {
	Name   string
	Log    bool
	Labels []string // of values without a scale: they are places 0, 1, ...
}

// Try is a configuration: a place on every dimension, NaN where the setting has no
// effect, and what it came to, NaN: nothing. Part tells those that were not trained to
// the end.
type Try struct {
	At    []float64
	Value float64
	Part  bool
}

const (
	searchPanel  = 110 * vg.Length(1) // height of a panel
	searchSlices = 3                  // a row of panels
)

// Draw draws three kinds of panels, 183 mm wide: values in the order asked with the
// best so far; a slice for every setting, value against setting; and parallel
// coordinates, one line for each configuration, the better the darker. Hollow marks
// were not trained to the end.
func (s Search) Draw() (height vg.Length, draws func(draw.Canvas) error, err error) {
	var values []float64
	for _, t := range s.Tried {
		if !math.IsNaN(t.Value) {
			values = append(values, t.Value)
		}
	}
	if len(values) == 0 {
		return 0, nil, errors.New("no configuration has a value yet")
	}
	rows := (len(s.Dims) + searchSlices - 1) / searchSlices
	height = 24 + searchPanel*vg.Length(rows+2)
	return height, func(c draw.Canvas) error {
		title := Letters(PaperFont)
		title.YAlign = draw.YTop
		c.FillText(title, vg.Point{X: 4, Y: height - 4}, Fit(s.Title+": "+s.Metric+"  (hollow: not trained to the end)", Wide-8, PaperFont))
		top := height - 20
		lo, hi := slices.Min(values), slices.Max(values)
		s.history(c, top, lo, hi)
		for k := range s.Dims {
			width := (Wide - 8) / searchSlices
			s.slice(c, k, vg.Length(k%searchSlices)*width, width, top-searchPanel*vg.Length(1+k/searchSlices), lo, hi)
		}
		s.parallel(c, top-searchPanel*vg.Length(1+rows), lo, hi)
		return nil
	}, nil
}

func (s Search) mark(c draw.Canvas, t Try, at vg.Point) {
	look := LookOf(0)
	look.Hollow = t.Part
	look.Draw(c, at, 1.8)
}

// history is a panel of values in the order asked, and the best so far.
func (s Search) history(c draw.Canvas, top vg.Length, lo, hi float64) {
	x := NewAxis(1, float64(len(s.Tried)), 40, Wide-8, 10)
	y := NewAxis(lo, hi, top-searchPanel+28, top-4, 5)
	best, line := math.NaN(), []vg.Point{}
	for i, t := range s.Tried {
		if math.IsNaN(t.Value) {
			continue
		}
		if !t.Part && (math.IsNaN(best) || s.Min == (t.Value < best)) {
			if !math.IsNaN(best) {
				line = append(line, vg.Point{X: x.At(float64(i + 1)), Y: y.At(best)})
			}
			best = t.Value
			line = append(line, vg.Point{X: x.At(float64(i + 1)), Y: y.At(best)})
		}
		s.mark(c, t, vg.Point{X: x.At(float64(i + 1)), Y: y.At(t.Value)})
	}
	if len(line) > 0 {
		line = append(line, vg.Point{X: x.To, Y: y.At(best)})
		c.StrokeLines(draw.LineStyle{Color: Palette[1], Width: 0.8}, line)
	}
	x.DrawX(c, y.From, "configuration, in the order asked (line: the best so far)")
	y.DrawY(c, x.From)
}

// slice is a panel of values against one setting.
func (s Search) slice(c draw.Canvas, k int, left, width, top vg.Length, lo, hi float64) {
	x := s.axis(k, left+40, left+width-6)
	y := NewAxis(lo, hi, top-searchPanel+28, top-4, 4)
	for _, t := range s.Tried {
		if !math.IsNaN(t.Value) && !math.IsNaN(t.At[k]) {
			s.mark(c, t, vg.Point{X: x.At(s.place(k, t)), Y: y.At(t.Value)})
		}
	}
	x.DrawX(c, y.From, s.label(k))
	y.DrawY(c, x.From)
}

// parallel is a panel with a vertical axis for every setting and one for the value.
func (s Search) parallel(c draw.Canvas, top vg.Length, lo, hi float64) {
	low, high := top-searchPanel+24, top-6
	axes := make([]Axis, len(s.Dims)+1)
	at := func(k int) vg.Length {
		return 40 + (Wide-70)*vg.Length(k)/vg.Length(max(len(s.Dims), 1))
	}
	for k := range s.Dims {
		axes[k] = s.axis(k, low, high)
	}
	axes[len(s.Dims)] = NewAxis(lo, hi, low, high, 5)
	order := slices.Clone(s.Tried)
	slices.SortStableFunc(order, func(a, b Try) int { // the best drawn last
		switch {
		case a.Value == b.Value:
			return 0
		case s.Min == (a.Value > b.Value):
			return -1
		}
		return 1
	})
	for _, t := range order {
		if math.IsNaN(t.Value) {
			continue
		}
		good := 1.0
		if hi > lo {
			good = (t.Value - lo) / (hi - lo)
		}
		if s.Min && hi > lo {
			good = 1 - good
		}
		var line []vg.Point
		for k := range s.Dims {
			if !math.IsNaN(t.At[k]) {
				line = append(line, vg.Point{X: at(k), Y: axes[k].At(s.place(k, t))})
			}
		}
		line = append(line, vg.Point{X: at(len(s.Dims)), Y: axes[len(s.Dims)].At(t.Value)})
		c.StrokeLines(draw.LineStyle{Color: Fade(Palette[0], 0.08+0.92*good*good), Width: 0.8}, line)
	}
	small := Letters(SmallFont)
	small.XAlign, small.YAlign = draw.XCenter, draw.YTop
	for k, a := range axes {
		name := s.Metric
		if k < len(s.Dims) {
			name = s.label(k)
		}
		a.DrawY(c, at(k))
		c.FillText(small, vg.Point{X: at(k), Y: low - 6}, Fit(name, (Wide-70)/vg.Length(max(len(s.Dims), 1))-2, SmallFont))
	}
}

// place is where a configuration lies on a dimension: its logarithm where ratios
// matter.
func (s Search) place(k int, t Try) float64 {
	if s.Dims[k].Log {
		return math.Log10(t.At[k])
	}
	return t.At[k]
}

func (s Search) label(k int) string {
	if s.Dims[k].Log {
		return s.Dims[k].Name + " (log10)"
	}
	return s.Dims[k].Name
}

func (s Search) axis(k int, from, to vg.Length) Axis {
	var places []float64
	for _, t := range s.Tried {
		if !math.IsNaN(t.At[k]) {
			places = append(places, s.place(k, t))
		}
	}
	d := s.Dims[k]
	if d.Labels != nil {
		a := Axis{Lo: -0.3, Hi: float64(len(d.Labels)) - 0.7, From: from, To: to}
		for i, l := range d.Labels {
			a.Ticks = append(a.Ticks, plot.Tick{Value: float64(i), Label: Fit(l, 34, SmallFont)})
		}
		return a
	}
	if len(places) == 0 {
		return NewAxis(0, 1, from, to, 4)
	}
	return NewAxis(slices.Min(places), slices.Max(places), from, to, 4)
}
