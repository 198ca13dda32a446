package nn

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// A ConvShape says what a convolution reads and writes: pictures of Height x Width
// pixels with In numbers each, windows of Size x Size pixels that move by Stride,
// Pad pixels of zeros around the picture, Out numbers for every window.
type ConvShape struct{ Height, Width, In, Out, Size, Stride, Pad int }

// OutHeight returns the height of the output in pixels.
func (s ConvShape) OutHeight() int { return (s.Height+2*s.Pad-s.Size)/s.Stride + 1 }

// OutWidth returns the width of the output in pixels.
func (s ConvShape) OutWidth() int { return (s.Width+2*s.Pad-s.Size)/s.Stride + 1 }

// MACs returns how many multiplications one picture takes.
func (s ConvShape) MACs() int { return s.OutHeight() * s.OutWidth() * s.Out * s.window() }

func (s ConvShape) window() int { return s.Size * s.Size * s.In }
func (s ConvShape) pixels() int { return s.Height * s.Width }
func (s ConvShape) places() int { return s.OutHeight() * s.OutWidth() }

// Conv2D is a two-dimensional convolution. A picture is Height·Width rows, line after
// line, of In columns, the channels; with x zero beyond the picture,
//
//	y[i, j, o] = b_o + Σ_{u, v, c} W[o, (u, v, c)] x[i·Stride + u − Pad, j·Stride + v − Pad, c]
//
// BatchNorm behind it normalises channels over pictures and pixels, as it should. W is
// [Out x Size·Size·In]: PyTorch's weight, permuted by (0, 2, 3, 1) and made a matrix.
type Conv2D struct {
	Shape ConvShape
	W     *Param
	B     *Param // nil without a bias
}

// NewConv2D adds the parameters name.weight and, unless bias is nil, name.bias.
func NewConv2D(ps *Params, name string, s ConvShape, weight, bias Init) *Conv2D {
	if s.Stride < 1 || s.Size < 1 || s.Pad < 0 || s.In < 1 || s.Out < 1 || s.Height+2*s.Pad < s.Size || s.Width+2*s.Pad < s.Size {
		panic(fmt.Sprintf("nn.NewConv2D: %s: %+v has no window", name, s))
	}
	c := &Conv2D{Shape: s, W: ps.Matrix(name+".weight", s.Out, s.window(), weight)}
	if bias != nil {
		c.B = ps.Vector(name+".bias", s.Out, bias)
	}
	return c
}

// Apply adds the convolution: OutHeight·OutWidth rows of Out columns for a picture.
func (c *Conv2D) Apply(x *Value) *Value {
	ps := picturePasses("Conv2D "+c.W.Name, x, c.Shape.In, c.Shape.pixels(), c.Shape.places())
	from := []Source{x, c.W}
	if c.B != nil {
		from = append(from, c.B)
	}
	// So many pictures at a time that their windows stay in the second cache. Products
	// are cut there whatever the number of threads.
	at := max(1, 1<<17/(c.Shape.places()*c.Shape.window()))
	o := &conv{Conv2D: c, x: x, chunk: min(at, len(x.data)/x.cols/c.Shape.pixels())}
	o.windows = make([]float32, o.chunk*c.Shape.places()*c.Shape.window())
	return x.graph.Apply(o, c.Shape.Out, ps, from...)
}

// picturePasses are those of an operation that makes `places` rows of every picture
// of `pixels` rows.
func picturePasses(op string, x *Value, cols, pixels, places int) (ps []Pass) {
	for _, p := range x.passes {
		if x.cols != cols || p.each%pixels != 0 {
			panic(fmt.Sprintf("nn.%s takes pictures of %d rows and %d columns, not samples of %d and %d", op, pixels, cols, p.each, x.cols))
		}
		ps = append(ps, p.batch.Pass(p.each/pixels*places))
	}
	return ps
}

// conv writes windows out as rows (im2col), which makes a convolution a product:
// y = M Wᵀ + b, dW = Σ dyᵀ M, dM = dy W, the last added up where windows overlap.
type conv struct {
	*Conv2D
	x       *Value
	chunk   int       // pictures at a time
	windows []float32 // M [chunk·places x window], then dM
	first   int       // picture of the chunk under way
	dx      []float32 // nil where windows are written
}

func (o *conv) Forward(y *Value) {
	e := kernel.Epilogue{}
	if o.B != nil {
		e.Bias = o.B.Data
	}
	w := y.graph.Workers
	o.each(func(rows int) {
		o.dx = nil
		w.Run(o, rows)
		w.MatMul(o.outOf(y.data, rows), o.matrix(rows), kernel.NoTrans, o.W.matrix(o.W.Data), kernel.T, e)
	})
}

func (o *conv) Backward(y *Value) {
	w := y.graph.Workers
	if o.B != nil && o.B.differentiable() {
		kernel.AddColumnSums(o.B.Grad, kernel.Of(y.Rows(), y.cols, y.grad))
	}
	var dx []float32
	if o.x.onPath {
		m, add := o.x.into()
		if dx = m.Data; !add {
			clear(dx[:m.Rows*m.Cols])
		}
	}
	o.each(func(rows int) {
		dy := o.outOf(y.grad, rows)
		if o.W.differentiable() {
			o.dx = nil
			w.Run(o, rows)
			w.MatMul(o.W.matrix(o.W.Grad), dy, kernel.T, o.matrix(rows), kernel.NoTrans, kernel.Epilogue{Add: true})
		}
		if dx != nil {
			w.MatMul(o.matrix(rows), dy, kernel.NoTrans, o.W.matrix(o.W.Data), kernel.NoTrans, kernel.Epilogue{})
			o.dx = dx
			w.Run(o, rows)
		}
	})
}

// each goes through the pictures, some at a time.
func (o *conv) each(do func(pictures int)) {
	all := o.x.Rows() / o.Shape.pixels()
	for o.first = 0; o.first < all; o.first += o.chunk {
		do(min(o.chunk, all-o.first))
	}
}

// matrix is M of so many pictures.
func (o *conv) matrix(pictures int) kernel.Matrix {
	return kernel.Of(pictures*o.Shape.places(), o.Shape.window(), o.windows)
}

// outOf are the rows of the chunk in data that is like y's.
func (o *conv) outOf(data []float32, pictures int) kernel.Matrix {
	p := o.Shape.places()
	return kernel.Of(pictures*p, o.Shape.Out, data[o.first*p*o.Shape.Out:])
}

// Piece writes the windows of one picture of the chunk, or adds their gradients to
// the picture's. Pictures share no memory.
func (o *conv) Piece(i, _ int) {
	s, size := o.Shape, o.Shape.places()*o.Shape.window()
	m, n := o.windows[i*size:(i+1)*size], s.pixels()*s.In
	at := (o.first + i) * n
	if o.dx != nil {
		s.walk(func(window, pixel, run int) {
			kernel.Axpy(o.dx[at+pixel:at+pixel+run], 1, m[window:window+run])
		})
		return
	}
	if s.Pad > 0 {
		clear(m)
	}
	x := o.x.data[at : at+n]
	s.walk(func(window, pixel, run int) { copy(m[window:window+run], x[pixel:pixel+run]) })
}

// walk calls for every line of every window that lies in the picture: where it begins
// in the windows' and in the picture's numbers, and how many they are.
func (s ConvShape) walk(line func(window, pixel, run int)) {
	at := 0
	for i := range s.OutHeight() {
		for j := range s.OutWidth() {
			left := j*s.Stride - s.Pad
			from, to := max(0, -left), min(s.Size, s.Width-left)
			for u := range s.Size {
				if row := i*s.Stride + u - s.Pad; row >= 0 && row < s.Height && from < to {
					line(at+from*s.In, (row*s.Width+left+from)*s.In, (to-from)*s.In)
				}
				at += s.Size * s.In
			}
		}
	}
}
