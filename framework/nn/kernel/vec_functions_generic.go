package kernel

import "math"

func expGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = expOf(x[i])
	}
}

func logGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = logOf(x[i])
	}
}

func tanhGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = tanhOf(x[i])
	}
}

func erfGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = erfOf(x[i])
	}
}

func sigmoidGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = sigmoidOf(x[i])
	}
}

func softplusGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = softplusOf(x[i])
	}
}

func geluGeneric(dst, x []float32) {
	for i := range dst {
		phi, _ := normal(x[i])
		dst[i] = x[i] * phi
	}
}

func sqrtGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = float32(math.Sqrt(float64(x[i])))
	}
}

func reluGeneric(dst, x []float32) {
	for i := range dst {
		dst[i] = max(x[i], 0)
	}
}

func preluGeneric(dst, x []float32, slope float32) {
	for i := range dst {
		if x[i] > 0 {
			dst[i] = x[i]
		} else {
			dst[i] = slope * x[i]
		}
	}
}
