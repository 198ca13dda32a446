package kernel

// The conversions float32(...) around products keep the compiler from fusing
// them with the additions that follow.

func addGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func subGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

func mulGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func divGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

func mulAddGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] += float32(x[i] * y[i])
	}
}

func axpyGeneric(dst, x []float32, a float32) {
	for i := range dst {
		dst[i] += float32(a * x[i])
	}
}

func scaleGeneric(dst, x []float32, a float32) {
	for i := range dst {
		dst[i] = a * x[i]
	}
}

func lerpGeneric(dst, x []float32, t float32) {
	for i := range dst {
		dst[i] += float32(t * (x[i] - dst[i]))
	}
}

func fillGeneric(dst []float32, a float32) {
	for i := range dst {
		dst[i] = a
	}
}

func clampGeneric(dst, x []float32, lo, hi float32) {
	for i := range dst {
		dst[i] = min(max(x[i], lo), hi)
	}
}
