package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// AveragePool is the mean over windows of size x size pixels that move by stride, of
// pictures of height x width rows (see Conv2D); windows do not reach beyond the
// picture. With size = height = width a picture becomes one row: its mean.
func AveragePool(x *Value, height, width, size, stride int) *Value {
	if size < 1 || stride < 1 || size > min(height, width) {
		panic(fmt.Sprintf("nn.AveragePool: no window of %d moves by %d in %d x %d", size, stride, height, width))
	}
	// Its windows are those of a convolution of one line each, of all channels.
	s := ConvShape{Height: height, Width: width, In: x.cols, Size: size, Stride: stride}
	ps := picturePasses("AveragePool", x, x.cols, s.pixels(), s.places())
	return x.graph.Apply(&averagePool{x: x, shape: s}, x.cols, ps, x)
}

type averagePool struct {
	x     *Value
	shape ConvShape
}

func (p *averagePool) Forward(y *Value) {
	clear(y.Data())
	p.each(func(place, pixel int) {
		kernel.Axpy(y.data[place:place+y.cols], p.share(), p.x.data[pixel:pixel+y.cols])
	})
}

func (p *averagePool) Backward(y *Value) {
	if !p.x.onPath {
		return
	}
	dx, add := p.x.into()
	if !add {
		clear(dx.Data[:dx.Rows*dx.Cols])
	}
	p.each(func(place, pixel int) {
		kernel.Axpy(dx.Data[pixel:pixel+y.cols], p.share(), y.grad[place:place+y.cols])
	})
}

func (p *averagePool) share() float32 { return 1 / float32(p.shape.Size*p.shape.Size) }

// each calls for every pixel of every window of every picture, with where the numbers
// of place and pixel begin.
func (p *averagePool) each(do func(place, pixel int)) {
	s, c := p.shape, p.x.cols
	place := 0
	for first := 0; first < p.x.Rows(); first += s.pixels() {
		for i := range s.OutHeight() {
			for j := range s.OutWidth() {
				for u := range s.Size {
					for v := range s.Size {
						do(place, (first+(i*s.Stride+u)*s.Width+j*s.Stride+v)*c)
					}
				}
				place += c
			}
		}
	}
}
