package evolution

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// population is infinite, and its genes are in linkage equilibrium: what is known of
// it are the frequencies of the alleles that add to a weight, by weight and gene.
type population struct {
	effect float64
	x      [][]float64
}

// found draws frequencies between 0.1 and 0.9: with equal ones all genes of a weight
// would do the same.
func found(weights int, s *settings, rng *rand.Rand) *population {
	p := &population{effect: s.Effect, x: make([][]float64, weights)}
	for j := range p.x {
		p.x[j] = make([]float64, s.Genes)
		for g := range p.x[j] {
			p.x[j][g] = 0.1 + 0.8*rng.Float64()
		}
	}
	return p
}

// weights are those of the mean individual, w_j = ε Σ_g (2 x_jg − 1).
func (p *population) weights() []float64 {
	w := make([]float64, len(p.x))
	for j, genes := range p.x {
		for _, x := range genes {
			w[j] += p.effect * (2*x - 1)
		}
	}
	return w
}

// rates are the steps of the gradient descent that a generation amounts to: from
// x' − x = θ x (1 − x) (L₋ − L₊) + O(θ²) and L₊ − L₋ = 2 ε ∂L/∂w + O(ε²),
//
//	w' − w = 2 ε Σ_g (x' − x) = −4 ε² θ Σ_g x_g (1 − x_g) ∂L/∂w
func (p *population) rates(theta float64) []float64 {
	out := make([]float64, len(p.x))
	for j, genes := range p.x {
		for _, x := range genes {
			out[j] += 4 * p.effect * p.effect * theta * x * (1 - x)
		}
	}
	return out
}

// next is a generation of selection: an allele's share of the parents is in proportion
// to its frequency and to the fitness 1 − θ L of the mean individual that carries it.
func (p *population) next(b *batch, theta float64) error {
	margins := b.margins(p.weights())
	for j, genes := range p.x {
		for g, x := range genes {
			plus := 1 - theta*b.moved(margins, j, 2*p.effect*(1-x))
			minus := 1 - theta*b.moved(margins, j, -2*p.effect*x)
			if plus <= 0 || minus <= 0 {
				return fmt.Errorf("a fitness 1 - theta L is not positive; make theta smaller than %v, or scale the samples", theta)
			}
			genes[g] = x * plus / (x*plus + (1-x)*minus)
		}
	}
	return nil
}

// fixed is the share of alleles that are all but lost or alone.
func (p *population) fixed() float64 {
	n, all := 0, 0
	for _, genes := range p.x {
		for _, x := range genes {
			all++
			if math.Min(x, 1-x) < 0.01 {
				n++
			}
		}
	}
	return float64(n) / float64(all)
}
