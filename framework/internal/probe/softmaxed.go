package probe

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
)

// softmaxed is multinomial logistic regression,
//
//	min  −Σ_i log softmax(W x_i + b)[y_i] + λ/2 ‖W‖²,  λ = g·n·v,
//
// where g is chosen by the negative log-likelihood of what was left out and v is the
// mean variance of the columns of x. b is not penalised. A class that the fitted part
// does not contain is never predicted.
type softmaxed struct{}

// How far fits go, as bounds on the loss above its minimum, relative to its size:
// the one that reads out, and those that only tell penalties apart.
const (
	converged = 1e-16
	compared  = 1e-6
)

func (softmaxed) learn(ctx context.Context, how course, train, val *task) ([]reader, error) {
	g, err := how.penalty.choose(ctx, how, train, val, softmaxPath)
	if err != nil {
		return nil, err
	}
	m := newMultinomial(train.x, train.want.labels)
	// From the largest penalty down: what is nearly separable is hard to reach from 0.
	for _, s := range []float64{1, 1e-2, 1e-4} {
		if s > g {
			if err := m.minimise(ctx, s*m.unit, 1e-3); err != nil {
				return nil, err
			}
		}
	}
	if err := m.minimise(ctx, g*m.unit, converged); err != nil {
		return nil, err
	}
	return []reader{func(_ context.Context, q *task, _ bool) (answer, error) {
		out := answer{labels: make([]int32, q.x.n)}
		p := m.predict(q.x)
		for i := range out.labels {
			out.labels[i] = m.classes[largest(mat.Col(nil, i, p))]
		}
		return out, nil
	}}, nil
}

func softmaxPath(ctx context.Context, train, held *task, grid []float64) ([]float64, error) {
	m := newMultinomial(train.x, train.want.labels)
	loss := make([]float64, len(grid))
	for i, g := range grid {
		if err := m.minimise(ctx, g*m.unit, compared); err != nil {
			return nil, err
		}
		loss[i] = m.loss(held.x, held.want.labels)
	}
	return loss, nil
}

// loss is the mean negative log-likelihood of samples, of those whose class is known.
func (m *multinomial) loss(x samples, labels []int32) (sum float64) {
	p := m.predict(x)
	for i, l := range labels {
		for k, c := range m.classes {
			if c == l {
				sum -= math.Log(max(p.At(k, i), 1e-300)) / float64(len(labels))
			}
		}
	}
	return sum
}
