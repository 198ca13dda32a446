package stats

import (
	"fmt"
	"slices"
)

// Holm returns the p-values adjusted for all of them being looked at (Holm
// 1979): with p₍₁₎ ≤ … ≤ p₍ₘ₎,
//
//	p̃₍ᵢ₎ = max over j ≤ i of min(1, (m−j+1)·p₍ⱼ₎)
//
// in the order of p. Calling those below α significant keeps the chance of even
// one false claim at or below α, whatever the dependence between the tests.
func Holm(p []float64) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("p-value %d of %d is %v; it must lie in [0, 1]", i+1, len(p), v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	largest := 0.0
	for i, k := range order {
		largest = max(largest, min(1, float64(len(p)-i)*p[k]))
		adjusted[k] = largest
	}
	return adjusted, nil
}
