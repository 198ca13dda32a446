package figure

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Raster is which units fire, step by step.
type Raster struct {
	Array data.Array // [steps, Lead + k]: what a step is, then the units that fire; -1: no unit
	Lead  int        // columns before the units; the last of them colours a step, where it is a class
	Class int        // that column; -1: all steps are alike
}

const (
	rasterWide = 270 * vg.Length(1)
	rasterHigh = 150 * vg.Length(1)
	mostMarks  = 20_000
)

// Draw returns the size of the drawing and what draws it.
func (r Raster) Draw() (width, height vg.Length, draws func(draw.Canvas) error, err error) {
	a := r.Array
	if len(a.Shape) != 2 || a.Rows() == 0 || a.Cols() <= r.Lead || r.Lead < 0 || r.Class >= r.Lead {
		return 0, 0, nil, fmt.Errorf("an array of shape %v is no raster with %d columns before the units", a.Shape, r.Lead)
	}
	if a.Rows()*(a.Cols()-r.Lead) > mostMarks {
		return 0, 0, nil, fmt.Errorf("a raster of %v has too many marks to be drawn", a.Shape)
	}
	units := float32(0)
	for i := range a.Rows() {
		for _, u := range a.Row(i)[r.Lead:] {
			if u != float32(int(u)) || u < -1 {
				return 0, 0, nil, fmt.Errorf("%v is no number of a unit", u)
			}
			units = max(units, u)
		}
	}
	return matrixLeft + rasterWide + 12, matrixLow + rasterHigh + 6, func(c draw.Canvas) error { r.draw(c, int(units)+1); return nil }, nil
}

func (r Raster) draw(c draw.Canvas, units int) {
	steps := r.Array.Rows()
	top := matrixLow + rasterHigh
	for i := range steps {
		row := r.Array.Row(i)
		look := LookOf(0)
		if r.Class >= 0 && row[r.Class] >= 0 {
			look = LookOf(int(row[r.Class]))
		}
		left := matrixLeft + rasterWide*vg.Length(i)/vg.Length(steps)
		right := left + max(rasterWide/vg.Length(steps)*0.9, 0.6)
		for _, u := range row[r.Lead:] {
			if u < 0 {
				continue
			}
			low := matrixLow + rasterHigh*vg.Length(u)/vg.Length(units)
			high := low + max(rasterHigh/vg.Length(units), 0.7)
			c.FillPolygon(look.Colour, []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
		}
	}
	frame(c, matrixLeft, matrixLow, matrixLeft+rasterWide, top)
	write(c, PaperFont, -1, -1, vg.Point{X: matrixLeft - 4, Y: top}, fmt.Sprint(units-1))
	write(c, PaperFont, -1, 0, vg.Point{X: matrixLeft - 4, Y: matrixLow}, "0")
	write(c, PaperFont, 0, -1, vg.Point{X: 0, Y: top - rasterHigh/2}, "unit")
	write(c, PaperFont, -0.5, -1, vg.Point{X: matrixLeft + rasterWide/2, Y: matrixLow - 4}, fmt.Sprintf("step, of %d", steps))
}
