package figure

import (
	"fmt"
	"image/color"
	"math"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cloud is an embedding in two dimensions: of one with more, the two in which it varies
// most.
type Cloud struct {
	Embedding data.Array  // [samples x dims], dims >= 1
	Target    data.Target // that colours the samples
	Classes   []string    // names of the target's classes; nil: their numbers
}

const (
	cloudSize   = 190 * vg.Length(1)
	cloudLegend = 80 * vg.Length(1)
	cloudMost   = 1500 // samples drawn, evenly over all
	cloudNames  = 14   // classes in the legend
)

// Draw returns the size of the drawing, what draws it, and the share of the variance
// that it shows.
func (k Cloud) Draw() (width, height vg.Length, draws func(draw.Canvas) error, share float64, err error) {
	at, share, err := k.plane()
	if err != nil {
		return 0, 0, nil, 0, err
	}
	return cloudSize + cloudLegend, cloudSize, func(c draw.Canvas) error { k.draw(c, at); return nil }, share, nil
}

// plane places the samples by the first two principal components: with X the samples
// less their mean, of which at most 5,000 even ones are looked at,
//
//	XᵀX = V Λ Vᵀ,  z = X [v1 v2],  share = (λ1 + λ2) / Σ λ
//
// where the largest entry of each v is positive. One or two dimensions stay as they are.
func (k Cloud) plane() (at [][2]float64, share float64, err error) {
	x := k.Embedding
	if len(x.Shape) != 2 || x.Rows() < 2 || x.Cols() < 1 {
		return nil, 0, fmt.Errorf("an embedding of shape %v has no plane", x.Shape)
	}
	n, d := x.Rows(), x.Cols()
	at = make([][2]float64, n)
	if d <= 2 {
		for i := range at {
			at[i][0], at[i][1] = float64(x.Row(i)[0]), float64(x.Row(i)[d-1])
			if d == 1 {
				at[i][1] = float64(i) // over time
			}
		}
		return at, 1, nil
	}
	const looked, widest = 5000, 2048
	if d > widest {
		return nil, 0, fmt.Errorf("an embedding of %d dimensions is too wide to be drawn", d)
	}
	step := (n + looked - 1) / looked
	mean := make([]float64, d)
	rows := 0
	for i := 0; i < n; i += step {
		rows++
		for j, v := range x.Row(i) {
			mean[j] += float64(v)
		}
	}
	for j := range mean {
		mean[j] /= float64(rows)
	}
	centred := mat.NewDense(rows, d, nil)
	for i, r := 0, 0; i < n; i, r = i+step, r+1 {
		for j, v := range x.Row(i) {
			centred.Set(r, j, float64(v)-mean[j])
		}
	}
	var cov mat.SymDense
	cov.SymOuterK(1, centred.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&cov, true) {
		return nil, 0, fmt.Errorf("the embedding has no principal components")
	}
	values := eigen.Values(nil) // ascending
	var all float64
	for _, v := range values {
		all += max(v, 0)
	}
	if all == 0 {
		return nil, 0, fmt.Errorf("all samples of the embedding are the same")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for k := range 2 {
		v := mat.Col(nil, d-1-k, &vectors)
		far := 0
		for j := range v {
			if math.Abs(v[j]) > math.Abs(v[far]) {
				far = j
			}
		}
		sign := math.Copysign(1, v[far])
		for i := range at {
			for j, y := range x.Row(i) {
				at[i][k] += sign * v[j] * (float64(y) - mean[j])
			}
		}
	}
	return at, (max(values[d-1], 0) + max(values[d-2], 0)) / all, nil
}

func (k Cloud) draw(c draw.Canvas, at [][2]float64) {
	const edge = 8
	lo, hi := at[0], at[0]
	for _, p := range at {
		for j := range 2 {
			lo[j], hi[j] = min(lo[j], p[j]), max(hi[j], p[j])
		}
	}
	place := func(j int, v float64) vg.Length {
		if hi[j] == lo[j] {
			return cloudSize / 2
		}
		return edge + (cloudSize-2*edge)*vg.Length((v-lo[j])/(hi[j]-lo[j]))
	}
	frame(c, 0.5, 0.5, cloudSize-0.5, cloudSize-0.5)
	look := k.looks()
	step := max(1, (len(at)+cloudMost-1)/cloudMost)
	for i := 0; i < len(at); i += step {
		look(i).Draw(c, vg.Point{X: place(0, at[i][0]), Y: place(1, at[i][1])}, 1.6)
	}
	k.legend(c)
}

// looks says how a sample is drawn: by its class, or by the target's first value.
func (k Cloud) looks() func(i int) Look {
	if k.Target.IsClass() {
		return func(i int) Look { return LookOf(int(k.Target.Labels[i])) }
	}
	v := k.Target.Values
	if v.Rows() == 0 {
		return func(int) Look { return LookOf(0) }
	}
	lo, hi := ends(v)
	return func(i int) Look {
		share := 0.5
		if hi > lo {
			share = (float64(v.Row(i)[0]) - lo) / (hi - lo)
		}
		return Look{Colour: along(warm, share), Shape: draw.CircleGlyph{}}
	}
}

// warm goes from blue through grey to vermilion, without white, which nobody would see.
var warm = []color.RGBA{{0x08, 0x30, 0x6b, 0xff}, {0x56, 0xa0, 0xd0, 0xff}, {0xb0, 0xb0, 0xb0, 0xff}, {0xe8, 0x80, 0x30, 0xff}, {0x9f, 0x2f, 0x04, 0xff}}

func ends(v data.Array) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i := range v.Rows() {
		x := float64(v.Row(i)[0])
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

func (k Cloud) legend(c draw.Canvas) {
	x, y := cloudSize+10, cloudSize-8
	line := func(mark *Look, s string) {
		if mark != nil {
			mark.Draw(c, vg.Point{X: x, Y: y}, 2.4)
		}
		write(c, PaperFont, 0, -0.5, vg.Point{X: x + 8, Y: y}, clip(s, 16))
		y -= 12
	}
	line(nil, k.Target.Name)
	if !k.Target.IsClass() {
		if k.Target.Values.Rows() > 0 {
			lo, hi := ends(k.Target.Values)
			for i, v := range []float64{hi, (lo + hi) / 2, lo} {
				line(&Look{Colour: along(warm, 1-float64(i)/2), Shape: draw.CircleGlyph{}}, fmt.Sprintf("%.3g", v))
			}
		}
		return
	}
	for l := range k.Target.Classes {
		if l == cloudNames {
			line(nil, fmt.Sprintf("and %d more", k.Target.Classes-l))
			return
		}
		name := fmt.Sprint(l)
		if l < len(k.Classes) {
			name = k.Classes[l]
		}
		look := LookOf(l)
		line(&look, name)
	}
}
