//go:build !amd64 || purego

package kernel

func countBits(counts *BitCounts, words []uint64, rows []int32) {
	*counts = BitCounts{}
	countBitsGeneric(counts, words, rows)
}

func raiseBits(left *[4]uint64, words []uint64, rows []int32, x, mask *[4]uint64) bool {
	return raiseBitsGeneric(left, words, rows, x, mask)
}

func weighCounts(dst []float64, w []float64, counts []BitCounts) {
	weighCountsGeneric(dst, w, counts, 0)
}

func addCounts(dst []float64, x []uint16, e, f []float64) { addCountsGeneric(dst, x, e, f) }

func countAtLeast(x []float64, t float64) int { return countAtLeastGeneric(x, t) }

func indicesAtLeast(dst []int32, x []float64, t float64) int { return indicesAtLeastGeneric(dst, x, t) }
