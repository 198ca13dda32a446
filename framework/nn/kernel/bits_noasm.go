//go:build !amd64 || purego

package kernel

func countBits(counts *[BitColumns]int32, words []uint64, rows []int32) {
	countBitsGeneric(counts, words, rows)
}

func weighCounts(dst []float64, w float64, x, y []int32) { weighCountsGeneric(dst, w, x, y) }

func addCounts(dst []float64, x []int32, e, f []float64) { addCountsGeneric(dst, x, e, f) }

func countAtLeast(x []float64, t float64) int { return countAtLeastGeneric(x, t) }

func indicesAtLeast(dst []int32, x []float64, t float64) int { return indicesAtLeastGeneric(dst, x, t) }
