package kernel

// Gradients of element-wise functions, dx = f'(.) ⊙ dy, from the output y where
// that suffices and the input x otherwise; dx may be any of the others.

// ReluGrad computes dx = dy where y > 0, 0 elsewhere.
func ReluGrad(dx, y, dy []float32) {
	check3("ReluGrad", len(dx), len(y), len(dy))
	reluGrad(dx, y, dy)
}

// TanhGrad computes dx = dy (1 - y²).
func TanhGrad(dx, y, dy []float32) {
	check3("TanhGrad", len(dx), len(y), len(dy))
	tanhGrad(dx, y, dy)
}

// SigmoidGrad computes dx = dy (y (1 - y)).
func SigmoidGrad(dx, y, dy []float32) {
	check3("SigmoidGrad", len(dx), len(y), len(dy))
	sigmoidGrad(dx, y, dy)
}

// SoftplusGrad computes dx = dy / (1 + e^-x).
func SoftplusGrad(dx, x, dy []float32) {
	check3("SoftplusGrad", len(dx), len(x), len(dy))
	softplusGrad(dx, x, dy)
}

// GeluGrad computes dx = dy (Φ(x) + x φ(x)), φ = Φ' the normal density, to
// 4 ulp of the result and 2⁻²³ of dy.
func GeluGrad(dx, x, dy []float32) {
	check3("GeluGrad", len(dx), len(x), len(dy))
	geluGrad(dx, x, dy)
}

// PReluGrad computes dx = dy where x > 0, slope dy elsewhere, and returns the
// gradient of the slope, the sum of x dy where x < 0, in the order of Sum.
func PReluGrad(dx, x, dy []float32, slope float32) float32 {
	check3("PReluGrad", len(dx), len(x), len(dy))
	return preluGrad(dx, x, dy, slope)
}
