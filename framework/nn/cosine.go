package nn

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// CosineDistance is the mean over rows of 1 − ⟨x/|x|, y/|y|⟩, with norms floored
// at 1e-12. Both sides get gradients; detach one for BYOL. Their passes are
// paired by position.
func CosineDistance(x, y *Value) *Value {
	mustAgree("CosineDistance", x, y)
	most := len(x.data) / x.cols
	c := &cosine{x: x, y: y}
	for _, b := range []*[]float32{&c.xy, &c.xx, &c.yy, &c.a, &c.b} {
		*b = make([]float32, most)
	}
	return perPass(x, c, x, y)
}

type cosine struct {
	x, y       *Value
	xy, xx, yy []float32 // per row: ⟨x,y⟩/(|x||y|), 1/|x|, 1/|y|
	a, b       []float32
}

func (c *cosine) Forward(l *Value) {
	n := c.x.Rows()
	X, Y := c.x.Matrix(), c.y.Matrix()
	kernel.RowDots(c.xy[:n], X, Y)
	kernel.RowDots(c.xx[:n], X, X)
	kernel.RowDots(c.yy[:n], Y, Y)
	for i := range n {
		c.xx[i], c.yy[i] = inverseNorm(c.xx[i]), inverseNorm(c.yy[i])
		c.xy[i] *= c.xx[i] * c.yy[i]
	}
	for i := range c.x.passes {
		from, to := c.x.PassRows(i)
		l.data[i] = 1 - kernel.Sum(c.xy[from:to])/float32(to-from)
	}
}

// Backward: d(1 − cos)/dx = (cos x/|x| − y/|y|)/|x|, and the same with x and y
// exchanged.
func (c *cosine) Backward(l *Value) {
	c.toward(l, c.x, c.y, c.xx, c.yy)
	c.toward(l, c.y, c.x, c.yy, c.xx)
}

func (c *cosine) toward(l, x, y *Value, xx, yy []float32) {
	dx := x.Partial()
	if dx == nil {
		return
	}
	n := x.Rows()
	for i := range x.passes {
		from, to := x.PassRows(i)
		g := l.grad[i] / float32(to-from)
		for r := from; r < to; r++ {
			c.a[r], c.b[r] = g*c.xy[r]*xx[r]*xx[r], -g*xx[r]*yy[r]
		}
	}
	kernel.ScaleRows(kernel.Of(n, x.cols, dx), c.a[:n], x.Matrix())
	for r := range n {
		kernel.Axpy(dx[r*x.cols:(r+1)*x.cols], c.b[r], y.data[r*x.cols:(r+1)*x.cols])
	}
	x.Accumulate(dx)
}

// inverseNorm is 1/√s for the squared norm s of a row, its norm floored at 1e-12.
func inverseNorm(s float32) float32 {
	return float32(1 / max(math.Sqrt(float64(s)), 1e-12))
}
