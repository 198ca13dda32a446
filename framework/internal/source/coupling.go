package source

import (
	"math"
	"math/rand/v2"
)

// coupling is a fixed random invertible map of RealNVP's kind (Dinh et al.
// 2017): blocks of two coupling layers, with a permutation between blocks.
type coupling struct {
	layers [2 * swapBlocks]dense3
	perms  [swapBlocks - 1][]int
}

// dense3 is Linear n/2→w, ReLU, Linear w→w, ReLU, Linear w→n with w = n/4 and
// no biases. (n = 100: 50→25→25→100.)
type dense3 [3][][]float64 // [layer][out][in]

func newCoupling(n int, rng *rand.Rand) *coupling {
	c := new(coupling)
	widths := []int{n / 2, n / 4, n / 4, n}
	for l := range c.layers {
		for k := range 3 {
			in, out := widths[k], widths[k+1]
			bound := math.Sqrt(6 / float64(in+out)) // Glorot
			c.layers[l][k] = make([][]float64, out)
			for o := range out {
				row := make([]float64, in)
				for i := range row {
					row[i] = bound * (2*rng.Float64() - 1)
				}
				c.layers[l][k][o] = row
			}
		}
	}
	for b := range c.perms {
		c.perms[b] = rng.Perm(n)
	}
	return c
}

// apply returns f(x). A layer takes (a, b), the halves of its input, to
// (b ∘ exp(s) + t, a) with (s', t) = net(a) and s = 0.1 tanh(s').
func (c *coupling) apply(x []float64) []float64 {
	h := len(x) / 2
	for l := range c.layers {
		a, b := x[:h], x[h:]
		st := c.layers[l].apply(a)
		y := make([]float64, len(x))
		for i := range b {
			y[i] = float64(b[i]*math.Exp(0.1*math.Tanh(st[i]))) + st[h+i]
		}
		copy(y[h:], a)
		x = y
		if block := l / 2; l%2 == 1 && block < len(c.perms) {
			x = make([]float64, len(y))
			for i, p := range c.perms[block] {
				x[i] = y[p]
			}
		}
	}
	return x
}

func (d *dense3) apply(x []float64) []float64 {
	for k, w := range d {
		y := make([]float64, len(w))
		for o, row := range w {
			sum := 0.0
			for i, v := range row {
				sum += float64(v * x[i]) // never fused, so equal everywhere
			}
			if k < 2 {
				sum = max(sum, 0)
			}
			y[o] = sum
		}
		x = y
	}
	return x
}

// poisson draws a Poisson number of mean lambda by inversion: the least k with
// F(k) ≥ u, F the distribution function. It takes one uniform and is exact to
// rounding for lambda up to a few hundred.
func poisson(rng *rand.Rand, lambda float64) int {
	u := rng.Float64()
	p := math.Exp(-lambda) // P(0)
	sum := p
	k := 0
	for u > sum && p > 0 {
		k++
		p *= lambda / float64(k)
		sum += p
	}
	return k
}
