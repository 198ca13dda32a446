package report

import (
	"fmt"
	"math"
)

// forest is a drawing of differences with their intervals, as numbers that the page's
// template makes an SVG of: no text can become markup there.
type forest struct {
	Width, Height, Bottom int
	Zero                  float64
	Bars                  []bar
	Ticks                 []tick
	Alt                   string
}

type bar struct {
	Name, Class string
	Y, Text     int
	Lo, Mid, Hi float64
}

type tick struct {
	X                 float64
	Top, Bottom, Text int
	Label             string
}

// Sizes in CSS pixels.
const (
	left      = 300 // where names end
	across    = 420 // of the scale
	rowHeight = 22
	mostBars  = 60 // of more a table says more than a drawing
	longest   = 44 // characters of a name
)

// drawForest draws what has a difference and an interval; nil: there is nothing to draw.
func drawForest(changes []Change) *forest {
	var drawn []Change
	lo, hi := 0.0, 0.0
	for _, c := range changes {
		if c.Diff == nil {
			continue
		}
		a, b := *c.Diff, *c.Diff
		if c.Lo != nil && c.Hi != nil {
			a, b = min(a, *c.Lo), max(b, *c.Hi)
		}
		if math.IsInf(b-a, 0) || math.IsNaN(b-a) {
			continue
		}
		lo, hi = min(lo, a), max(hi, b)
		drawn = append(drawn, c)
	}
	if len(drawn) == 0 || len(drawn) > mostBars || hi == lo || math.IsInf(hi-lo, 0) {
		return nil
	}
	x := func(v float64) float64 { return math.Round((left+20+across*(v-lo)/(hi-lo))*10) / 10 }
	f := &forest{Width: left + across + 60, Bottom: rowHeight*len(drawn) + 8, Zero: x(0), Alt: "differences with their intervals; the table below has the numbers"}
	f.Height = f.Bottom + 34
	for i, c := range drawn {
		y := rowHeight*i + rowHeight/2 + 4
		b := bar{Name: short(c), Class: classOf(c.Verdict), Y: y, Text: y + 4, Mid: x(*c.Diff)}
		b.Lo, b.Hi = b.Mid, b.Mid
		if c.Lo != nil && c.Hi != nil {
			b.Lo, b.Hi = x(*c.Lo), x(*c.Hi)
		}
		f.Bars = append(f.Bars, b)
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/2)))
	for _, m := range []float64{5, 2} {
		if (hi-lo)/(step*m) >= 3 {
			step *= m
			break
		}
	}
	for k := math.Ceil(lo / step); k*step <= hi*(1+1e-12); k++ {
		f.Ticks = append(f.Ticks, tick{x(k * step), f.Bottom, f.Bottom + 6, f.Bottom + 20, fmt.Sprintf("%.3g", k*step)})
	}
	return f
}

func short(c Change) string {
	name := c.Method
	if c.Variant != "" {
		name += ", " + c.Variant
	}
	name += ", " + c.Dataset
	if r := []rune(name); len(r) > longest {
		name = string(r[:longest-1]) + "…"
	}
	return name
}
