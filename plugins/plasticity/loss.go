package plasticity

import "math"

// crossEntropy returns the mean over rows of −ln q_label and writes its gradient
// by the logits [rows x l] over them, where q = softmax(logits) or, as in the
// released code, softmax(softmax(logits)), whose loss cannot fall below ln(1 + (l−1)/e).
func crossEntropy(logits []float32, labels []int32, twice bool) float64 {
	classes := len(logits) / len(labels)
	loss := 0.0
	q, outer := make([]float64, classes), make([]float64, classes)
	for i, label := range labels {
		row := logits[i*classes:][:classes]
		for c, v := range row {
			q[c] = float64(v)
		}
		softmax(q, q)
		top := q
		if twice {
			softmax(outer, q)
			top = outer
		}
		loss -= math.Log(math.Max(top[label], 1e-300))
		dot := 0.0
		for c := range row { // dL/d(argument of the last softmax)
			d := top[c] / float64(len(labels))
			if c == int(label) {
				d -= 1 / float64(len(labels))
			}
			row[c] = float32(d)
			dot += d * q[c]
		}
		if twice { // back through the first softmax
			for c := range row {
				row[c] = float32(q[c] * (float64(row[c]) - dot))
			}
		}
	}
	return loss / float64(len(labels))
}

// softmax writes exp(x_c) / Σ exp(x).
func softmax(dst, x []float64) {
	most := math.Inf(-1)
	for _, v := range x {
		most = math.Max(most, v)
	}
	sum := 0.0
	for c, v := range x {
		dst[c] = math.Exp(v - most)
		sum += dst[c]
	}
	for c := range dst {
		dst[c] /= sum
	}
}
