package augment

import (
	"math"
	"math/rand/v2"
)

// Pictures of the functions here are height·width grey values, line after line.

// A Window is a square part of a picture, from pixel (Top, Left) on, which may lie
// between pixels; Side is its share of the picture's sides.
type Window struct{ Top, Left, Side float64 }

// Crop draws windows: a square with a share U(Least, 1) of the area, anywhere in the
// picture. Least of 1 is the whole picture.
type Crop struct{ Least float64 }

// Draw draws a window of a picture of height x width pixels.
func (c Crop) Draw(height, width int, rng *rand.Rand) Window {
	side := math.Sqrt(c.Least + (1-c.Least)*rng.Float64())
	return Window{(1 - side) * float64(height) * rng.Float64(), (1 - side) * float64(width) * rng.Float64(), side}
}

// Cut writes the window of src, brought to the size of the picture by bilinear
// interpolation, to dst; mirrored left to right where flip. Pixel centres are at
// halves, and beyond the picture its border goes on.
func (w Window) Cut(dst, src []float32, height, width int, flip bool) {
	for i := range height {
		top, below := between(w.Top+(float64(i)+0.5)*w.Side-0.5, height)
		for j := range width {
			left, right := between(w.Left+(float64(j)+0.5)*w.Side-0.5, width)
			a, b := src[top*width:(top+1)*width], src[min(top+1, height-1)*width:]
			next := min(left+1, width-1)
			upper := float32(a[left]*(1-right)) + float32(a[next]*right)
			lower := float32(b[left]*(1-right)) + float32(b[next]*right)
			to := j
			if flip {
				to = width - 1 - j
			}
			dst[i*width+to] = float32(upper*(1-below)) + float32(lower*below)
		}
	}
}

// between is the pixel at or before x, inside 0 ... n−1, and the weight of the next.
func between(x float64, n int) (at int, weight float32) {
	x = min(max(x, 0), float64(n-1))
	at = int(x)
	return at, float32(x - float64(at))
}

// Flip mirrors a picture left to right with probability P.
type Flip struct{ P float64 }

// Draw says whether.
func (f Flip) Draw(rng *rand.Rand) bool { return f.P > 0 && rng.Float64() < f.P }

// Blur is a Gaussian blur with a standard deviation U(Least, Most) in pixels; a
// picture is touched with probability Apply.
type Blur struct{ Least, Most, Apply float64 }

// Draw returns a standard deviation; 0 leaves the picture as it is.
func (b Blur) Draw(rng *rand.Rand) float64 {
	if b.Apply <= 0 || rng.Float64() >= b.Apply {
		return 0
	}
	return b.Least + (b.Most-b.Least)*rng.Float64()
}

// Smooth blurs a picture in place: lines, then columns, each with
//
//	w_u = exp(−u²/2σ²) / Σ,   |u| ≤ ⌈3σ⌉
//
// Beyond the picture its border goes on. tmp has room for the picture.
func Smooth(x, tmp []float32, height, width int, sd float64) {
	if sd <= 0 {
		return
	}
	reach := int(math.Ceil(3 * sd))
	weights, sum := make([]float32, 2*reach+1), 0.0
	for u := -reach; u <= reach; u++ {
		sum += math.Exp(-float64(u*u) / (2 * sd * sd))
	}
	for u := -reach; u <= reach; u++ {
		weights[u+reach] = float32(math.Exp(-float64(u*u)/(2*sd*sd)) / sum)
	}
	along(tmp, x, height, width, width, 1, weights)
	along(x, tmp, width, height, 1, width, weights)
}

// along filters n lines of m numbers; a line begins every `line` numbers, and its
// numbers lie `step` apart.
func along(dst, src []float32, n, m, line, step int, weights []float32) {
	reach := len(weights) / 2
	for i := range n {
		for j := range m {
			sum := float32(0)
			for u, w := range weights {
				sum += float32(w * src[i*line+min(max(j+u-reach, 0), m-1)*step])
			}
			dst[i*line+j*step] = sum
		}
	}
}

// Light changes brightness and contrast by factors U(1 − Brightness, 1 + Brightness)
// and U(1 − Contrast, 1 + Contrast); a picture is touched with probability Apply.
type Light struct{ Brightness, Contrast, Apply float64 }

// Draw returns the two factors; 1 and 1 leave the picture as it is.
func (l Light) Draw(rng *rand.Rand) (brightness, contrast float64) {
	if l.Apply <= 0 || rng.Float64() >= l.Apply {
		return 1, 1
	}
	return 1 + l.Brightness*(2*rng.Float64()-1), 1 + l.Contrast*(2*rng.Float64()-1)
}

// Shine changes a picture of values from 0 to 1 in place: with m the mean of b x,
//
//	x ← c (b x − m) + m, cut off at 0 and 1
func Shine(x []float32, brightness, contrast float64) {
	if brightness == 1 && contrast == 1 {
		return
	}
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	m := brightness * sum / float64(len(x))
	for i, v := range x {
		x[i] = float32(min(max(contrast*(brightness*float64(v)-m)+m, 0), 1))
	}
}
