package kernel

// Searches for the least of many numbers, with its place: the inner loops of
// shortest paths. All give the same bits on every instruction set; of equal
// numbers the first counts. There may be at most 2³¹ − 1 of them.

// Relax lowers distances to those through row k of a cost,
//
//	dist_j ← min(dist_j, (c_j − w_j) − h),   pred_j ← k where it fell,
//
// and returns the least distance and where it is: +Inf and 0 if none is finite.
func Relax(dist []float64, pred []int32, c, w []float64, h float64, k int32) (least float64, at int) {
	check4("Relax", len(dist), len(pred), len(c), len(w))
	return relax(dist, pred, c, w, h, k)
}

// ArgLeast returns the least x and where it is: +Inf and 0 if none is finite.
func ArgLeast(x []float64) (least float64, at int) { return argLeast(x) }

// TwoLeast returns the two least c_j − v_j and where they are: +Inf and 0 where
// there is none. Where the first is not unique, the second is as large.
func TwoLeast(c, v []float64) (u1, u2 float64, j1, j2 int) {
	check2("TwoLeast", len(c), len(v))
	return twoLeast(c, v)
}
