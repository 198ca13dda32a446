package ot

import "fmt"

// Clouds returns the squared 2-Wasserstein distance between two clouds of points
// in R^d, rows of x and y, whose points all weigh the same: the least mean of
// |x_i − y_j|² over all plans.
func (e *Exact) Clouds(x, y []float32, d int) float64 {
	if d < 1 || len(x) == 0 || len(y) == 0 || len(x)%d != 0 || len(y)%d != 0 {
		panic(fmt.Sprintf("ot: %d and %d numbers are no clouds in %d dimensions", len(x), len(y), d))
	}
	n, m := len(x)/d, len(y)/d
	e.distance, e.x, e.y = grown(e.distance, n*m), widened(e.x, x), widened(e.y, y)
	squaredDistances(e.distance, e.x, e.y, d)
	// In units of which each point has a whole number: n·(m/g) = m·(n/g).
	g := divisor(n, m)
	e.a, e.b = constant(e.a, n, m/g), constant(e.b, m, n/g)
	return e.Solve(nil, e.distance, e.a, e.b)
}

// squaredDistances fills cost [n x m] with |x_i − y_j|², x and y being rows of d
// numbers.
func squaredDistances(cost, x, y []float64, d int) {
	m := len(y) / d
	for i := range len(x) / d {
		p, row := x[i*d:][:d], cost[i*m:][:m]
		for j := range row {
			q := y[j*d:][:d]
			sum, k := 0.0, 0
			for ; k+4 <= d; k += 4 { // four differences at once
				p, q := p[k:k+4:k+4], q[k:k+4:k+4]
				s, t, u, v := p[0]-q[0], p[1]-q[1], p[2]-q[2], p[3]-q[3]
				sum += (s*s + t*t) + (u*u + v*v)
			}
			for ; k < d; k++ {
				s := p[k] - q[k]
				sum += s * s
			}
			row[j] = sum
		}
	}
}

func widened(dst []float64, src []float32) []float64 {
	dst = dst[:0]
	for _, v := range src {
		dst = append(dst, float64(v))
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
