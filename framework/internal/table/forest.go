package table

import (
	"errors"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/assaylab/assay/framework/internal/figure"
)

// forest draws the differences of each row to the reference of its column, with
// their 95 % intervals, about a zero line; and, where the table compares over
// recordings, the mean over groups in a panel of its own.
func forest(t *Table) (drawing, error) {
	v := layOut(t)
	any := false
	for i := range t.Cells {
		any = any || t.Cells[i].Compare != nil
	}
	if !any {
		return drawing{}, errors.New("a table that compares nothing has no forest plot")
	}
	ref := t.display(t.Spec.Against)
	if t.Spec.Against == best {
		ref = "the best of its " + t.group()
	}
	p := newPanels(v.rows, len(v.heads), "difference to "+ref+", bar: 95 % interval, not adjusted; filled: significant after adjustment")
	return drawing{p.width, p.height, func(c draw.Canvas) error {
		for j, head := range v.heads {
			p.frame(c, j, head)
			left, right, y := p.at(j)
			lo, hi := differences(t, v, j)
			axis := figure.NewAxis(lo, hi, left, right, 4)
			bottom := y(len(v.rows)-1) - rowHeight/2
			axis.DrawX(c, bottom, "")
			c.StrokeLine2(draw.LineStyle{Color: figure.Ink, Width: 0.7}, axis.At(0), bottom, axis.At(0), y(0)+rowHeight/2)
			for i := range v.rows {
				t.difference(c, v.cells[i][j], v.usual, figure.LookOf(i), axis, y(i))
			}
		}
		p.legend(c)
		return nil
	}}, nil
}

// differences spans those of the metric of column j, and zero.
func differences(t *Table, v view, j int) (lo, hi float64) {
	of := map[string]bool{}
	for i := range v.rows {
		if c := v.cells[i][j]; c != nil {
			of[c.Metric] = true
		}
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Compare == nil || !of[c.Metric] {
			continue
		}
		half := 0.0
		if c.Compare.DiffCI95 != nil {
			half = *c.Compare.DiffCI95
		}
		lo, hi = min(lo, c.Compare.Diff-half), max(hi, c.Compare.Diff+half)
	}
	if math.IsInf(hi-lo, 0) {
		return lo / 4, hi / 4
	}
	return lo, hi
}

func (t *Table) difference(c draw.Canvas, cell *Cell, usual int, look figure.Look, axis figure.Axis, y vg.Length) {
	text := figure.Letters(figure.SmallFont)
	text.YAlign = draw.YCenter
	switch {
	case cell == nil || cell.N == 0:
		s := t.Spec.show(cell, usual)
		c.FillText(text, vg.Point{X: axis.From + 2, Y: y}, s.centre+s.note)
		return
	case cell.Compare == nil:
		c.FillText(text, vg.Point{X: axis.From + 2, Y: y}, "reference")
		return
	}
	d := cell.Compare
	s := span{d.Diff, d.Diff, d.Diff}
	if d.DiffCI95 != nil {
		s.lo, s.hi = d.Diff-*d.DiffCI95, d.Diff+*d.DiffCI95
	}
	bar(c, s, axis, y, draw.LineStyle{Color: look.Colour, Width: 1})
	look.Hollow = d.PAdjusted == nil || *d.PAdjusted >= alpha
	look.Draw(c, vg.Point{X: axis.At(d.Diff), Y: y}, 2.2)
}
