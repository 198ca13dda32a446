// Package ot solves optimal transport between weighted points: entropic
// by [Solver], exact by [Exact], whose Clouds compares two clouds of points.
//
// [Solver.Solve] is what methods call for soft plans: Sinkhorn's iteration with absorbed
// potentials, which neither under- nor overflows at any temperature and
// allocates nothing once warm. [Plain] is the textbook iteration; it is the
// definition that tests compare with, and fails when cost/γ passes about 745.
//
// The entropic problem: for a cost C [n x m], marginals p [n] and q [m] and a
// temperature γ > 0, find
//
//	argmin_Q ⟨C, Q⟩ + γ Σ Q (log Q − 1)   with Q·1 = p, Qᵀ·1 = q,
//
// whose solution has the form Q = diag(a) exp(−C/γ) diag(b) (Cuturi,
// "Sinkhorn distances", NeurIPS 2013). Matrices are row-major slices.
package ot

import (
	"fmt"
	"math"
)

// Options say how long Solve iterates.
type Options struct {
	Gamma  float64 // temperature γ, in the unit of the cost; +Inf gives the product plan p·qᵀ
	Sweeps int     // most sweeps; one sweep is a ← p/(K b), then b ← q/(Kᵀ a)
	// Tol ends the iteration before a sweep whose row marginals would be off by
	// Σ|Q·1 − p| <= Tol. With 0 all sweeps are made, except that an iteration
	// that no longer changes a single bit is left: more sweeps repeat it.
	Tol  float64
	Done <-chan struct{} // closed: Solve returns after the sweep at hand; nil: never
}

// Result says how an iteration ended. The column marginals of the plan are
// exact (the last half step fixes them); the row marginals are as near as
// RowError says.
type Result struct {
	Cost     float64 // ⟨C, Q⟩, without the entropy
	Sweeps   int     // sweeps made
	RowError float64 // Σ|Q·1 − p| of the plan returned
	LogSteps int     // sweeps that needed logarithms: plain arithmetic would have failed
}

// checkShapes panics where the arguments do not fit together: a mistake of the caller.
func checkShapes(plan, cost, p, q []float64, o Options) {
	n, m := len(p), len(q)
	switch {
	case n == 0 || m == 0:
		panic("ot: no points")
	case len(cost) != n*m || len(plan) != n*m:
		panic(fmt.Sprintf("ot: plan has %d and cost %d values for %d x %d points", len(plan), len(cost), n, m))
	case !(o.Gamma > 0):
		panic(fmt.Sprintf("ot: the temperature must be above 0, got %v", o.Gamma))
	case o.Sweeps < 1:
		panic(fmt.Sprintf("ot: at least one sweep is needed, got %d", o.Sweeps))
	}
	for _, marginal := range [][]float64{p, q} {
		for i, w := range marginal {
			if !(w > 0) || math.IsInf(w, 0) {
				panic(fmt.Sprintf("ot: weight %d is %v; weights must be above 0 and finite", i, w))
			}
		}
	}
}

// finish turns the plan's scaling into a Result.
func finish(plan, cost, p, q []float64, r Result) Result {
	m := len(q)
	for i, pi := range p {
		row, c := plan[i*m:(i+1)*m], cost[i*m:(i+1)*m]
		sum := 0.0
		for j, w := range row {
			sum += w
			r.Cost += w * c[j]
		}
		r.RowError += math.Abs(sum - pi)
	}
	return r
}
