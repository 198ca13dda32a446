package probe

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"github.com/assaylab/assay/framework/internal/problem"
)

// logistic is multinomial logistic regression with a squared penalty, fitted until it
// has converged:
//
//	min  -Σ_i log softmax(W x_i + b)[y_i] + λ/2 ‖W‖²
//
// The sum is over samples and b is not penalised, so λ = 1/C of scikit-learn. A class
// that the fitted part does not contain is never predicted.
type logistic struct {
	L2 float64 `name:"l2" default:"1" above:"0" scale:"log" doc:"penalty λ: half of it times the squared weights is added to the negative log-likelihood summed over samples"`
}

func (p logistic) Run(ctx context.Context, parts Parts, target string, _ uint64) (Result, error) {
	t, err := parts.fitted().Recording.ClassTarget(target)
	if err != nil {
		return Result{}, err
	}
	f, err := p.fit(ctx, widen(parts.fitted().X), t.Labels)
	if err != nil {
		return Result{}, err
	}
	return scoreClasses(parts, target, func(x samples) ([]int32, error) {
		out := make([]int32, x.n)
		prob := f.predict(x)
		for i := range out {
			out[i] = f.classes[largest(prob.RawRowView(i))]
		}
		return out, ctx.Err()
	})
}

// softmax is a fitted classifier.
type softmax struct {
	classes []int32 // those that it knows
	centre  []float64
	w       *mat.Dense // [d+1 x classes], the last row for the constant 1
}

// fit solves for V = diag(c) W with c_j² = n·var_j/4 + λ, near the diagonal of the
// Hessian, and for inputs that are centred: the same minimum as for W, but near to
// round, so that L-BFGS needs few steps whatever the units of the embedding.
func (p logistic) fit(ctx context.Context, x samples, labels []int32) (softmax, error) {
	f := softmax{centre: columnMeans(x)}
	y := f.index(labels)
	n, d, k := x.n, x.d, len(f.classes)
	z := centred1(x, f.centre)
	scale := make([]float64, d+1)
	for j := range scale {
		col := mat.Col(nil, j, z)
		scale[j] = math.Sqrt(floats.Dot(col, col)/4 + p.l2(j, d))
	}
	w, prob, g := mat.NewDense(d+1, k, nil), mat.NewDense(n, k, nil), mat.NewDense(d+1, k, nil)
	unscale := func(v []float64) {
		for j := range d + 1 {
			floats.ScaleTo(w.RawRowView(j), 1/scale[j], v[j*k:(j+1)*k])
		}
	}
	objective := optimize.Problem{
		Func: func(v []float64) float64 {
			unscale(v)
			return nll(prob, z, w, y) + p.penalty(w)
		},
		Grad: func(grad, v []float64) {
			unscale(v)
			// dW = Zᵀ(P - Y) + λW
			nll(prob, z, w, y)
			for i, c := range y {
				prob.RawRowView(i)[c]--
			}
			g.Mul(z.T(), prob)
			for j := range d + 1 {
				floats.AddScaled(g.RawRowView(j), p.l2(j, d), w.RawRowView(j))
				floats.ScaleTo(grad[j*k:(j+1)*k], 1/scale[j], g.RawRowView(j))
			}
		},
	}
	// The loss is near ½|v - v*|² about its minimum, so this leaves it within about
	// 1e-12 of its size, which is near n.
	threshold := 1e-6 * math.Sqrt(float64(n))
	result, err := optimize.Minimize(objective, make([]float64, (d+1)*k), &optimize.Settings{
		GradientThreshold: threshold,
		Converger:         optimize.NeverTerminate{},
		MajorIterations:   5000,
		Recorder:          until{ctx},
	}, &optimize.LBFGS{})
	if ctx.Err() != nil {
		return f, ctx.Err()
	}
	// Near the minimum rounding may stop the line search before the threshold.
	if result == nil || !(floats.Norm(result.Gradient, math.Inf(1)) <= 1e3*threshold) {
		return f, problem.New(fmt.Sprintf("logistic regression did not converge (%v)", stopped(result, err)), "raise l2")
	}
	unscale(result.X)
	f.w = w
	return f, nil
}

// l2 is the penalty of row j of W; the constant's is none.
func (p logistic) l2(j, d int) float64 {
	if j == d {
		return 0
	}
	return p.L2
}

func (p logistic) penalty(w *mat.Dense) (sum float64) {
	rows, _ := w.Dims()
	for j := range rows {
		row := w.RawRowView(j)
		sum += p.l2(j, rows-1) / 2 * floats.Dot(row, row)
	}
	return sum
}

// nll writes the class probabilities softmax(ZW) to prob [n x k] and returns the
// negative log-likelihood of the classes y [n].
func nll(prob, z, w *mat.Dense, y []int) (loss float64) {
	prob.Mul(z, w)
	for i, c := range y {
		row := prob.RawRowView(i)
		top := floats.LogSumExp(row)
		loss += top - row[c]
		for j, v := range row {
			row[j] = math.Exp(v - top)
		}
	}
	return loss
}

// index sets the classes that occur, in order, and returns each label's place.
func (f *softmax) index(labels []int32) []int {
	place := map[int32]int{}
	for _, l := range labels {
		place[l] = 0
	}
	f.classes = slices.Sorted(maps.Keys(place))
	for i, l := range f.classes {
		place[l] = i
	}
	y := make([]int, len(labels))
	for i, l := range labels {
		y[i] = place[l]
	}
	return y
}

// predict returns the probabilities of the classes [n x classes].
func (f softmax) predict(x samples) *mat.Dense {
	prob := mat.NewDense(x.n, len(f.classes), nil)
	nll(prob, centred1(x, f.centre), f.w, make([]int, x.n))
	return prob
}

// centred1 is the inputs about their mean, and a last column of ones.
func centred1(x samples, mean []float64) *mat.Dense {
	out := mat.NewDense(x.n, x.d+1, nil)
	for i := range x.n {
		row := out.RawRowView(i)
		floats.SubTo(row[:x.d], x.row(i), mean)
		row[x.d] = 1
	}
	return out
}

// until ends an optimisation with its context.
type until struct{ ctx context.Context }

func (u until) Init() error { return u.ctx.Err() }

func (u until) Record(*optimize.Location, optimize.Operation, *optimize.Stats) error {
	return u.ctx.Err()
}

func stopped(r *optimize.Result, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case r != nil:
		return r.Status.String()
	}
	return "no result"
}
