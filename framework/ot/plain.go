package ot

import "math"

// Plain is Sinkhorn's iteration as it is defined, with K = exp(−C/γ) and b
// starting at 1, for a fixed number of sweeps. Solve gives the same plan where
// this one is finite. It ignores Tol.
func Plain(plan, cost, p, q []float64, o Options) Result {
	checkShapes(plan, cost, p, q, o)
	n, m := len(p), len(q)
	K := make([]float64, n*m)
	for i, c := range cost {
		K[i] = math.Exp(-c / o.Gamma)
	}
	a, b := make([]float64, n), make([]float64, m)
	for j := range b {
		b[j] = 1
	}
	for range o.Sweeps {
		// a ← p ⊘ K b
		for i := range a {
			sum := 0.0
			for j := range b {
				sum += K[i*m+j] * b[j]
			}
			a[i] = p[i] / sum
		}
		// b ← q ⊘ Kᵀ a
		for j := range b {
			sum := 0.0
			for i := range a {
				sum += K[i*m+j] * a[i]
			}
			b[j] = q[j] / sum
		}
	}
	// Q = diag(a) K diag(b)
	for i := range a {
		for j := range b {
			plan[i*m+j] = a[i] * K[i*m+j] * b[j]
		}
	}
	return finish(plan, cost, p, q, Result{Sweeps: o.Sweeps})
}
