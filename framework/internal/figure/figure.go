// Package figure draws: [SVG] and [PNG] write what a function draws, in the
// colours and letters that all figures share; [Trial] draws a trial of a
// recording, as bodies that move or as a map of its channels over time.
package figure

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Palette is that of Okabe and Ito (2008), whose colours stay apart in the
// common forms of colour blindness, without its yellow, too pale on white.
var Palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x33, 0x33, 0x33, 0xff},
}

var (
	Ink  = color.RGBA{0x22, 0x22, 0x22, 0xff} // of letters and axes
	Rule = color.RGBA{0xdd, 0xdd, 0xdd, 0xff} // of lines that only guide the eye
)

// FontSize is that of labels, in points of 1/72 inch.
const FontSize = 11 * vg.Length(1)

// Sans is the font of all figures.
func Sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// Letters is the style of a text.
func Letters(size vg.Length) text.Style {
	return text.Style{Color: Ink, Font: Sans(size), Handler: plot.DefaultTextHandler}
}

// fonts are those that a browser may take. Arial and Helvetica have the widths
// of Liberation Sans, which few machines have.
const fonts = "Liberation Sans,Arial,Helvetica,sans-serif"

// PNG writes what draws on a white canvas of that size, at 200 dots per inch.
func PNG(w io.Writer, width, height vg.Length, draws func(draw.Canvas) error) error {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(200))
	if err := onWhite(draw.New(c), width, height, draws); err != nil {
		return err
	}
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

// SVG writes what draws on a white canvas of that size.
func SVG(w io.Writer, width, height vg.Length, draws func(draw.Canvas) error) error {
	c := vgsvg.New(width, height)
	if err := onWhite(draw.New(c), width, height, draws); err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	out := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:"+fonts+";"))
	// gonum/plot embeds PNG images as "jpg", and leaves their aspect to the viewer.
	out = bytes.ReplaceAll(out, []byte("data:image/jpg;"), []byte("data:image/png;"))
	out = bytes.ReplaceAll(out, []byte("<image "), []byte(`<image preserveAspectRatio="none" `))
	_, err := w.Write(out)
	return err
}

func onWhite(c draw.Canvas, width, height vg.Length, draws func(draw.Canvas) error) error {
	c.FillPolygon(color.White, []vg.Point{{}, {X: width}, {X: width, Y: height}, {Y: height}})
	return draws(c)
}
