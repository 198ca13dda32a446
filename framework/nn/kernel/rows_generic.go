package kernel

// What the kernels along rows do with one row.

// expShiftedGeneric computes dst = exp(scale (x - m)) and returns its sum.
func expShiftedGeneric(dst, x []float32, m, scale float32) float32 {
	var s partials
	for i := range dst {
		dst[i] = expOf(scale * (x[i] - m))
		s[i%32] += dst[i]
	}
	return s.total()
}

// sumExpGeneric returns Σ exp(xᵢ - m).
func sumExpGeneric(x []float32, m float32) float32 {
	var s partials
	for i := range x {
		s[i%32] += expOf(x[i] - m)
	}
	return s.total()
}

// softmaxGradGeneric computes dx = scale y (dy - d).
func softmaxGradGeneric(dx, y, dy []float32, d, scale float32) {
	for i := range dx {
		dx[i] = scale * float32(y[i]*(dy[i]-d))
	}
}

// squaresAroundGeneric returns Σ (xᵢ - m)².
func squaresAroundGeneric(x []float32, m float32) float32 {
	var s partials
	for i := range x {
		d := x[i] - m
		s[i%32] += float32(d * d)
	}
	return s.total()
}

// standardiseGeneric computes dst = (x - m) inv.
func standardiseGeneric(dst, x []float32, m, inv float32) {
	for i := range dst {
		dst[i] = (x[i] - m) * inv
	}
}

// normaliseGeneric computes dst = (x - m) inv scale + shift.
func normaliseGeneric(dst, x, scale, shift []float32, m, inv float32) {
	for i := range dst {
		dst[i] = float32((x[i]-m)*inv*scale[i]) + shift[i]
	}
}

// addStandardisedGeneric computes dst += dy (x - m) inv.
func addStandardisedGeneric(dst, dy, x []float32, m, inv float32) {
	for i := range dst {
		dst[i] += float32(dy[i] * float32((x[i]-m)*inv))
	}
}

// dotCentredGeneric returns Σ gᵢ (xᵢ - m).
func dotCentredGeneric(g, x []float32, m float32) float32 {
	var s partials
	for i := range x {
		s[i%32] += float32(g[i] * (x[i] - m))
	}
	return s.total()
}

// dotScaledCentredGeneric returns Σ gᵢ aᵢ (xᵢ - m).
func dotScaledCentredGeneric(g, a, x []float32, m float32) float32 {
	var s partials
	for i := range x {
		s[i%32] += float32(float32(g[i]*a[i]) * (x[i] - m))
	}
	return s.total()
}

// centredGradGeneric computes dx = inv (g - a - (x - m) b).
func centredGradGeneric(dx, g, x []float32, m, inv, a, b float32) {
	for i := range dx {
		dx[i] = inv * (g[i] - a - float32((x[i]-m)*b))
	}
}

// scaledCentredGradGeneric computes dx = inv (g scale - a - (x - m) b).
func scaledCentredGradGeneric(dx, g, scale, x []float32, m, inv, a, b float32) {
	for i := range dx {
		dx[i] = inv * (float32(g[i]*scale[i]) - a - float32((x[i]-m)*b))
	}
}
