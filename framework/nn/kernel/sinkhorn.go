package kernel

// Kernels of Sinkhorn's iteration (Cuturi 2013; with absorbed potentials,
// Schmitzer 2019): K = exp(φ + ψ − C/γ), a ← p ⊘ K b, b ← q ⊘ Kᵀ a, and the plan
// diag(a) K diag(b).

// GibbsFlush is the exponent up to which GibbsRow gives 0: numbers near the end
// of the range would be slow and are lost beside others.
const GibbsFlush = -700

// GibbsRow computes a row of K from a row c of the cost,
//
//	dst_j = exp((f + g_j) − (c_j − least) β), and 0 where the exponent is ≤ GibbsFlush.
func GibbsRow(dst, c, g []float64, f, least, beta float64) {
	check3("GibbsRow", len(dst), len(c), len(g))
	gibbs(dst, c, g, f, least, beta)
}

// SinkhornRows makes the half step a ← p ⊘ K b for K [len(a) x len(b)] and computes
// col ← Kᵀ a for the other half, in one pass over K. It returns Σ|a K b − p| with
// the a from before, the error of the plan's row marginals, and the least element
// of K b. The length of b must be a multiple of 8: fill up K with zeros.
func SinkhornRows(col, a, k, b, p []float64) (off, least float64) {
	check2("SinkhornRows", len(a), len(p))
	check4("SinkhornRows", len(col), len(b), len(b)&^7, len(b))
	check2("SinkhornRows", len(k), len(a)*len(b))
	return sinkhornRows(col, a, k, b, p)
}

// PlanRow computes a row of the plan, dst_j = (a k_j) b_j, and returns its sum and
// its cost Σ dst_j c_j. k and b may be longer than dst.
func PlanRow(dst, k, b, c []float64, a float64) (sum, cost float64) {
	check2("PlanRow", len(dst), len(c))
	return planRow(dst, k[:len(dst)], b[:len(dst)], c, a)
}
