package kernel

// Counting bits and picking the largest of many numbers: kernels of networks
// whose neurons fire or do not. All give the same bits on every instruction set.

// BitColumns is the number of columns that CountBits counts at once.
const BitColumns = 256

// CountBits adds to counts[q] the number of the given rows in which bit q is
// set. Row i is the four words from words[4i] on. Rows are trusted to lie within
// words; lists of a multiple of 8 rows are quickest (a row of zeros fills them up).
func CountBits(counts *[BitColumns]int32, words []uint64, rows []int32) {
	if len(words)%4 != 0 {
		lengths("CountBits", len(words), 4)
	}
	countBits(counts, words, rows)
}

// WeighCounts computes dst += w (x - y).
func WeighCounts(dst []float64, w float64, x, y []int32) {
	check3("WeighCounts", len(dst), len(x), len(y))
	weighCounts(dst, w, x, y)
}

// AddCounts computes dst += f ⊙ (x + e).
func AddCounts(dst []float64, x []int32, e, f []float64) {
	check4("AddCounts", len(dst), len(x), len(e), len(f))
	addCounts(dst, x, e, f)
}

// CountAtLeast is the number of x that are t or more.
func CountAtLeast(x []float64, t float64) int { return countAtLeast(x, t) }

// IndicesAtLeast writes the places of the x that are t or more to dst, ascending,
// and returns how many they are. dst must have room for len(x) + 4.
func IndicesAtLeast(dst []int32, x []float64, t float64) int {
	if len(dst) < len(x)+4 {
		lengths("IndicesAtLeast", len(dst), len(x)+4)
	}
	return indicesAtLeast(dst, x, t)
}
