package kernel

import "math"

func gibbsGeneric(dst, c, g []float64, f, least, beta float64) {
	for j, v := range c {
		if e := f + g[j] - float64((v-least)*beta); e > GibbsFlush {
			dst[j] = expOfDouble(e)
		} else {
			dst[j] = 0
		}
	}
}

func sinkhornRowsGeneric(col, a, k, b, p []float64) (off, least float64) {
	m := len(b)
	clear(col)
	least = math.Inf(1)
	step := func(i int, s float64) {
		off += math.Abs(float64(a[i]*s) - p[i])
		least = min(least, s)
		a[i] = p[i] / s
	}
	i := 0
	for ; i+8 <= len(a); i += 8 {
		rows := k[i*m:][:8*m]
		for r, s := range eightDots(rows, b) {
			step(i+r, s)
		}
		addRows(col, rows[:4*m], a[i:])
		addRows(col, rows[4*m:], a[i+4:])
	}
	for ; i < len(a); i++ {
		row, s := k[i*m:][:m], 0.0
		for j, v := range b {
			s += row[j] * v
		}
		step(i, s)
		for j, v := range row {
			col[j] += a[i] * v
		}
	}
	return off, least
}

// addRows adds a0·k0 + a1·k1 + a2·k2 + a3·k3 to col.
func addRows(col, k, a []float64) {
	m := len(col)
	k0, k1, k2, k3 := k[:m], k[m:][:m], k[2*m:][:m], k[3*m:][:m]
	a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
	for j := range col {
		col[j] += (a0*k0[j] + a1*k1[j]) + (a2*k2[j] + a3*k3[j])
	}
}

func planRowGeneric(dst, k, b, c []float64, a float64) (sum, cost float64) {
	for j := range dst {
		w := a * k[j] * b[j]
		dst[j] = w
		sum += w
		cost += w * c[j]
	}
	return sum, cost
}
