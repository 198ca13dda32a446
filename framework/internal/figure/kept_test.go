package figure

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A plane that is turned into more dimensions is found again, up to a turn: distances
// stay, and all of the variance is shown.
func TestPlane(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const n, d = 300, 6
	var u, v [d]float64 // orthonormal
	for j := range d {
		u[j] = math.Sqrt(2.0/d) * math.Cos(2*math.Pi*float64(j)/d)
		v[j] = math.Sqrt(2.0/d) * math.Sin(2*math.Pi*float64(j)/d)
	}
	x := data.NewArray(n, d)
	flat := make([][2]float64, n)
	for i := range n {
		flat[i] = [2]float64{3 * r.NormFloat64(), r.NormFloat64()}
		for j := range d {
			x.Row(i)[j] = float32(5 + flat[i][0]*u[j] + flat[i][1]*v[j])
		}
	}
	at, share, err := Cloud{Embedding: x}.plane()
	if err != nil || math.Abs(share-1) > 1e-6 {
		t.Fatal(share, err)
	}
	var spread [2]float64
	for i := 1; i < n; i++ {
		was := math.Hypot(flat[i][0]-flat[0][0], flat[i][1]-flat[0][1])
		if is := math.Hypot(at[i][0]-at[0][0], at[i][1]-at[0][1]); math.Abs(is-was) > 1e-4*(1+was) { // of float32
			t.Fatalf("sample %d is %v from the first, was %v", i, is, was)
		}
		for k := range 2 {
			spread[k] += at[i][k] * at[i][k]
		}
	}
	if spread[0] <= spread[1] {
		t.Errorf("the first direction varies less: %v", spread)
	}
	for _, bad := range []data.Array{data.NewArray(3), data.NewArray(1, 4), data.NewArray(5, 4)} {
		if _, _, err := (Cloud{Embedding: bad}).plane(); err == nil {
			t.Errorf("an array of shape %v has a plane", bad.Shape)
		}
	}
}

// pixels draws and reads the colours of some places, given in points from the left and
// from below.
func pixels(t *testing.T, width, height vg.Length, draws func(draw.Canvas) error, at ...vg.Point) (out []color.RGBA) {
	t.Helper()
	var b bytes.Buffer
	if err := PNG(&b, width, height, draws); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	dots := float64(img.Bounds().Dy()) / float64(height)
	for _, p := range at {
		r, g, bl, _ := img.At(int(float64(p.X)*dots), int(float64(height-p.Y)*dots)).RGBA()
		out = append(out, color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255})
	}
	return out
}

// The first row is above, and shares are of rows.
func TestMatrix(t *testing.T) {
	m := Matrix{Array: data.Array{Shape: []int{2, 2}, Values: []float32{0, 10, 0, 1}}, Shares: true}
	w, h, draws, err := m.Draw()
	if err != nil {
		t.Fatal(err)
	}
	at := func(i, j int) vg.Point {
		return vg.Point{X: matrixLeft + matrixSide/4*vg.Length(1+2*j), Y: matrixLow + matrixSide - matrixSide/4*vg.Length(1+2*i)}
	}
	got := pixels(t, w, h, draws, at(0, 0), at(0, 1), at(1, 0), at(1, 1))
	white, dark := blues[0], blues[len(blues)-1]
	for i, want := range []color.RGBA{white, dark, white, dark} {
		if got[i] != want {
			t.Errorf("cell %d is %v, want %v", i, got[i], want)
		}
	}
	for _, bad := range []data.Array{{Shape: []int{2}, Values: []float32{1, 2}}, {Shape: []int{0, 2}}, {Shape: []int{1, 1}, Values: []float32{float32(math.NaN())}}} {
		if _, _, _, err := (Matrix{Array: bad}).Draw(); err == nil {
			t.Errorf("an array %v was drawn", bad)
		}
	}
}

// Units that fire are marked in their step, in the colour of its class; the others are not.
func TestRaster(t *testing.T) {
	r := Raster{Array: data.Array{Shape: []int{2, 3}, Values: []float32{0, 0, 3, 1, 1, -1}}, Lead: 1, Class: 0}
	w, h, draws, err := r.Draw()
	if err != nil {
		t.Fatal(err)
	}
	at := func(step, unit int) vg.Point {
		return vg.Point{X: matrixLeft + rasterWide/4*vg.Length(1+2*step), Y: matrixLow + rasterHigh/8*vg.Length(1+2*unit)}
	}
	got := pixels(t, w, h, draws, at(0, 0), at(0, 1), at(0, 3), at(1, 1), at(1, 3))
	white := color.RGBA{255, 255, 255, 255}
	for i, want := range []color.RGBA{LookOf(0).Colour, white, LookOf(0).Colour, LookOf(1).Colour, white} {
		if got[i] != want {
			t.Errorf("place %d is %v, want %v", i, got[i], want)
		}
	}
	for _, bad := range []Raster{{Array: data.NewArray(2, 3), Lead: 3, Class: -1}, {Array: data.Array{Shape: []int{1, 2}, Values: []float32{0, 0.5}}, Lead: 1, Class: -1}, {Array: data.NewArray(30_000, 3), Lead: 1}} {
		if _, _, _, err := bad.Draw(); err == nil {
			t.Errorf("%v was drawn", bad.Array.Shape)
		}
	}
}
