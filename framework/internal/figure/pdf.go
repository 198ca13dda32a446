package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PDF writes what draws on a page of that size, with the letters that it uses
// embedded and no others. Equal drawings give equal bytes.
func PDF(w io.Writer, width, height vg.Length, draws func(draw.Canvas) error) error {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width.Points(), Ht: height.Points()}})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	p := &pdfCanvas{doc: doc, width: width, height: height, fonts: map[string]bool{}, state: pdfState{matrix: identity}}
	vg.Initialize(p)
	if err := onWhite(draw.NewCanvas(p, width, height), width, height, draws); err != nil {
		return err
	}
	return doc.Output(w)
}

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then is the map of first m, then n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		n.a*m.a + n.c*m.b, n.b*m.a + n.d*m.b,
		n.a*m.c + n.c*m.d, n.b*m.c + n.d*m.d,
		n.a*m.e + n.c*m.f + n.e, n.b*m.e + n.d*m.f + n.f,
	}
}

type pdfState struct {
	matrix matrix
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
	colour color.Color
}

// pdfCanvas is a vg.Canvas that keeps its own transformation; gonum's embeds whole
// fonts, and only the letters of Western Europe.
type pdfCanvas struct {
	doc           *fpdf.Fpdf
	width, height vg.Length
	fonts         map[string]bool
	images        int
	state         pdfState
	stack         []pdfState
}

func (p *pdfCanvas) Size() (w, h vg.Length)   { return p.width, p.height }
func (p *pdfCanvas) SetLineWidth(w vg.Length) { p.state.width = w }
func (p *pdfCanvas) SetLineDash(dashes []vg.Length, off vg.Length) {
	p.state.dashes, p.state.offset = dashes, off
}
func (p *pdfCanvas) SetColor(c color.Color) { p.state.colour = c }
func (p *pdfCanvas) Push()                  { p.stack = append(p.stack, p.state) }
func (p *pdfCanvas) Translate(by vg.Point)  { p.apply(matrix{1, 0, 0, 1, float64(by.X), float64(by.Y)}) }
func (p *pdfCanvas) Scale(x, y float64)     { p.apply(matrix{a: x, d: y}) }
func (p *pdfCanvas) apply(m matrix)         { p.state.matrix = m.then(p.state.matrix) }
func (p *pdfCanvas) Rotate(r float64) {
	s, c := math.Sincos(r)
	p.apply(matrix{c, s, -s, c, 0, 0})
}

func (p *pdfCanvas) Pop() {
	p.state, p.stack = p.stack[len(p.stack)-1], p.stack[:len(p.stack)-1]
}

// at is a point on the page, whose y runs downwards.
func (p *pdfCanvas) at(x vg.Point) (float64, float64) {
	m := p.state.matrix
	return m.a*float64(x.X) + m.c*float64(x.Y) + m.e, float64(p.height) - (m.b*float64(x.X) + m.d*float64(x.Y) + m.f)
}

func (p *pdfCanvas) paint() {
	r, g, b, a := p.state.colour.RGBA()
	alpha := float64(a) / 0xffff
	whole := func(v uint32) int { // colours are premultiplied
		if a == 0 {
			return 0
		}
		return int(math.Round(float64(v) / float64(a) * 255))
	}
	p.doc.SetFillColor(whole(r), whole(g), whole(b))
	p.doc.SetDrawColor(whole(r), whole(g), whole(b))
	p.doc.SetTextColor(whole(r), whole(g), whole(b))
	p.doc.SetAlpha(alpha, "Normal")
}

func (p *pdfCanvas) Stroke(path vg.Path) {
	if p.state.width <= 0 {
		return
	}
	p.paint()
	p.doc.SetLineWidth(float64(p.state.width))
	var dashes []float64
	for _, d := range p.state.dashes {
		dashes = append(dashes, float64(d))
	}
	p.doc.SetDashPattern(dashes, float64(p.state.offset))
	p.trace(path)
	p.doc.DrawPath("D")
}

func (p *pdfCanvas) Fill(path vg.Path) {
	p.paint()
	p.trace(path)
	p.doc.DrawPath("F")
}

func (p *pdfCanvas) trace(path vg.Path) {
	open := false
	for _, c := range path {
		switch c.Type {
		case vg.MoveComp:
			p.doc.MoveTo(p.at(c.Pos))
			open = true
		case vg.LineComp:
			p.doc.LineTo(p.at(c.Pos))
		case vg.CurveComp:
			x, y := p.at(c.Pos)
			ax, ay := p.at(c.Control[0])
			bx, by := p.at(c.Control[len(c.Control)-1])
			p.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
		case vg.ArcComp:
			p.arc(c, open)
			open = true
		case vg.CloseComp:
			p.doc.ClosePath()
		}
	}
}

// arc draws a circle's arc by cubic curves of at most a quarter.
func (p *pdfCanvas) arc(c vg.PathComp, open bool) {
	n := int(math.Ceil(math.Abs(c.Angle) / (math.Pi / 2)))
	step := c.Angle / float64(max(n, 1))
	k := 4.0 / 3 * math.Tan(step/4)
	on := func(t, along float64) vg.Point {
		s, o := math.Sincos(t)
		return vg.Point{X: c.Pos.X + c.Radius*vg.Length(o-along*s), Y: c.Pos.Y + c.Radius*vg.Length(s+along*o)}
	}
	if x, y := p.at(on(c.Start, 0)); open {
		p.doc.LineTo(x, y)
	} else {
		p.doc.MoveTo(x, y)
	}
	for i := range n {
		from := c.Start + float64(i)*step
		ax, ay := p.at(on(from, k))
		bx, by := p.at(on(from+step, -k))
		x, y := p.at(on(from+step, 0))
		p.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
	}
}

func (p *pdfCanvas) FillString(f font.Face, at vg.Point, s string) {
	name := f.Name()
	if !p.fonts[name] {
		var source bytes.Buffer
		if _, err := f.Face.WriteSourceTo(nil, &source); err != nil {
			p.doc.SetError(err)
			return
		}
		p.doc.AddUTF8FontFromBytes(name, "", source.Bytes())
		p.fonts[name] = true
	}
	p.paint()
	p.doc.SetFont(name, "", float64(f.Font.Size))
	x, y := p.at(at)
	if angle := math.Atan2(p.state.matrix.b, p.state.matrix.a); angle != 0 {
		p.doc.TransformBegin()
		p.doc.TransformRotate(angle*180/math.Pi, x, y)
		defer p.doc.TransformEnd()
	}
	p.doc.Text(x, y, s)
}

func (p *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		p.doc.SetError(err)
		return
	}
	p.images++
	name, options := fmt.Sprintf("image-%d", p.images), fpdf.ImageOptions{ImageType: "png"}
	p.doc.RegisterImageOptionsReader(name, options, &b)
	x, y := p.at(vg.Point{X: r.Min.X, Y: r.Max.Y})
	size := r.Size()
	p.doc.ImageOptions(name, x, y, float64(size.X), float64(size.Y), false, options, 0, "")
}
