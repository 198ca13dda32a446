package plasticity

import (
	"math"
	"math/rand/v2"
)

// params are what gradient descent moves: the entries of ro, and of r either its
// entries (a table) or the weights of a small network that computes them,
//
//	r(s_i, s_j) = w2 · tanh(W1 [s_i, s_j] + b1) + b2
//
// with the 2T bits of the two patterns as inputs. (The paper names neither the
// activation nor the initialisation; its width is 20.)
type params struct {
	rounds, hidden int    // hidden = 0: a table
	silent         string // which entries of r are held at 0
	theta          []float32
	descent        *adam
}

// newParams draws r ~ N(0, 1) as a table (as the released code does); the
// network's weights are drawn from U(−1/√fan-in, 1/√fan-in). ro begins at 0.
func newParams(rounds, hidden int, silent string, rng *rand.Rand) *params {
	p := &params{rounds: rounds, hidden: hidden, silent: silent}
	outputs := 2 << rounds
	switch {
	case rounds == 1:
		p.theta = make([]float32, outputs)
	case hidden == 0:
		p.theta = make([]float32, outputs+1<<(2*rounds))
		for i := range p.theta[outputs:] {
			p.theta[outputs+i] = float32(rng.NormFloat64())
		}
	default:
		p.theta = make([]float32, outputs+hidden*(2*rounds+2)+1)
		w1, b1, w2, b2 := p.layers(p.theta)
		for i, layer := range [][]float32{w1, b1, w2, b2} {
			fan := []int{2 * rounds, 2 * rounds, hidden, hidden}[i]
			for j := range layer {
				layer[j] = float32((2*rng.Float64() - 1) / math.Sqrt(float64(fan)))
			}
		}
	}
	p.descent = newAdam(p.theta)
	return p
}

// layers are the parts of the small network in theta or grad: W1 [hidden x 2T], b1, w2, b2.
func (p *params) layers(of []float32) (w1, b1, w2, b2 []float32) {
	of = of[2<<p.rounds:]
	a, b := p.hidden*2*p.rounds, p.hidden
	return of[:a], of[a : a+b], of[a+b : a+2*b], of[a+2*b:]
}

// held reports whether an entry of r is held at 0.
func (p *params) held(a, b int) bool {
	return p.silent == "pre" && a == 0 || p.silent == "either" && (a == 0 || b == 0)
}

// hiddens writes tanh(W1 [s_i, s_j] + b1).
func (p *params) hiddens(dst []float64, a, b int) {
	w1, b1, _, _ := p.layers(p.theta)
	bits := a<<p.rounds | b
	for h := range dst {
		z := float64(b1[h])
		for i := range 2 * p.rounds {
			if bits>>(2*p.rounds-1-i)&1 == 1 {
				z += float64(w1[h*2*p.rounds+i])
			}
		}
		dst[h] = math.Tanh(z)
	}
}

// fill writes the rule that the parameters mean.
func (p *params) fill(r *Rule) {
	for i := range r.Output {
		r.Output[i] = float64(p.theta[i])
	}
	n := r.patterns()
	hidden := make([]float64, p.hidden)
	for i := range r.Graph {
		a, b := i/n, i%n
		switch {
		case p.held(a, b):
			r.Graph[i] = 0
		case p.hidden == 0:
			r.Graph[i] = float64(p.theta[2*n+i])
		default:
			_, _, w2, b2 := p.layers(p.theta)
			p.hiddens(hidden, a, b)
			r.Graph[i] = float64(b2[0])
			for h, y := range hidden {
				r.Graph[i] += float64(w2[h]) * y
			}
		}
	}
}

// back writes the gradient of theta from that of the entries.
func (p *params) back(r *Rule, dGraph, dOutput []float64) {
	grad := p.descent.grad
	clear(grad)
	for i, d := range dOutput {
		grad[i] = float32(d)
	}
	n := r.patterns()
	hidden := make([]float64, p.hidden)
	for i := range r.Graph {
		a, b := i/n, i%n
		d := dGraph[i]
		switch {
		case p.held(a, b):
		case p.hidden == 0:
			grad[2*n+i] = float32(d)
		default:
			_, _, w2, _ := p.layers(p.theta)
			dw1, db1, dw2, db2 := p.layers(grad)
			p.hiddens(hidden, a, b)
			db2[0] += float32(d)
			bits := a<<p.rounds | b
			for h, y := range hidden {
				dw2[h] += float32(d * y)
				dz := d * float64(w2[h]) * (1 - y*y)
				db1[h] += float32(dz)
				for k := range 2 * p.rounds {
					if bits>>(2*p.rounds-1-k)&1 == 1 {
						dw1[h*2*p.rounds+k] += float32(dz)
					}
				}
			}
		}
	}
}
