//go:build !amd64 || purego

package kernel

func expDouble(dst, x []float64) { expDoubleGeneric(dst, x) }

func quotients(dst, x, y []float64) { quotientsGeneric(dst, x, y) }

func extent(x []float64) (least, most float64) { return extentGeneric(x) }

func mulVec(dst, a, x []float64) { mulVecGeneric(dst, a, x) }

func squaredDistances(dst, x, y []float64) { squaredDistancesGeneric(dst, x, y, 0) }

func gibbs(dst, c, g []float64, f, least, beta float64) { gibbsGeneric(dst, c, g, f, least, beta) }

func sinkhornRows(col, a, k, b, p []float64) (off, least float64) {
	return sinkhornRowsGeneric(col, a, k, b, p)
}

func planRow(dst, k, b, c []float64, a float64) (sum, cost float64) {
	return planRowGeneric(dst, k, b, c, a)
}

func relax(dist []float64, pred []int32, c, w []float64, h float64, k int32) (least float64, at int) {
	return relaxGeneric(dist, pred, c, w, h, k)
}

func argLeast(x []float64) (least float64, at int) { return argLeastGeneric(x) }

func twoLeast(c, v []float64) (u1, u2 float64, j1, j2 int) {
	t := twoLeastGeneric(noPlaces(), c, v, 0)
	return t.u1, t.u2, t.j1, t.j2
}
