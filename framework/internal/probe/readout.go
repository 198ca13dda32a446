package probe

import (
	"context"
	"math"
	"math/rand/v2"
)

// readout is a linear layer from d inputs to a cosine and a sine.
type readout struct {
	d int
	p []float64 // [2d+2]: weights of the cosine, weights of the sine, two biases
}

// newReadout draws weights and biases from U(-1/√d, 1/√d), as PyTorch's Linear does.
func newReadout(d int, rng *rand.Rand) readout {
	w := readout{d, make([]float64, 2*d+2)}
	bound := 1 / math.Sqrt(float64(d))
	for i := range w.p {
		w.p[i] = bound * (2*rng.Float64() - 1)
	}
	return w
}

// apply returns the two outputs for x [d].
func (w readout) apply(x []float64) (c, s float64) {
	wc, ws := w.p[:w.d][:len(x)], w.p[w.d : 2*w.d][:len(x)]
	// Two sums for each output: one alone waits for its own last addition.
	var c1, s1 float64
	i := 0
	for ; i+1 < len(x); i += 2 {
		c += wc[i] * x[i]
		s += ws[i] * x[i]
		c1 += wc[i+1] * x[i+1]
		s1 += ws[i+1] * x[i+1]
	}
	if i < len(x) {
		c += wc[i] * x[i]
		s += ws[i] * x[i]
	}
	return c + c1 + w.p[2*w.d], s + s1 + w.p[2*w.d+1]
}

// gradient writes the gradient of the loss over the named rows to g [2d+2] and
// returns the loss, the mean of the squared errors over rows and both outputs:
//
//	L = 1/(2B) Σ (c - cos θ)² + (s - sin θ)²
func (w readout) gradient(g []float64, a angles, rows []int) (loss float64) {
	clear(g)
	d, scale := w.d, 1/float64(len(rows))
	for _, r := range rows {
		x := a.row(r)
		c, s := w.apply(x)
		ec, es := c-a.y[r][0], s-a.y[r][1]
		loss += (ec*ec + es*es) * scale / 2
		ec, es = ec*scale, es*scale
		gc, gs := g[:d][:len(x)], g[d : 2*d][:len(x)]
		for i, v := range x {
			gc[i] += ec * v
			gs[i] += es * v
		}
		g[2*d] += ec
		g[2*d+1] += es
	}
	return loss
}

// plan says how a read-out is trained.
type plan struct {
	epochs, batch int
	adam          adam
}

// fit trains a read-out on batches that are shuffled anew in every epoch; the last,
// which may be smaller, is kept.
func (a angles) fit(ctx context.Context, rng *rand.Rand, how plan) (readout, error) {
	w := newReadout(a.d, rng)
	g := make([]float64, len(w.p))
	order := make([]int, a.n)
	for i := range order {
		order[i] = i
	}
	for range how.epochs {
		if err := ctx.Err(); err != nil {
			return readout{}, err
		}
		rng.Shuffle(a.n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		for lo := 0; lo < a.n; lo += how.batch {
			w.gradient(g, a, order[lo:min(lo+how.batch, a.n)])
			how.adam.step(w.p, g)
		}
	}
	return w, nil
}

// adam is PyTorch's Adam and AdamW with their default β₁ 0.9, β₂ 0.999 and ε 1e-8.
// Both sorts of weight decay reach the biases too.
type adam struct {
	rate  float64
	l2    float64 // added to the gradient, times the weight (Adam's weight_decay)
	decay float64 // the weight shrinks by rate·decay before the step (AdamW's weight_decay)

	m, v []float64 // running means of gradient and squared gradient
	t    int       // steps done
}

// step changes the parameters p by one step along the gradient g.
func (o *adam) step(p, g []float64) {
	const beta1, beta2, eps = 0.9, 0.999, 1e-8
	if o.m == nil {
		o.m, o.v = make([]float64, len(p)), make([]float64, len(p))
	}
	o.t++
	rate := o.rate / (1 - math.Pow(beta1, float64(o.t)))
	root := math.Sqrt(1 - math.Pow(beta2, float64(o.t)))
	for i := range p {
		// g ← g + l2·p, p ← (1 - rate·decay) p
		gi := g[i] + o.l2*p[i]
		p[i] -= o.rate * o.decay * p[i]
		// m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g²
		o.m[i] = beta1*o.m[i] + (1-beta1)*gi
		o.v[i] = beta2*o.v[i] + (1-beta2)*gi*gi
		// p ← p - rate·m̂ / (√v̂ + ε)
		p[i] -= rate * o.m[i] / (math.Sqrt(o.v[i])/root + eps)
	}
}
