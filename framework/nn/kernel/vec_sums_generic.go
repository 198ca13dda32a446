package kernel

import "math"

// partials are the 32 partial sums of a reduction.
type partials [32]float32

// total folds the partial sums in halves.
func (s *partials) total() float32 {
	for h := 16; h > 0; h /= 2 {
		for j := range h {
			s[j] += s[j+h]
		}
	}
	return s[0]
}

func sumGeneric(x []float32) float32 {
	var s partials
	for i := range x {
		s[i%32] += x[i]
	}
	return s.total()
}

func dotGeneric(x, y []float32) float32 {
	var s partials
	for i := range x {
		s[i%32] += float32(x[i] * y[i])
	}
	return s.total()
}

func squaredErrorGeneric(x, y []float32) float32 {
	var s partials
	for i := range x {
		d := x[i] - y[i]
		s[i%32] += float32(d * d)
	}
	return s.total()
}

// absMaxGeneric compares bits: without the sign they are ordered like the
// numbers, and NaN comes last.
func absMaxGeneric(x []float32) float32 {
	var m uint32
	for i := range x {
		m = max(m, math.Float32bits(x[i])&^(1<<31))
	}
	return math.Float32frombits(m)
}

func maximumGeneric(x []float32) float32 {
	m := float32(math.Inf(-1))
	for i := range x {
		if x[i] > m {
			m = x[i]
		}
	}
	return m
}

func poissonNLLGeneric(x, y []float32) float32 {
	var s partials
	for i := range x {
		r := min(max(y[i], poissonMin), poissonMax)
		s[i%32] += r - float32(x[i]*logOf(r))
	}
	return s.total()
}

func poissonNLLGradGeneric(dy, x, y []float32, a float32) {
	for i := range dy {
		r := y[i]
		if r < poissonMin || r > poissonMax {
			dy[i] = 0
		} else {
			dy[i] = a * (1 - x[i]/r)
		}
	}
}
