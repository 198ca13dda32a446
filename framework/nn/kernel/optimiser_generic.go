package kernel

import "math"

func adamGeneric(p, m, v, g []float32, l2, rest1, beta2, rest2, eps, keep, rate float32) {
	for i := range p {
		d := g[i] + float32(l2*p[i])
		m[i] += float32(rest1 * (d - m[i]))
		v[i] = float32(beta2*v[i]) + float32(rest2*float32(d*d))
		size := float32(math.Sqrt(float64(v[i]))) + eps
		p[i] = float32(keep*p[i]) - float32(rate*m[i])/size
	}
}

func sgdGeneric(p, buf, g []float32, rate, momentum, l2 float32) {
	for i := range p {
		d := g[i] + float32(l2*p[i])
		buf[i] = float32(momentum*buf[i]) + d
		p[i] -= float32(rate * buf[i])
	}
}
