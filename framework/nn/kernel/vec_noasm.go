package kernel

func addColumnSums(x Matrix, dst []float32) { addColumnSumsGeneric(x, dst) }

func columnMoments(x Matrix, mean, variance []float32) { columnMomentsGeneric(x, mean, variance) }

func affineColumns(dst, x Matrix, a, b []float32) { affineColumnsGeneric(dst, x, a, b) }

func affineColumnsRelu(dst, x Matrix, a, b []float32) { affineColumnsReluGeneric(dst, x, a, b) }

func columnSumsAndDots(dy, x Matrix, m, s, d []float32) { columnSumsAndDotsGeneric(dy, x, m, s, d) }

func columnSumsAndDotsRelu(dy, x, y Matrix, m, s, d []float32) {
	columnSumsAndDotsReluGeneric(dy, x, y, m, s, d)
}

func affineColumns2(dx, dy, x Matrix, c0, c1, c2 []float32) {
	affineColumns2Generic(dx, dy, x, c0, c1, c2)
}

func affineColumns2Relu(dx, dy, x, y Matrix, c0, c1, c2 []float32) {
	affineColumns2ReluGeneric(dx, dy, x, y, c0, c1, c2)
}

func adam(p, m, v, g []float32, l2, rest1, beta2, rest2, root2, eps, keep, rate float32) {
	adamGeneric(p, m, v, g, l2, rest1, beta2, rest2, root2, eps, keep, rate)
}

func sgd(p, buf, g []float32, rate, momentum, l2 float32) { sgdGeneric(p, buf, g, rate, momentum, l2) }

func expShifted(dst, x []float32, m, scale float32) float32 {
	return expShiftedGeneric(dst, x, m, scale)
}

func sumExp(x []float32, m float32) float32 { return sumExpGeneric(x, m) }

func softmaxGrad(dx, y, dy []float32, d, scale float32) { softmaxGradGeneric(dx, y, dy, d, scale) }

func squaresAround(x []float32, m float32) float32 { return squaresAroundGeneric(x, m) }

func standardise(dst, x []float32, m, inv float32) { standardiseGeneric(dst, x, m, inv) }

func addStandardised(dst, dy, x []float32, m, inv float32) {
	addStandardisedGeneric(dst, dy, x, m, inv)
}

func dotCentred(g, x []float32, m float32) float32 { return dotCentredGeneric(g, x, m) }

func dotScaledCentred(g, a, x []float32, m float32) float32 {
	return dotScaledCentredGeneric(g, a, x, m)
}

func centredGrad(dx, g, x []float32, m, inv, a, b float32) {
	centredGradGeneric(dx, g, x, m, inv, a, b)
}

func scaledCentredGrad(dx, g, scale, x []float32, m, inv, a, b float32) {
	scaledCentredGradGeneric(dx, g, scale, x, m, inv, a, b)
}

func exp(dst, x []float32) { expGeneric(dst, x) }

func log(dst, x []float32) { logGeneric(dst, x) }

func tanh(dst, x []float32) { tanhGeneric(dst, x) }

func erf(dst, x []float32) { erfGeneric(dst, x) }

func sigmoid(dst, x []float32) { sigmoidGeneric(dst, x) }

func softplus(dst, x []float32) { softplusGeneric(dst, x) }

func gelu(dst, x []float32) { geluGeneric(dst, x) }

func sqrt(dst, x []float32) { sqrtGeneric(dst, x) }

func relu(dst, x []float32) { reluGeneric(dst, x) }

func prelu(dst, x []float32, slope float32) { preluGeneric(dst, x, slope) }

func add(dst, x, y []float32) { addGeneric(dst, x, y) }

func sub(dst, x, y []float32) { subGeneric(dst, x, y) }

func mul(dst, x, y []float32) { mulGeneric(dst, x, y) }

func div(dst, x, y []float32) { divGeneric(dst, x, y) }

func mulAdd(dst, x, y []float32) { mulAddGeneric(dst, x, y) }

func axpy(dst, x []float32, a float32) { axpyGeneric(dst, x, a) }

func scale(dst, x []float32, a float32) { scaleGeneric(dst, x, a) }

func lerp(dst, x []float32, t float32) { lerpGeneric(dst, x, t) }

func clamp(dst, x []float32, lo, hi float32) { clampGeneric(dst, x, lo, hi) }

func reluGrad(dx, y, dy []float32) { reluGradGeneric(dx, y, dy) }

func tanhGrad(dx, y, dy []float32) { tanhGradGeneric(dx, y, dy) }

func sigmoidGrad(dx, y, dy []float32) { sigmoidGradGeneric(dx, y, dy) }

func softplusGrad(dx, x, dy []float32) { softplusGradGeneric(dx, x, dy) }

func geluGrad(dx, x, dy []float32) { geluGradGeneric(dx, x, dy) }

func preluGrad(dx, x, dy []float32, slope float32) float32 { return preluGradGeneric(dx, x, dy, slope) }

func sum(x []float32) float32 { return sumGeneric(x) }

func dot(x, y []float32) float32 { return dotGeneric(x, y) }

func squaredError(x, y []float32) float32 { return squaredErrorGeneric(x, y) }

func absMax(x []float32) float32 { return absMaxGeneric(x) }

func maximum(x []float32) float32 { return maximumGeneric(x) }

func poissonNLL(x, y []float32) float32 { return poissonNLLGeneric(x, y) }

func poissonNLLGrad(dy, x, y []float32, a float32) { poissonNLLGradGeneric(dy, x, y, a) }
