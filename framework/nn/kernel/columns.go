package kernel

// Kernels along the columns of matrices: what BatchNorm does to a batch whose
// samples are rows. Sums take the rows one after another and round products
// before adding, so that all instruction sets give the same bits. A result may
// be in the place of an argument of its shape.

func columns(name string, x Matrix, a ...[]float32) {
	x.holds(name)
	for _, v := range a {
		check2(name, len(v), x.Cols)
	}
}

// ColumnSums computes dst_j = Σ_i x_ij.
func ColumnSums(dst []float32, x Matrix) {
	columns("ColumnSums", x, dst)
	clear(dst)
	addColumnSums(x, dst)
}

// AddColumnSums computes dst_j += Σ_i x_ij, the rows one after another.
func AddColumnSums(dst []float32, x Matrix) {
	columns("AddColumnSums", x, dst)
	addColumnSums(x, dst)
}

// ColumnMoments computes the mean and the biased variance of every column of n
// rows by the corrected two-pass algorithm (Chan, Golub & LeVeque 1983): with a
// first mean m and d = x - m,
//
//	mean = m + Σd/n,   variance = (Σd² - (Σd)²/n) / n
//
// which stays accurate where the mean is much larger than the deviations.
func ColumnMoments(mean, variance []float32, x Matrix) {
	columns("ColumnMoments", x, mean, variance)
	clear(mean)
	addColumnSums(x, mean)
	n := float32(x.Rows)
	for j := range mean {
		mean[j] /= n
	}
	columnMoments(x, mean, variance, n)
}

// AffineColumns computes dst_ij = act(a_j x_ij + b_j).
func AffineColumns(dst, x Matrix, a, b []float32, act Activation) {
	columns("AffineColumns", x, a, b)
	alike("AffineColumns", dst, x)
	if act == ReLU {
		affineColumnsRelu(dst, x, a, b)
	} else {
		affineColumns(dst, x, a, b)
	}
}

// ColumnSumsAndDots computes, with x̂_ij = (x_ij - mean_j) inv_j,
//
//	sumDy_j = Σ_i dy_ij,   sumDyXhat_j = Σ_i dy_ij x̂_ij
//
// the gradients of a BatchNorm's shift and scale, in one pass over memory. inv_j
// multiplies the finished sum.
func ColumnSumsAndDots(sumDy, sumDyXhat []float32, dy, x Matrix, mean, inv []float32) {
	columns("ColumnSumsAndDots", x, sumDy, sumDyXhat, mean, inv)
	alike("ColumnSumsAndDots", dy, x)
	columnSumsAndDots(dy, x, mean, sumDy, sumDyXhat)
	mul(sumDyXhat, sumDyXhat, inv)
}

// ColumnSumsAndDotsRelu is ColumnSumsAndDots with dy_ij taken as zero unless
// y_ij > 0, y being the output of AffineColumns with ReLU.
func ColumnSumsAndDotsRelu(sumDy, sumDyXhat []float32, dy, x, y Matrix, mean, inv []float32) {
	columns("ColumnSumsAndDotsRelu", x, sumDy, sumDyXhat, mean, inv)
	alike("ColumnSumsAndDotsRelu", dy, x)
	alike("ColumnSumsAndDotsRelu", y, x)
	columnSumsAndDotsRelu(dy, x, y, mean, sumDy, sumDyXhat)
	mul(sumDyXhat, sumDyXhat, inv)
}

// AffineColumns2 computes dx_ij = c0_j dy_ij + c1_j x_ij + c2_j, which is
// BatchNorm's gradient once its sums are known.
func AffineColumns2(dx, dy, x Matrix, c0, c1, c2 []float32) {
	columns("AffineColumns2", x, c0, c1, c2)
	alike("AffineColumns2", dx, x)
	alike("AffineColumns2", dy, x)
	affineColumns2(dx, dy, x, c0, c1, c2)
}

// AffineColumns2Relu is AffineColumns2 with dy_ij taken as zero unless y_ij > 0.
func AffineColumns2Relu(dx, dy, x, y Matrix, c0, c1, c2 []float32) {
	columns("AffineColumns2Relu", x, c0, c1, c2)
	alike("AffineColumns2Relu", dx, x)
	alike("AffineColumns2Relu", dy, x)
	alike("AffineColumns2Relu", y, x)
	affineColumns2Relu(dx, dy, x, y, c0, c1, c2)
}
