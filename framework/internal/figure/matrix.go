package figure

import (
	"errors"
	"fmt"
	"image"
	"math"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Matrix is an array of two dimensions as a plane of colours: a confusion matrix, a
// raster, overlaps.
type Matrix struct {
	Array   data.Array // [rows x columns]
	Shares  bool       // of each row, and colours by them: of counts, such as a confusion matrix
	Names   []string   // of rows and columns, where both are the same; nil: numbers at the ends
	Down    string     // what rows are
	Across  string     // what columns are
	Numbers bool       // write values into the cells, where there is room
}

const (
	matrixLeft = 62 * vg.Length(1)
	matrixLow  = 30 * vg.Length(1)
	matrixSide = 210 * vg.Length(1)
	manyCells  = 12  // rows and columns up to which cells have numbers and names
	mostPixels = 800 // of a side: more rows are thinned out evenly
)

// Draw returns the size of the drawing and what draws it.
func (m Matrix) Draw() (width, height vg.Length, draws func(draw.Canvas) error, err error) {
	if len(m.Array.Shape) != 2 || m.Array.Rows() == 0 || m.Array.Cols() == 0 {
		return 0, 0, nil, fmt.Errorf("an array of shape %v is no plane", m.Array.Shape)
	}
	for _, v := range m.Array.Values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return 0, 0, nil, errors.New("the array has values that are no numbers")
		}
	}
	if m.Shares {
		m.Array = shares(m.Array)
	}
	return matrixLeft + matrixSide + 12, matrixLow + matrixSide + 6, m.draw, nil
}

// shares divides each row by its sum.
func shares(a data.Array) data.Array {
	out := data.NewArray(a.Shape...)
	for i := range a.Rows() {
		var sum float32
		for _, v := range a.Row(i) {
			sum += v
		}
		for j, v := range a.Row(i) {
			if sum > 0 {
				out.Row(i)[j] = v / sum
			}
		}
	}
	return out
}

func (m Matrix) draw(c draw.Canvas) error {
	rows, cols := m.Array.Rows(), m.Array.Cols()
	s := newScale(m.Array.Values)
	if m.Shares {
		s = scale{0, 1}
	}
	h, w := min(rows, mostPixels), min(cols, mostPixels)
	up, wide := max(1, mostPixels/h), max(1, mostPixels/w)
	img := image.NewRGBA(image.Rect(0, 0, w*wide, h*up))
	for y := range h * up {
		for x := range w * wide {
			img.SetRGBA(x, y, s.colour(float64(m.Array.Row(y / up * rows / h)[x/wide*cols/w])))
		}
	}
	top := matrixLow + matrixSide
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: matrixLeft, Y: matrixLow}, Max: vg.Point{X: matrixLeft + matrixSide, Y: top}}, img)
	frame(c, matrixLeft, matrixLow, matrixLeft+matrixSide, top)
	cell := func(i, n int) vg.Length { return matrixSide / vg.Length(n) * (vg.Length(i) + 0.5) }
	for i := range rows {
		if rows <= manyCells || i == 0 || i == rows-1 {
			write(c, PaperFont, -1, -0.5, vg.Point{X: matrixLeft - 4, Y: top - cell(i, rows)}, m.name(i))
		}
	}
	for j := range cols {
		if cols <= manyCells || j == 0 || j == cols-1 {
			write(c, PaperFont, -0.5, -1, vg.Point{X: matrixLeft + cell(j, cols), Y: matrixLow - 4}, clip(m.name(j), 8))
		}
	}
	write(c, PaperFont, 0, -1, vg.Point{X: matrixLeft, Y: matrixLow - 17}, m.Across)
	write(c, PaperFont, 0, -1, vg.Point{X: 0, Y: top}, m.Down)
	if !m.Numbers || rows > manyCells || cols > manyCells {
		return nil
	}
	for i := range rows {
		for j, v := range m.Array.Row(i) {
			style := Letters(SmallFont)
			style.XAlign, style.YAlign = -0.5, -0.5
			if math.Abs(float64(v)) > 0.55*max(s.most, -s.least) {
				style.Color = blues[0] // white on dark
			}
			c.FillText(style, vg.Point{X: matrixLeft + cell(j, cols), Y: top - cell(i, rows)}, fmt.Sprintf("%.2g", v))
		}
	}
	return nil
}

func (m Matrix) name(i int) string {
	if i < len(m.Names) {
		return clip(m.Names[i], 9)
	}
	return fmt.Sprint(i)
}
