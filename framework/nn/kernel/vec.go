package kernel

// Element-wise arithmetic. All vectors have equal lengths; dst may be one of
// the others, but may not overlap them otherwise. Each operation is rounded on
// its own (no fused multiply-add), so that every instruction set gives the same
// bits; so do the gradients that need no function, the sums and the optimisers.

// Add computes dst = x + y.
func Add(dst, x, y []float32) {
	check3("Add", len(dst), len(x), len(y))
	add(dst, x, y)
}

// Sub computes dst = x - y.
func Sub(dst, x, y []float32) {
	check3("Sub", len(dst), len(x), len(y))
	sub(dst, x, y)
}

// Mul computes dst = x ⊙ y; with a mask of zeros and scales, dropout.
func Mul(dst, x, y []float32) {
	check3("Mul", len(dst), len(x), len(y))
	mul(dst, x, y)
}

// Div computes dst = x / y.
func Div(dst, x, y []float32) {
	check3("Div", len(dst), len(x), len(y))
	div(dst, x, y)
}

// MulAdd computes dst += x ⊙ y.
func MulAdd(dst, x, y []float32) {
	check3("MulAdd", len(dst), len(x), len(y))
	mulAdd(dst, x, y)
}

// Axpy computes dst += a x.
func Axpy(dst []float32, a float32, x []float32) {
	check2("Axpy", len(dst), len(x))
	axpy(dst, x, a)
}

// Scale computes dst = a x.
func Scale(dst []float32, a float32, x []float32) {
	check2("Scale", len(dst), len(x))
	scale(dst, x, a)
}

// Lerp moves dst the fraction t of the way to x, dst += t (x - dst): an
// exponential moving average.
func Lerp(dst, x []float32, t float32) {
	check2("Lerp", len(dst), len(x))
	lerp(dst, x, t)
}

// Fill sets every element to a.
func Fill(dst []float32, a float32) { fill(dst, a) }

// Clamp computes dst = min(max(x, lo), hi); NaN stays NaN.
func Clamp(dst, x []float32, lo, hi float32) {
	check2("Clamp", len(dst), len(x))
	clamp(dst, x, lo, hi)
}
