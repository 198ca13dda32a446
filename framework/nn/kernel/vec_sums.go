package kernel

import "math"

// Sums are taken in one order everywhere: element i is added to partial sum
// i mod 32, and the 32 partial sums are folded in halves (j and j+16, then
// j and j+8, ...). Products are rounded before they are added. Hence a sum has
// the same bits on every instruction set, and an error of at most
// (n/32 + 6) u Σ|xᵢ|, u = 2⁻²⁴, plus half a unit for each product.

// Sum returns Σ xᵢ.
func Sum(x []float32) float32 { return sum(x) }

// Dot returns Σ xᵢ yᵢ.
func Dot(x, y []float32) float32 {
	check2("Dot", len(x), len(y))
	return dot(x, y)
}

// SumSquares returns Σ xᵢ².
func SumSquares(x []float32) float32 { return dot(x, x) }

// SquaredError returns Σ (xᵢ - yᵢ)².
func SquaredError(x, y []float32) float32 {
	check2("SquaredError", len(x), len(y))
	return squaredError(x, y)
}

// AbsMax returns the largest |xᵢ|, zero if there is none and NaN if one is NaN.
func AbsMax(x []float32) float32 { return absMax(x) }

// Max returns the largest xᵢ that is not NaN, -Inf if there is none.
func Max(x []float32) float32 {
	if len(x) == 0 {
		return float32(math.Inf(-1))
	}
	return maximum(x)
}

// ArgMax returns the first index of the largest xᵢ, for the few logits of a sample; x
// has at least one.
func ArgMax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// The intensities of Poisson losses are kept in this range.
const poissonMin, poissonMax = 1e-7, 1e7

// PoissonNLL returns Σ y' - x ln y', y' = min(max(y, 1e-7), 1e7): the negative
// log-likelihood of counts x under intensities y, without the term ln x!.
func PoissonNLL(x, y []float32) float32 {
	check2("PoissonNLL", len(x), len(y))
	return poissonNLL(x, y)
}

// PoissonNLLGrad computes dy = a (1 - x/y), zero where PoissonNLL clamps y.
func PoissonNLLGrad(dy, x, y []float32, a float32) {
	check3("PoissonNLLGrad", len(dy), len(x), len(y))
	poissonNLLGrad(dy, x, y, a)
}
