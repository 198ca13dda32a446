package kernel

import "math"

func reluGradGeneric(dx, y, dy []float32) {
	for i := range dx {
		dx[i] = positive(y[i], dy[i])
	}
}

// positive returns dy where y > 0, 0 elsewhere.
func positive(y, dy float32) float32 {
	if y > 0 {
		return dy
	}
	return 0
}

func tanhGradGeneric(dx, y, dy []float32) {
	for i := range dx {
		dx[i] = dy[i] * (1 - float32(y[i]*y[i]))
	}
}

func sigmoidGradGeneric(dx, y, dy []float32) {
	for i := range dx {
		dx[i] = dy[i] * float32(y[i]*(1-y[i]))
	}
}

func softplusGradGeneric(dx, x, dy []float32) {
	for i := range dx {
		dx[i] = dy[i] * sigmoidOf(x[i])
	}
}

func geluGradGeneric(dx, x, dy []float32) {
	for i := range dx {
		phi, e := normal(x[i])
		density := e * (1 / math.Sqrt2 / math.SqrtPi)
		dx[i] = dy[i] * fma(x[i], density, phi)
	}
}

func preluGradGeneric(dx, x, dy []float32, slope float32) float32 {
	var s partials
	for i := range dx {
		d := dy[i]
		if x[i] < 0 {
			s[i%32] += float32(d * x[i])
		}
		if x[i] > 0 {
			dx[i] = d
		} else {
			dx[i] = slope * d
		}
	}
	return s.total()
}
