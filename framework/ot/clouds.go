package ot

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// Clouds returns the squared 2-Wasserstein distance between two clouds of points
// in R^d, rows of x and y, whose points all weigh the same: the least mean of
// |x_i − y_j|² over all plans.
func (e *Exact) Clouds(x, y []float32, d int) float64 {
	if d < 1 || len(x) == 0 || len(y) == 0 || len(x)%d != 0 || len(y)%d != 0 {
		panic(fmt.Sprintf("ot: %d and %d numbers are no clouds in %d dimensions", len(x), len(y), d))
	}
	n, m := len(x)/d, len(y)/d
	e.distance, e.x, e.y = grown(e.distance, n*m), widened(e.x, x), columns(e.y, y, d)
	for i := range n {
		kernel.SquaredDistances(e.distance[i*m:][:m], e.x[i*d:][:d], e.y)
	}
	// In units of which each point has a whole number: n·(m/g) = m·(n/g).
	g := divisor(n, m)
	e.a, e.b = constant(e.a, n, m/g), constant(e.b, m, n/g)
	return e.Solve(nil, e.distance, e.a, e.b)
}

func widened(dst []float64, src []float32) []float64 {
	dst = dst[:0]
	for _, v := range src {
		dst = append(dst, float64(v))
	}
	return dst
}

// columns transposes rows of d numbers.
func columns(dst []float64, src []float32, d int) []float64 {
	m := len(src) / d
	dst = grown(dst, len(src))
	for j := range m {
		for k, v := range src[j*d:][:d] {
			dst[k*m+j] = float64(v)
		}
	}
	return dst
}

func divisor(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

func constant(x []int, n, value int) []int {
	x = x[:0]
	for range n {
		x = append(x, value)
	}
	return x
}
