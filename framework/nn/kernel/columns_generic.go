package kernel

// addColumnSumsGeneric computes dst_j += Σ_i x_ij.
func addColumnSumsGeneric(x Matrix, dst []float32) {
	for i := range x.Rows {
		addGeneric(dst, dst, x.Row(i))
	}
}

// columnMomentsGeneric completes first means to mean and variance.
func columnMomentsGeneric(x Matrix, mean, variance []float32, n float32) {
	for j, m := range mean {
		var s1, s2 float32
		for i := range x.Rows {
			d := x.Data[i*x.Stride+j] - m
			s1 += d
			s2 += float32(d * d)
		}
		shift := s1 / n
		mean[j] = m + shift
		variance[j] = (s2 - float32(s1*shift)) / n
	}
}

func affineColumnsGeneric(dst, x Matrix, a, b []float32) {
	for i := range x.Rows {
		d, r := dst.Row(i), x.Row(i)
		for j := range d {
			d[j] = float32(a[j]*r[j]) + b[j]
		}
	}
}

func affineColumnsReluGeneric(dst, x Matrix, a, b []float32) {
	for i := range x.Rows {
		d, r := dst.Row(i), x.Row(i)
		for j := range d {
			d[j] = max(float32(a[j]*r[j])+b[j], 0)
		}
	}
}

// columnSumsAndDotsGeneric computes s_j = Σ_i dy_ij and d_j = Σ_i dy_ij (x_ij - m_j).
func columnSumsAndDotsGeneric(dy, x Matrix, m, s, d []float32) {
	clear(s)
	clear(d)
	for i := range x.Rows {
		g, r := dy.Row(i), x.Row(i)
		for j := range g {
			s[j] += g[j]
			d[j] += float32(g[j] * (r[j] - m[j]))
		}
	}
}

// columnSumsAndDotsReluGeneric does the same with dy_ij = 0 unless y_ij > 0.
func columnSumsAndDotsReluGeneric(dy, x, y Matrix, m, s, d []float32) {
	clear(s)
	clear(d)
	for i := range x.Rows {
		g, r, out := dy.Row(i), x.Row(i), y.Row(i)
		for j := range g {
			own := positive(out[j], g[j])
			s[j] += own
			d[j] += float32(own * (r[j] - m[j]))
		}
	}
}

func affineColumns2Generic(dx, dy, x Matrix, c0, c1, c2 []float32) {
	for i := range x.Rows {
		d, g, r := dx.Row(i), dy.Row(i), x.Row(i)
		for j := range d {
			d[j] = float32(c0[j]*g[j]) + float32(c1[j]*r[j]) + c2[j]
		}
	}
}

func affineColumns2ReluGeneric(dx, dy, x, y Matrix, c0, c1, c2 []float32) {
	for i := range x.Rows {
		d, g, r, out := dx.Row(i), dy.Row(i), x.Row(i), y.Row(i)
		for j := range d {
			d[j] = float32(c0[j]*positive(out[j], g[j])) + float32(c1[j]*r[j]) + c2[j]
		}
	}
}
