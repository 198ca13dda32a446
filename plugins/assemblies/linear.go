package assemblies

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework"
)

// linear is softmax regression on samples that are lists of active features:
// class c has the score b_c + Σ_{j active} w_jc.
type linear struct {
	Features int       `json:"features"`
	Classes  int       `json:"classes"`
	W        []float32 `json:"w"` // [features + 1, classes]; the last row is b
}

const (
	adamRate  = 1e-3
	batchSize = 100
)

// fit minimises the mean cross-entropy by Adam from W = 0.
func fit(ctx context.Context, x [][]int32, labels []int32, features, classes, epochs int, rng *rand.Rand) (*linear, error) {
	l := &linear{Features: features, Classes: classes, W: make([]float32, (features+1)*classes)}
	g, m, v := make([]float32, len(l.W)), make([]float32, len(l.W)), make([]float32, len(l.W))
	p := make([]float64, classes)
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	step := 0
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for first := 0; first < len(order); first += batchSize {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			batch := order[first:min(first+batchSize, len(order))]
			clear(g)
			for _, i := range batch {
				l.softmax(x[i], p)
				p[labels[i]]--
				for c := range p { // dW_jc = (P_c − Y_c) x_j / batch
					p[c] /= float64(len(batch))
				}
				for _, j := range x[i] {
					accumulate(g[int(j)*classes:], p)
				}
				accumulate(g[features*classes:], p)
			}
			step++
			adam(l.W, g, m, v, step)
		}
	}
	return l, nil
}

func accumulate(g []float32, p []float64) {
	for c, d := range p {
		g[c] += float32(d)
	}
}

// adam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
func adam(w, g, m, v []float32, step int) {
	c1, c2 := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
	rate := float32(adamRate / c1)
	root := float32(1 / math.Sqrt(c2))
	for i, d := range g {
		m[i] = float32(0.9*m[i]) + float32(0.1*d)
		v[i] = float32(0.999*v[i]) + float32(float32(0.001*d)*d)
		w[i] -= rate * m[i] / (float32(math.Sqrt(float64(v[i])))*root + 1e-8)
	}
}

func (l *linear) scores(x []int32, out []float64) {
	bias := l.W[l.Features*l.Classes:]
	for c := range out {
		out[c] = float64(bias[c])
	}
	for _, j := range x {
		for c, w := range l.W[int(j)*l.Classes : int(j+1)*l.Classes] {
			out[c] += float64(w)
		}
	}
}

func (l *linear) softmax(x []int32, p []float64) {
	l.scores(x, p)
	top := math.Inf(-1)
	for _, s := range p {
		top = max(top, s)
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// accuracy is the share of samples whose class scores highest.
func (l *linear) right(x [][]int32, labels []int32) []float64 {
	right := make([]float64, len(x))
	s := make([]float64, l.Classes)
	for i := range x {
		l.scores(x[i], s)
		best := 0
		for c := range s {
			if s[c] > s[best] {
				best = c
			}
		}
		if best == int(labels[i]) {
			right[i] = 1
		}
	}
	return right
}

func (l *linear) check() error {
	if l.Features < 0 || l.Classes < 1 || len(l.W) != (l.Features+1)*l.Classes {
		return fmt.Errorf("a linear read-out of %d features and %d classes has %d weights", l.Features, l.Classes, len(l.W))
	}
	return nil
}

// fitLinear fits R3 to the caps of the train part, and to its baselines: the caps
// of the untrained area after one feed-forward round, and the encoded inputs.
func (m *model) fitLinear(ctx context.Context, req framework.TrainRequest, x [][]int32, labels []int32) (err error) {
	s := &m.Settings
	if s.Engine == "lazy" {
		return framework.Refuse("the lazy engine has no fixed neurons to read out", "set linear_epochs: 0")
	}
	y, err := caps(ctx, m.Areas, trained, x, s.TestRounds)
	if err != nil {
		return err
	}
	if m.Linear, err = fit(ctx, y, labels, s.N, m.Classes, s.LinearEpochs, req.Rand("linear")); err != nil || !s.Baselines {
		return err
	}
	if y, err = caps(ctx, m.Areas, untrained, x, 1); err != nil {
		return err
	}
	if m.Untrained, err = fit(ctx, y, labels, s.N, m.Classes, s.LinearEpochs, req.Rand("linear")); err != nil {
		return err
	}
	m.Raw, err = fit(ctx, x, labels, m.Inputs, m.Classes, s.LinearEpochs, req.Rand("linear"))
	return err
}
