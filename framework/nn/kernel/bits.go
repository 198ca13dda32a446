package kernel

// Counting bits and picking the largest of many numbers: kernels of networks
// whose neurons fire or do not. All give the same bits on every instruction set.

// BitColumns is the number of columns that CountBits counts at once.
const BitColumns = 256

// BitCounts are the counts of so many columns.
type BitCounts [BitColumns]uint16

// MostRows is what CountBits can count.
const MostRows = 1<<16 - 1

// CountBits writes to counts[q] the number of the given rows in which bit q is
// set. Row i is the four words from words[4i] on. Rows are trusted to lie within
// words; lists of a multiple of 8 rows are quickest (a row of zeros fills them up).
func CountBits(counts *BitCounts, words []uint64, rows []int32) {
	if len(words)%4 != 0 || len(rows) > MostRows {
		lengths("CountBits", len(words), 4, len(rows))
	}
	countBits(counts, words, rows)
}

// RaiseBits puts the bits of x ∧ mask into the first of the rows that has not got
// them, every bit by itself, so that rows are counters: the rows of a column that
// have its bit, all before those that have not, are its count. It returns whether some
// bits were in all rows, and which. Rows are trusted as in CountBits.
func RaiseBits(left *[4]uint64, words []uint64, rows []int32, x, mask *[4]uint64) bool {
	return raiseBits(left, words, rows, x, mask)
}

// WeighCounts computes for columns of levels of counts
//
//	dst[q] = Σ_c w[c] (counts[c][q] − counts[c+1][q])
//
// with c in ascending order. counts has one level more than w, and falls from level
// to level.
func WeighCounts(dst []float64, w []float64, counts []BitCounts) {
	if len(dst) > BitColumns || len(counts) != len(w)+1 {
		lengths("WeighCounts", len(dst), len(w), len(counts))
	}
	weighCounts(dst, w, counts)
}

// AddCounts computes dst += f ⊙ (x + e).
func AddCounts(dst []float64, x []uint16, e, f []float64) {
	check4("AddCounts", len(dst), len(x), len(e), len(f))
	addCounts(dst, x, e, f)
}

// CountAtLeast is the number of x that are t or more.
func CountAtLeast(x []float64, t float64) int { return countAtLeast(x, t) }

// IndicesAtLeast writes the places of the x that are t or more to dst, ascending,
// and returns how many they are. dst must have room for len(x) + 8.
func IndicesAtLeast(dst []int32, x []float64, t float64) int {
	if len(dst) < len(x)+8 {
		lengths("IndicesAtLeast", len(dst), len(x)+8)
	}
	return indicesAtLeast(dst, x, t)
}
