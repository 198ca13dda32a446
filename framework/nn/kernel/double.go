package kernel

import "math"

// Double-precision kernels, for algorithms whose result depends on digits that
// float32 does not have: optimal transport. Sums run in an order that depends on
// the shape alone. MulVec and the sums of SinkhornRows and PlanRow agree between
// instruction sets within the bounds that the tests derive; all others give the
// same bits.

// ExpDouble computes dst = e^x with an error below one unit in the last place; dst
// may be x.
func ExpDouble(dst, x []float64) {
	check2("ExpDouble", len(dst), len(x))
	expDouble(dst, x)
}

// Quotients computes dst = x / y; dst may be one of them.
func Quotients(dst, x, y []float64) {
	check3("Quotients", len(dst), len(x), len(y))
	quotients(dst, x, y)
}

// Extent returns the least and the greatest x: +Inf and -Inf if there are none, and
// NaN twice if one is NaN.
func Extent(x []float64) (least, most float64) { return extent(x) }

// MulVec computes dst = A x with A [len(dst) x len(x)], its rows one after another.
// The error of a sum is at most len(x) u Σ|a x|, u = 2⁻⁵³.
func MulVec(dst, a, x []float64) {
	check2("MulVec", len(a), len(dst)*len(x))
	if len(x) == 0 {
		clear(dst)
		return
	}
	if len(dst) > 0 {
		mulVec(dst, a, x)
	}
}

// SquaredDistances computes dst_j = Σ_i (x_i − y_ij)², the squared distance of x
// from each of len(dst) points, whose coordinates are the columns of y
// [len(x) x len(dst)].
func SquaredDistances(dst, x, y []float64) {
	check2("SquaredDistances", len(y), len(dst)*len(x))
	squaredDistances(dst, x, y)
}

// undefined is what a comparison of NaN gives.
var undefined = math.NaN()
