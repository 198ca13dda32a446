package stats

// Holm returns the p-values adjusted for all of them being looked at (Holm
// 1979): with p₍₁₎ ≤ … ≤ p₍ₘ₎,
//
//	p̃₍ᵢ₎ = max over j ≤ i of min(1, (m−j+1)·p₍ⱼ₎)
//
// in the order of p. Calling those below α significant keeps the chance of even
// one false claim at or below α, whatever the dependence between the tests. For
// all pairs of means, [Shaffer] is never worse.
func Holm(p []float64) ([]float64, error) {
	steps := make([]int, len(p))
	for i := range steps {
		steps[i] = len(p) - i
	}
	return stepDown(p, steps)
}
