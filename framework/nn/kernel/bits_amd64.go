//go:build amd64 && !purego

package kernel

// On wider machines too these kernels use 256-bit vectors: a block of columns is
// as wide.

func countBits(counts *BitCounts, words []uint64, rows []int32) {
	add := false
	if active >= AVX2 {
		for len(rows) >= 8 {
			n := min(len(rows)&^7, 248) // the assembly counts in bytes
			countBitsAVX2(&counts[0], &words[0], &rows[0], n, add)
			rows, add = rows[n:], true
		}
	}
	if !add {
		*counts = BitCounts{}
	}
	if len(rows) > 0 {
		countBitsGeneric(counts, words, rows)
	}
}

func raiseBits(left *[4]uint64, words []uint64, rows []int32, x, mask *[4]uint64) bool {
	if active < AVX2 || len(rows) == 0 {
		return raiseBitsGeneric(left, words, rows, x, mask)
	}
	return raiseBitsAVX2(&left[0], &words[0], &rows[0], len(rows), &x[0], &mask[0])
}

func weighCounts(dst []float64, w []float64, counts []BitCounts) {
	n := 0
	if active >= AVX2 && len(dst) >= 16 && len(w) > 0 {
		n = len(dst) &^ 15
		weighCountsAVX2(&dst[0], &counts[0][0], &w[0], len(w), n)
	}
	weighCountsGeneric(dst, w, counts, n)
}

func addCounts(dst []float64, x []uint16, e, f []float64) {
	n := 0
	if active >= AVX2 && len(dst) >= 4 {
		n = len(dst) &^ 3
		addCountsAVX2(&dst[0], &x[0], &e[0], &f[0], n)
	}
	addCountsGeneric(dst[n:], x[n:], e[n:], f[n:])
}

func countAtLeast(x []float64, t float64) int {
	n, found := 0, 0
	if active >= AVX2 && len(x) >= 4 {
		n = len(x) &^ 3
		found = countAtLeastAVX2(&x[0], n, t)
	}
	return found + countAtLeastGeneric(x[n:], t)
}

func indicesAtLeast(dst []int32, x []float64, t float64) int {
	if active < AVX2 || len(x) < 8 {
		return indicesAtLeastGeneric(dst, x, t)
	}
	n := len(x) &^ 7
	found := indicesAtLeastAVX2(&dst[0], &x[0], n, t)
	for ; n < len(x); n++ {
		if x[n] >= t {
			dst[found] = int32(n)
			found++
		}
	}
	return found
}
