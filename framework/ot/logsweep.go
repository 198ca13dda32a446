package ot

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// logSweep makes one whole sweep in logarithms, from b alone (which is absorbed
// in ψ), and starts a, b and K afresh from its potentials:
//
//	φ_i = log p_i − log Σ_j exp(ψ_j − (C_ij − least)/γ)
//	ψ_j = log q_j − log Σ_i exp(φ_i − (C_ij − least)/γ)
//
// Sums are taken beside their largest term. The first row of K, which is made anew at
// the end, holds the terms meanwhile.
func (s *Solver) logSweep(cost, p, q []float64) {
	m := s.m
	for i := range s.phi {
		c, terms := cost[i*m:][:m], s.K[:m]
		top := math.Inf(-1)
		for j, g := range s.psi {
			top = max(top, g-(c[j]-s.least)*s.beta)
		}
		kernel.GibbsRow(terms, c, s.psi, -top, s.least, s.beta)
		sum := 0.0
		for _, t := range terms {
			sum += t
		}
		s.phi[i] = math.Log(p[i]) - top - math.Log(sum)
	}
	top, sum := s.next[:m], s.col[:m]
	for j := range top {
		top[j], sum[j] = math.Inf(-1), 0
	}
	for i, f := range s.phi {
		for j, c := range cost[i*m:][:m] {
			top[j] = max(top[j], f-(c-s.least)*s.beta)
		}
	}
	for j, t := range top {
		s.psi[j] = -t
	}
	for i, f := range s.phi {
		terms := s.K[:m]
		kernel.GibbsRow(terms, cost[i*m:][:m], s.psi, f, s.least, s.beta)
		for j, t := range terms {
			sum[j] += t
		}
	}
	for j := range s.psi {
		s.psi[j] = math.Log(q[j]) - top[j] - math.Log(sum[j])
	}
	ones(s.a)
	ones(s.b)
	s.kernel(cost)
}
