package kernel

// Element-wise functions, dst = f(x); dst may be x. NaN gives NaN. Tests sweep the
// float32 numbers, those below the normal ones included, for errors of at most
//
//	Log 1 ulp   Exp 1.5 ulp   Erf, Softplus 2 ulp   Tanh, Sigmoid 2.5 ulp   Gelu 10 ulp
//
// where Gelu is that far off only in its left tail near -13. AVX2 and AVX-512
// give equal bits; the portable definitions may differ from them in the last.

// Exp computes dst = e^x.
func Exp(dst, x []float32) {
	check2("Exp", len(dst), len(x))
	exp(dst, x)
}

// Log computes dst = ln x: -Inf at zero, NaN below.
func Log(dst, x []float32) {
	check2("Log", len(dst), len(x))
	log(dst, x)
}

// Tanh computes dst = tanh x.
func Tanh(dst, x []float32) {
	check2("Tanh", len(dst), len(x))
	tanh(dst, x)
}

// Erf computes dst = erf x.
func Erf(dst, x []float32) {
	check2("Erf", len(dst), len(x))
	erf(dst, x)
}

// Sigmoid computes dst = 1 / (1 + e^-x).
func Sigmoid(dst, x []float32) {
	check2("Sigmoid", len(dst), len(x))
	sigmoid(dst, x)
}

// Softplus computes dst = ln(1 + e^x), which in float32 is x itself above 20.
func Softplus(dst, x []float32) {
	check2("Softplus", len(dst), len(x))
	softplus(dst, x)
}

// Gelu computes dst = x Φ(x) with the normal distribution function
// Φ(x) = (1 + erf(x/√2)) / 2: the exact form, not the one with tanh. -Inf gives
// NaN, as it does in PyTorch.
func Gelu(dst, x []float32) {
	check2("Gelu", len(dst), len(x))
	gelu(dst, x)
}

// Sqrt computes dst = √x, correctly rounded.
func Sqrt(dst, x []float32) {
	check2("Sqrt", len(dst), len(x))
	sqrt(dst, x)
}

// Relu computes dst = max(x, 0). The sign of a zero is open.
func Relu(dst, x []float32) {
	check2("Relu", len(dst), len(x))
	relu(dst, x)
}

// PRelu computes dst = x where x > 0, slope x elsewhere.
func PRelu(dst, x []float32, slope float32) {
	check2("PRelu", len(dst), len(x))
	prelu(dst, x, slope)
}
