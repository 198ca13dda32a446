package probe

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// linear is ridge regression in closed form: with X and Y about their means,
//
//	W = argmin ‖Y − XW‖² + α‖W‖²,  α = g·n·v,
//
// where g is chosen by the squared error of what was left out, summed over the
// dimensions of Y, and v is the mean variance of the columns of X.
type linear struct{}

func (linear) learn(ctx context.Context, how course, train, val *task) ([]reader, error) {
	f, err := fitLinear(ctx, how, train, val, func(t *task) samples { return t.want.values })
	if err != nil {
		return nil, err
	}
	return []reader{func(_ context.Context, q *task, _ bool) (answer, error) { return answer{values: f.predict(q.x)}, nil }}, nil
}

// fitLinear chooses the penalty and fits with it; y is what is regressed.
func fitLinear(ctx context.Context, how course, train, val *task, y func(*task) samples) (regression, error) {
	g, err := how.penalty.choose(ctx, how, train, val, func(ctx context.Context, train, held *task, grid []float64) ([]float64, error) {
		n, want := newNormal(train.x, y(train)), y(held)
		loss := make([]float64, len(grid))
		for i, g := range grid {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f, err := n.solve(g)
			if err != nil {
				return nil, err
			}
			for k, v := range f.predict(held.x).x {
				loss[i] += (v - want.x[k]) * (v - want.x[k]) / float64(held.x.n)
			}
		}
		return loss, nil
	})
	if err != nil {
		return regression{}, err
	}
	if err := ctx.Err(); err != nil {
		return regression{}, err
	}
	return newNormal(train.x, y(train)).solve(g)
}

// normal is the normal equations of a regression: XᵀX and XᵀY, or, with fewer samples
// than dimensions, XXᵀ and Y.
type normal struct {
	centre, shift []float64
	x             *mat.Dense    // centred
	gram          *mat.SymDense // the smaller of XᵀX and XXᵀ
	right         *mat.Dense    // XᵀY or Y
	dual          bool
	unit          float64 // n·v
}

func newNormal(x, y samples) normal {
	n := normal{centre: columnMeans(x), shift: columnMeans(y), dual: x.n < x.d}
	n.x = centred(x, n.centre)
	yc := centred(y, n.shift)
	n.unit = float64(x.n) * average(columnVariances(x, n.centre))
	if n.unit == 0 {
		n.unit = 1 // nothing varies, nothing is explained
	}
	var gram mat.Dense
	if n.dual {
		gram.Mul(n.x, n.x.T())
		n.right = yc
	} else {
		gram.Mul(n.x.T(), n.x)
		n.right = new(mat.Dense)
		n.right.Mul(n.x.T(), yc)
	}
	size, _ := gram.Dims()
	n.gram = mat.NewSymDense(size, nil)
	for i := range size {
		for j := i; j < size; j++ {
			n.gram.SetSym(i, j, gram.At(i, j))
		}
	}
	return n
}

// solve is the regression with the relative penalty g:
//
//	W = (XᵀX + αI)⁻¹XᵀY = Xᵀ(XXᵀ + αI)⁻¹Y
func (n normal) solve(g float64) (regression, error) {
	size := n.gram.SymmetricDim()
	a := mat.NewSymDense(size, nil)
	a.CopySym(n.gram)
	for i := range size {
		a.SetSym(i, i, a.At(i, i)+g*n.unit)
	}
	var c mat.Cholesky
	f := regression{centre: n.centre, shift: n.shift, w: new(mat.Dense), penalty: g}
	if !c.Factorize(a) {
		return f, problem.New("the normal equations cannot be solved: the penalty is too small for rounding", "use larger penalties: grid: [1e-4, 1e-3, 1e-2, 1e-1, 1]")
	}
	var w mat.Dense
	if err := c.SolveTo(&w, n.right); err != nil {
		if _, poor := err.(mat.Condition); !poor {
			return f, err
		}
	}
	if !n.dual {
		f.w = &w
		return f, nil
	}
	f.w.Mul(n.x.T(), &w)
	return f, nil
}

// lagged is the Wiener filter: linear regression on a sample and those before it,
// within its trial. Before the beginning of a trial stands its first sample.
type lagged struct {
	Lags int `name:"lags" default:"5" min:"1" doc:"samples read together: this one and those just before it in its trial"`
}

func (lagged) learn(ctx context.Context, how course, train, val *task) ([]reader, error) {
	return linear{}.learn(ctx, how, train, val)
}

// history is the embedding of a part with each sample followed by the lags−1 before
// it in its trial.
func history(p Part, lags int) data.Array {
	if lags < 2 {
		return p.X
	}
	d := p.X.Cols()
	out := data.NewArray(p.X.Rows(), lags*d)
	begin := 0
	for i := range p.X.Rows() {
		if p.Recording.Trial[i] != p.Recording.Trial[begin] {
			begin = i
		}
		for k := range lags {
			copy(out.Row(i)[k*d:(k+1)*d], p.X.Row(max(begin, i-k)))
		}
	}
	return out
}

// angular reads out a direction: linear regression of its cosine and sine, or the
// read-outs of the first releases of Swap-VAE and MYOW (see direction).
type angular struct {
	Profile string `name:"profile" default:"ridge" choices:"ridge,swapvae,myow1,myow2" doc:"ridge: in closed form; swapvae: Adam 0.01, L2 1e-5, 300 epochs, batches of 256; myow1: the same, 100 epochs; myow2: AdamW 0.01, 100 epochs, batches of 512, decay of 2^-10 .. 2^9 with the best accuracy on val"`
	Inits   int    `name:"inits" default:"1" min:"1" when:"profile != 'ridge'" doc:"initialisations that the metrics are averaged over"`
}

func (p angular) learn(ctx context.Context, how course, train, val *task) ([]reader, error) {
	if p.Profile == "ridge" {
		f, err := fitLinear(ctx, how, train, val, func(t *task) samples { return circle(t.want.theta) })
		if err != nil {
			return nil, err
		}
		return []reader{func(_ context.Context, q *task, _ bool) (answer, error) {
			y, out := f.predict(q.x), answer{theta: make([]float64, q.x.n)}
			for i := range out.theta {
				out.theta[i] = math.Atan2(y.row(i)[1], y.row(i)[0])
			}
			return out, nil
		}}, nil
	}
	return p.released(ctx, how, train, val)
}

// circle is the cosine and sine of angles.
func circle(theta []float64) samples {
	out := samples{len(theta), 2, make([]float64, 0, 2*len(theta))}
	for _, a := range theta {
		out.x = append(out.x, math.Cos(a), math.Sin(a))
	}
	return out
}
