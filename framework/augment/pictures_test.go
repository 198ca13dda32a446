package augment

import (
	"math"
	"slices"
	"testing"
)

// ramp is a picture whose value is a plane over its pixels' centres.
func ramp(height, width int, a, b, c float64) []float32 {
	x := make([]float32, height*width)
	for i := range height {
		for j := range width {
			x[i*width+j] = float32(a*(float64(i)+0.5) + b*(float64(j)+0.5) + c)
		}
	}
	return x
}

// A window of a plane is the plane of the window, away from the border; the whole
// picture stays as it is, and a flip turns its lines.
func TestCut(t *testing.T) {
	const h, w = 8, 10
	x, got := ramp(h, w, 2, 3, 1), make([]float32, h*w)
	Window{0, 0, 1}.Cut(got, x, h, w, false)
	if !slices.Equal(got, x) {
		t.Errorf("the whole picture becomes %v", got)
	}
	Window{0, 0, 1}.Cut(got, x, h, w, true)
	for i := range h {
		line := slices.Clone(got[i*w : (i+1)*w])
		slices.Reverse(line)
		if !slices.Equal(line, x[i*w:(i+1)*w]) {
			t.Fatalf("line %d, turned, is %v", i, line)
		}
	}
	Window{1.5, 2.25, 0.5}.Cut(got, x, h, w, false)
	want := ramp(h, w, 2*0.5, 3*0.5, 2*1.5+3*2.25+1)
	for i, v := range got {
		if math.Abs(float64(v-want[i])) > 1e-4 {
			t.Fatalf("number %d of a window is %v, want %v", i, v, want[i])
		}
	}
}

// Windows have areas that are uniform, and lie in the picture.
func TestCrop(t *testing.T) {
	rng, sum, n := stream(), 0.0, 20000
	for range n {
		w := Crop{0.2}.Draw(8, 10, rng)
		area := w.Side * w.Side
		sum += area
		if area < 0.2 || w.Side > 1 || w.Top < 0 || w.Left < 0 || w.Top+8*w.Side > 8+1e-9 || w.Left+10*w.Side > 10+1e-9 {
			t.Fatalf("the window %+v is not inside", w)
		}
	}
	if mean := sum / float64(n); math.Abs(mean-0.6) > 0.01 {
		t.Errorf("the mean area is %v, want 0.6", mean)
	}
	if w := (Crop{1}).Draw(8, 10, rng); w != (Window{0, 0, 1}) {
		t.Errorf("least of 1 cuts %+v", w)
	}
}

// A blurred point is the product of two Gaussians, with the same sum; a picture of one
// value stays, as does every picture at 0.
func TestSmooth(t *testing.T) {
	const h, w, sd = 15, 17, 1.2
	x, tmp := make([]float32, h*w), make([]float32, h*w)
	x[7*w+8] = 1
	Smooth(x, tmp, h, w, sd)
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Errorf("the sum is %v", sum)
	}
	for _, at := range [][2]int{{1, 0}, {0, 2}, {3, 1}, {-2, -2}} {
		want := math.Exp(-float64(at[0]*at[0]+at[1]*at[1]) / (2 * sd * sd))
		if got := float64(x[(7+at[0])*w+8+at[1]] / x[7*w+8]); math.Abs(got-want) > 1e-5 {
			t.Errorf("%v from the point: %v of it, want %v", at, got, want)
		}
	}
	flat := slices.Repeat([]float32{0.5}, h*w)
	Smooth(flat, tmp, h, w, 2)
	for _, v := range flat {
		if math.Abs(float64(v)-0.5) > 1e-6 {
			t.Fatalf("a flat picture has %v", v)
		}
	}
	was := slices.Clone(x)
	Smooth(x, tmp, h, w, 0)
	if !slices.Equal(x, was) {
		t.Error("a blur of 0 changes the picture")
	}
}

func TestShine(t *testing.T) {
	x := []float32{0.2, 0.4, 0.6}
	Shine(x, 1.5, 0.5) // b x = .3 .6 .9 about .6
	for i, want := range []float64{0.45, 0.6, 0.75} {
		if math.Abs(float64(x[i])-want) > 1e-6 {
			t.Errorf("%v, want .45 .6 .75", x)
		}
	}
	Shine(x, 10, 1)
	if !slices.Equal(x, []float32{1, 1, 1}) {
		t.Errorf("%v is not cut off at 1", x)
	}
}

// Draws touch as many pictures as they say, within their bounds.
func TestDraws(t *testing.T) {
	rng, blurred, lit, flipped, n := stream(), 0, 0, 0, 20000
	for range n {
		if sd := (Blur{0.5, 1.5, 0.3}).Draw(rng); sd > 0 {
			blurred++
			if sd < 0.5 || sd > 1.5 {
				t.Fatalf("a blur of %v", sd)
			}
		}
		if b, c := (Light{0.4, 0.2, 0.8}).Draw(rng); b != 1 {
			lit++
			if b < 0.6 || b > 1.4 || c < 0.8 || c > 1.2 {
				t.Fatalf("factors %v and %v", b, c)
			}
		}
		if (Flip{0.5}).Draw(rng) {
			flipped++
		}
		if (Flip{}).Draw(rng) {
			t.Fatal("a flip that is off")
		}
	}
	for what, d := range map[string]float64{"blur": float64(blurred)/float64(n) - 0.3, "light": float64(lit)/float64(n) - 0.8, "flip": float64(flipped)/float64(n) - 0.5} {
		if math.Abs(d) > 0.02 {
			t.Errorf("%s: off by %v", what, d)
		}
	}
}
