package ot

import "math"

// sweepRows makes the half step a ← p/(K b) and gathers col ← Kᵀ a in the same
// pass over K [n x m], while its rows are in the nearest cache. It returns
// Σ|a_before ⊙ K b − p|, the row error of the plan before the step, and the
// least element of K b.
//
// Eight rows go together: eight independent sums hide the latency of the
// additions, and b and col are read once for all of them.
func sweepRows(col, a, K, b, p []float64) (rowError, least float64) {
	m := len(b)
	col = col[:m]
	clear(col)
	least = math.Inf(1)
	step := func(i int, s float64) {
		rowError += math.Abs(a[i]*s - p[i])
		least = min(least, s)
		a[i] = p[i] / s
	}
	i := 0
	for ; i+8 <= len(a); i += 8 {
		k0, k1, k2, k3 := K[i*m:][:m], K[(i+1)*m:][:m], K[(i+2)*m:][:m], K[(i+3)*m:][:m]
		k4, k5, k6, k7 := K[(i+4)*m:][:m], K[(i+5)*m:][:m], K[(i+6)*m:][:m], K[(i+7)*m:][:m]
		var s0, s1, s2, s3, s4, s5, s6, s7 float64
		for j, bj := range b {
			s0 += k0[j] * bj
			s1 += k1[j] * bj
			s2 += k2[j] * bj
			s3 += k3[j] * bj
			s4 += k4[j] * bj
			s5 += k5[j] * bj
			s6 += k6[j] * bj
			s7 += k7[j] * bj
		}
		step(i, s0)
		step(i+1, s1)
		step(i+2, s2)
		step(i+3, s3)
		step(i+4, s4)
		step(i+5, s5)
		step(i+6, s6)
		step(i+7, s7)
		addRows(col, k0, k1, k2, k3, a[i], a[i+1], a[i+2], a[i+3])
		addRows(col, k4, k5, k6, k7, a[i+4], a[i+5], a[i+6], a[i+7])
	}
	for ; i < len(a); i++ {
		k := K[i*m:][:m]
		s := 0.0
		for j, bj := range b {
			s += k[j] * bj
		}
		step(i, s)
		for j, kj := range k {
			col[j] += a[i] * kj
		}
	}
	return rowError, least
}

// addRows adds a0·k0 + a1·k1 + a2·k2 + a3·k3 to col.
func addRows(col, k0, k1, k2, k3 []float64, a0, a1, a2, a3 float64) {
	m := len(col)
	k0, k1, k2, k3 = k0[:m], k1[:m], k2[:m], k3[:m]
	for j := range col {
		col[j] += (a0*k0[j] + a1*k1[j]) + (a2*k2[j] + a3*k3[j])
	}
}
