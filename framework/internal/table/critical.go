package table

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/assaylab/assay/framework/internal/figure"
)

// critical draws mean ranks over recordings (Demšar 2006): methods hang from an
// axis of ranks, and a bar joins those not shown to differ. A dot on a bar is a
// member; a bar may pass methods that are none. One diagram for each metric.
func critical(t *Table) (drawing, error) {
	if len(t.Across) == 0 {
		return drawing{}, errors.New("a table of fewer than two recordings has no critical-difference diagram")
	}
	var height vg.Length
	heights := make([]vg.Length, len(t.Across))
	for i := range t.Across {
		heights[i] = criticalHeight(&t.Across[i])
		height += heights[i]
	}
	width := figure.Narrow
	for i := range t.Across {
		if len(t.Across[i].Methods) > 8 {
			width = figure.Wide
		}
	}
	return drawing{width, height, func(c draw.Canvas) error {
		top := height
		for i := range t.Across {
			t.drawCritical(c, &t.Across[i], width, top)
			top -= heights[i]
		}
		return nil
	}}, nil
}

func criticalHeight(a *Across) vg.Length {
	return 50 + 7*vg.Length(len(a.Cliques)) + rowHeight*vg.Length((len(a.Methods)+1)/2+1)
}

func (t *Table) drawCritical(c draw.Canvas, a *Across, width, top vg.Length) {
	text := figure.Letters(figure.PaperFont)
	text.YAlign = draw.YTop
	title := fmt.Sprintf("%s: mean rank over %d %ss, 1 is best", t.display(a.Metric), len(a.Groups), a.Unit)
	c.FillText(text, vg.Point{X: 4, Y: top - 4}, figure.Fit(title, width-8, figure.PaperFont))
	k := len(a.Methods)
	names := min(width*3/10, 30*vg.Millimeter)
	axis := figure.Axis{Lo: 1, Hi: float64(k), From: names, To: width - names}
	for r := 1; r <= k; r++ {
		axis.Ticks = append(axis.Ticks, plot.Tick{Value: float64(r), Label: fmt.Sprint(r)})
	}
	y := top - 30
	line := draw.LineStyle{Color: figure.Ink, Width: 0.6}
	c.StrokeLine2(line, axis.From, y, axis.To, y)
	small := figure.Letters(figure.SmallFont)
	small.XAlign, small.YAlign = draw.XCenter, draw.YBottom
	for _, tick := range axis.Ticks {
		c.StrokeLine2(line, axis.At(tick.Value), y, axis.At(tick.Value), y+3)
		c.FillText(small, vg.Point{X: axis.At(tick.Value), Y: y + 4}, tick.Label)
	}
	rank := map[string]float64{}
	for j, m := range a.Methods {
		rank[m] = a.MeanRanks[j]
	}
	for i, set := range a.Cliques {
		at := y - 5 - 7*vg.Length(i)
		lo, hi := rank[set[0]], rank[set[len(set)-1]]
		c.StrokeLine2(draw.LineStyle{Color: figure.Ink, Width: 2}, axis.At(lo)-2, at, axis.At(hi)+2, at)
		for _, m := range set {
			c.DrawGlyph(draw.GlyphStyle{Color: figure.Ink, Radius: 2, Shape: draw.CircleGlyph{}}, vg.Point{X: axis.At(rank[m]), Y: at})
		}
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, z int) int {
		return order01(a.MeanRanks[x] > a.MeanRanks[z]) - order01(a.MeanRanks[x] < a.MeanRanks[z])
	})
	below := y - 5 - 7*vg.Length(len(a.Cliques))
	label := figure.Letters(figure.PaperFont)
	label.YAlign = draw.YCenter
	for i, j := range order { // the better half to the left, the best on top; the worse half to the right, the worst on top
		look := figure.LookOf(j)
		x := axis.At(a.MeanRanks[j])
		name := fmt.Sprintf("%s %.2f", t.display(a.Methods[j]), a.MeanRanks[j])
		row, end := i, axis.From-4
		if i >= (k+1)/2 {
			row, end = k-1-i, axis.To+4
		}
		at := below - rowHeight*(vg.Length(row)+0.5)
		stroke := draw.LineStyle{Color: look.Colour, Width: 0.8}
		c.StrokeLines(stroke, []vg.Point{{X: x, Y: y}, {X: x, Y: at}, {X: end, Y: at}})
		if end < axis.From {
			label.XAlign = draw.XRight
			c.FillText(label, vg.Point{X: end - 2, Y: at}, figure.Fit(name, names-8, figure.PaperFont))
		} else {
			label.XAlign = draw.XLeft
			c.FillText(label, vg.Point{X: end + 2, Y: at}, figure.Fit(name, names-8, figure.PaperFont))
		}
	}
	if a.Test == "" {
		note := figure.Letters(figure.SmallFont)
		c.FillText(note, vg.Point{X: 4, Y: top - criticalHeight(a) + 4}, fmt.Sprintf("%d %ss are too few for a test: no bars", len(a.Groups), a.Unit))
	}
}
