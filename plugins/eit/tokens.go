package eit

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// prepend puts a token [d] before every sequence of that length.
func prepend(token *nn.Param, x *nn.Value, length int) *nn.Value {
	flat := nn.Reshape(x, length*x.Cols())
	y := x.Graph().Apply(&prepended{token, flat}, flat.Cols()+x.Cols(), flat.Passes(), flat, token)
	return nn.Reshape(y, x.Cols())
}

type prepended struct {
	token *nn.Param
	x     *nn.Value // a sequence in a row
}

func (p *prepended) Forward(y *nn.Value) {
	to, from, d := y.Matrix(), p.x.Matrix(), len(p.token.Data)
	for i := range to.Rows {
		copy(to.Row(i), p.token.Data)
		copy(to.Row(i)[d:], from.Row(i))
	}
}

func (p *prepended) Backward(y *nn.Value) {
	d := len(p.token.Data)
	dy := kernel.Of(y.Rows(), y.Cols(), y.Grad())
	if p.token.Grad != nil {
		for i := range dy.Rows {
			kernel.Axpy(p.token.Grad, 1, dy.Row(i)[:d])
		}
	}
	if dx := p.x.Partial(); dx != nil {
		for i := range dy.Rows {
			copy(dx[i*p.x.Cols():], dy.Row(i)[d:])
		}
		p.x.Accumulate(dx)
	}
}

// tokenMean is the mean over the tokens of every sequence of that length.
func tokenMean(x *nn.Value, length int) *nn.Value {
	flat := nn.Reshape(x, length*x.Cols())
	return x.Graph().Apply(&meanOfTokens{flat, length}, x.Cols(), flat.Passes(), flat)
}

type meanOfTokens struct {
	x      *nn.Value // a sequence in a row
	length int
}

func (m *meanOfTokens) Forward(y *nn.Value) {
	to, from, d := y.Matrix(), m.x.Matrix(), y.Cols()
	clear(y.Data())
	for i := range to.Rows {
		for j := range m.length {
			kernel.Axpy(to.Row(i), 1/float32(m.length), from.Row(i)[j*d:(j+1)*d])
		}
	}
}

func (m *meanOfTokens) Backward(y *nn.Value) {
	dx := m.x.Partial()
	if dx == nil {
		return
	}
	d := y.Cols()
	for i := range y.Rows() {
		for j := range m.length {
			kernel.Scale(dx[i*m.x.Cols()+j*d:][:d], 1/float32(m.length), y.Grad()[i*d:(i+1)*d])
		}
	}
	m.x.Accumulate(dx)
}

// masked is what stands in the place of hidden tokens: x where nothing is
// hidden, elsewhere a learned vector.
type masked struct {
	vector *nn.Linear // from one number, without bias
	hide   *nn.Value  // [rows x 1], 1 where a token is hidden
	keep   *nn.Value  // [rows x d], 0 where it is
}

func newMasked(ps *nn.Params, d int, init *rand.Rand) *nn.Linear {
	return nn.NewLinear(ps, "mask", 1, d, nn.Normal(1, init), nil)
}

// hidden returns x (1 − m) + m v and where to say what m is.
func hidden(vector *nn.Linear, x *nn.Value) (*nn.Value, *masked) {
	m := &masked{vector, x.Graph().Input(1, x.Passes()...), x.Graph().Input(x.Cols(), x.Passes()...)}
	return nn.Add(nn.Mul(x, m.keep), vector.Apply(m.hide)), m
}

// set hides the named rows and no others.
func (m *masked) set(rows []int) {
	clear(m.hide.Data())
	kernel.Fill(m.keep.Data(), 1)
	for _, r := range rows {
		m.hide.Data()[r] = 1
		clear(m.keep.Matrix().Row(r))
	}
}

// absoluteError is the mean over rows of |y − t|, of one column; t gets no
// gradient.
func absoluteError(y, t *nn.Value) *nn.Value {
	return y.Graph().Apply(&mae{y, t}, 1, []nn.Pass{nn.NewBatch(1).Pass(1)}, y)
}

type mae struct{ y, t *nn.Value }

func (m *mae) Forward(l *nn.Value) {
	sum := 0.0
	for i, y := range m.y.Data() {
		sum += math.Abs(float64(y) - float64(m.t.Data()[i]))
	}
	l.Data()[0] = float32(sum / float64(m.y.Rows()))
}

func (m *mae) Backward(l *nn.Value) {
	dy := m.y.Partial()
	if dy == nil {
		return
	}
	each := l.Grad()[0] / float32(m.y.Rows())
	for i, y := range m.y.Data() {
		switch t := m.t.Data()[i]; {
		case y > t:
			dy[i] = each
		case y < t:
			dy[i] = -each
		default:
			dy[i] = 0
		}
	}
	m.y.Accumulate(dy)
}
