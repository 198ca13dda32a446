package kernel

import (
	"fmt"
	"math"
)

// Kernels along the rows of matrices, which may be strided. A result may be in
// the place of an argument of its shape. Each row is reduced in the order of Sum.

func perRow(name string, n int, x Matrix) {
	x.holds(name)
	check2(name, n, x.Rows)
}

// SoftmaxRows computes dst_ij = exp(scale x_ij) / Σ_k exp(scale x_ik). The scale
// is not negative. A row of -Inf gives NaN.
func SoftmaxRows(dst, x Matrix, scale float32) {
	alike("SoftmaxRows", dst, x)
	if scale < 0 {
		panic(fmt.Sprintf("kernel.SoftmaxRows: scale %v is negative", scale))
	}
	for i := range x.Rows {
		d, r := dst.Row(i), x.Row(i)
		s := expShifted(d, r, Max(r), scale)
		Scale(d, 1/s, d)
	}
}

// SoftmaxRowsGrad computes dx_ij = scale y_ij (dy_ij - Σ_k y_ik dy_ik) for
// y = softmax(scale x).
func SoftmaxRowsGrad(dx, y, dy Matrix, scale float32) {
	alike("SoftmaxRowsGrad", dx, y)
	alike("SoftmaxRowsGrad", dx, dy)
	for i := range y.Rows {
		yi, di := y.Row(i), dy.Row(i)
		softmaxGrad(dx.Row(i), yi, di, dot(yi, di), scale)
	}
}

// LogSumExpRows computes dst_i = ln Σ_j exp(x_ij): -Inf for a row of -Inf.
func LogSumExpRows(dst []float32, x Matrix) {
	perRow("LogSumExpRows", len(dst), x)
	for i := range dst {
		r := x.Row(i)
		m := Max(r)
		if math.IsInf(float64(m), 0) {
			dst[i] = m
			if a := AbsMax(r); a != a {
				dst[i] = a
			}
			continue
		}
		dst[i] = m + logOf(sumExp(r, m))
	}
}

// RowSums computes dst_i = Σ_j x_ij.
func RowSums(dst []float32, x Matrix) {
	perRow("RowSums", len(dst), x)
	for i := range dst {
		dst[i] = sum(x.Row(i))
	}
}

// RowDots computes dst_i = Σ_j x_ij y_ij.
func RowDots(dst []float32, x, y Matrix) {
	perRow("RowDots", len(dst), x)
	alike("RowDots", x, y)
	for i := range dst {
		dst[i] = dot(x.Row(i), y.Row(i))
	}
}

// ScaleRows computes dst_ij = a_i x_ij.
func ScaleRows(dst Matrix, a []float32, x Matrix) {
	perRow("ScaleRows", len(a), x)
	alike("ScaleRows", dst, x)
	for i, s := range a {
		scale(dst.Row(i), x.Row(i), s)
	}
}

// RowMoments computes the mean and the biased variance of every row in two
// passes, the second over the deviations from the mean: it keeps its accuracy
// where the mean is much larger than the deviations. (The sums have 32 parts; a
// correction as in ColumnMoments would change nothing.)
func RowMoments(mean, variance []float32, x Matrix) {
	perRow("RowMoments", len(mean), x)
	check2("RowMoments", len(mean), len(variance))
	n := float32(x.Cols)
	if isShort(x) && len(mean) > 0 {
		shortMoments(mean, variance, x)
		return
	}
	for i := range mean {
		r := x.Row(i)
		mean[i] = sum(r) / n
		variance[i] = squaresAround(r, mean[i]) / n
	}
}

// NormaliseRows computes dst_ij = (x_ij - mean_i) inv_i scale_j + shift_j, the
// forward pass of LayerNorm with inv = 1/√(variance + ε). Without scale or shift
// (nil) the factor or the term is left out.
func NormaliseRows(dst, x Matrix, mean, inv, scale, shift []float32) {
	perRow("NormaliseRows", len(mean), x)
	alike("NormaliseRows", dst, x)
	check2("NormaliseRows", len(mean), len(inv))
	perColumn("NormaliseRows", scale, x)
	perColumn("NormaliseRows", shift, x)
	if isShort(x) && len(mean) > 0 && scale != nil && shift != nil {
		shortNormalise(dst, x, mean, inv, scale, shift)
		return
	}
	for i := range mean {
		d := dst.Row(i)
		if scale != nil && shift != nil {
			normalise(d, x.Row(i), scale, shift, mean[i], inv[i])
			continue
		}
		standardise(d, x.Row(i), mean[i], inv[i])
		if scale != nil {
			mul(d, d, scale)
		}
		if shift != nil {
			add(d, d, shift)
		}
	}
}

func perColumn(name string, a []float32, x Matrix) {
	if a != nil {
		check2(name, len(a), x.Cols)
	}
}

// NormaliseRowsGrad is the backward pass of NormaliseRows through mean and
// variance. With x̂ = (x - mean) inv and g = dy scale, of n columns,
//
//	dx_ij = inv_i (g_ij - 1/n Σ_k g_ik - x̂_ij 1/n Σ_k g_ik x̂_ik)
//	dscale_j += Σ_i dy_ij x̂_ij,   dshift_j += Σ_i dy_ij
//
// where the rows are added one after another. dx may be dy or x. Without scale
// (nil), g = dy; dscale and dshift may be nil.
func NormaliseRowsGrad(dx Matrix, dscale, dshift []float32, dy, x Matrix, mean, inv, scale []float32) {
	const name = "NormaliseRowsGrad"
	perRow(name, len(mean), x)
	check2(name, len(mean), len(inv))
	alike(name, dx, x)
	alike(name, dy, x)
	perColumn(name, scale, x)
	perColumn(name, dscale, x)
	perColumn(name, dshift, x)
	if isShort(x) && len(mean) > 0 && scale != nil && dscale != nil && dshift != nil {
		shortNormaliseGrad(dx, dscale, dshift, dy, x, mean, inv, scale)
		return
	}
	n := float32(x.Cols)
	for i, m := range mean {
		d, g, r := dx.Row(i), dy.Row(i), x.Row(i)
		if dshift != nil {
			add(dshift, dshift, g)
		}
		if dscale != nil {
			addStandardised(dscale, g, r, m, inv[i])
		}
		if scale == nil {
			a, b := sum(g)/n, dotCentred(g, r, m)/n
			centredGrad(d, g, r, m, inv[i], a, b*inv[i]*inv[i])
		} else {
			a, b := dot(g, scale)/n, dotScaledCentred(g, scale, r, m)/n
			scaledCentredGrad(d, g, scale, r, m, inv[i], a, b*inv[i]*inv[i])
		}
	}
}
