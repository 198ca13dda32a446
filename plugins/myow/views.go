package myow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/augment"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// views turns raw samples into what the networks see.
type views interface {
	draw(at, rows int)         // random patterns for rows, from row at on
	repeat(to, from int)       // row to gets the pattern of row from
	apply(x []float32, at int) // in place; row i gets the pattern of row at+i
}

// pictureViews are those of the profile image, in the order of BYOL: a window brought
// to full size, mirrored or not, brightness and contrast, blur; then the z-score.
type pictureViews struct {
	p                       *params
	side                    int
	scale, shift            []float32
	crops, flips, lit, blur *rand.Rand
	patterns                []pattern
	was, tmp                []float32
}

// pattern is what happens to one picture.
type pattern struct {
	window               augment.Window
	flip                 bool
	brightness, contrast float64
	blur                 float64
}

func newPictureViews(p *params, m *model, rows int, stream func(name string) *rand.Rand) *pictureViews {
	n := len(m.Kept)
	v := &pictureViews{p: p, side: side(n), patterns: make([]pattern, rows), was: make([]float32, n), tmp: make([]float32, n),
		crops: stream("crop"), flips: stream("flip"), lit: stream("light"), blur: stream("blur")}
	v.scale, v.shift = m.affine()
	return v
}

func (v *pictureViews) draw(at, rows int) {
	for i := range v.patterns[at : at+rows] {
		w := &v.patterns[at+i]
		w.window = v.p.crop.Draw(v.side, v.side, v.crops)
		w.flip = v.p.flip.Draw(v.flips)
		w.brightness, w.contrast = v.p.light.Draw(v.lit)
		w.blur = v.p.blur.Draw(v.blur)
	}
}

func (v *pictureViews) repeat(to, from int) { v.patterns[to] = v.patterns[from] }

func (v *pictureViews) apply(x []float32, at int) {
	n := len(v.was)
	for i := range len(x) / n {
		w, picture := &v.patterns[at+i], x[i*n:(i+1)*n]
		copy(v.was, picture)
		w.window.Cut(picture, v.was, v.side, v.side, w.flip)
		augment.Shine(picture, w.brightness, w.contrast)
		augment.Smooth(picture, v.tmp, v.side, v.side, w.blur)
	}
	m := kernel.Of(len(x)/n, n, x)
	kernel.AffineColumns(m, m, v.scale, v.shift, kernel.Identity)
}

// side is the side of a square picture of n pixels, or 0.
func side(n int) int {
	if s := int(math.Sqrt(float64(n)) + 0.5); s*s == n {
		return s
	}
	return 0
}

// standardisePictures keeps every pixel, and one mean and deviation for all.
func (m *model) standardisePictures(r *data.Recording) error {
	n := r.Samples.Cols()
	if s := side(n); s < 8 {
		return framework.Refuse(fmt.Sprintf("profile image needs square pictures of at least 8 x 8 grey values, not %d channels", n), "use another profile")
	}
	low, high, sum, square := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for i := range r.Len() {
		for _, v := range r.Samples.Row(i) {
			x := float64(v)
			low, high, sum, square = min(low, x), max(high, x), sum+x, square+x*x
		}
	}
	if low < 0 || high > 1 {
		return framework.Refuse(fmt.Sprintf("profile image needs grey values from 0 to 1, and these go from %v to %v", low, high), "scale the recording: read: {scale: ...}")
	}
	count := float64(n) * float64(r.Len())
	mean := sum / count
	sd := math.Sqrt(max(square/count-mean*mean, 0))
	if sd == 0 {
		return framework.Refuse("no pixel varies", "check the recording")
	}
	for j := range n {
		m.Kept, m.Mean, m.Std = append(m.Kept, j), append(m.Mean, mean), append(m.Std, sd)
	}
	return nil
}
