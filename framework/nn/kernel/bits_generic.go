package kernel

import "math/bits"

// countBitsGeneric adds to counts. It has digit s of the counts of 64 columns in a word, plane[s], and
// adds a row by carrying.
func countBitsGeneric(counts *BitCounts, words []uint64, rows []int32) {
	for w := range 4 {
		var plane [32]uint64
		top := 0
		for _, i := range rows {
			carry := words[4*int(i)+w]
			for s := 0; carry != 0; s++ {
				plane[s], carry = plane[s]^carry, plane[s]&carry
				top = max(top, s+1)
			}
		}
		for s, p := range plane[:top] {
			for ; p != 0; p &= p - 1 {
				counts[w<<6+bits.TrailingZeros64(p)] += 1 << s
			}
		}
	}
}

func raiseBitsGeneric(left *[4]uint64, words []uint64, rows []int32, x, mask *[4]uint64) bool {
	s0, s1, s2, s3 := x[0]&mask[0], x[1]&mask[1], x[2]&mask[2], x[3]&mask[3]
	for _, r := range rows {
		if s0|s1|s2|s3 == 0 {
			return false
		}
		row := (*[4]uint64)(words[4*int(r):])
		r0, r1, r2, r3 := row[0], row[1], row[2], row[3]
		row[0], row[1], row[2], row[3] = r0|s0, r1|s1, r2|s2, r3|s3
		s0, s1, s2, s3 = r0&s0, r1&s1, r2&s2, r3&s3
	}
	*left = [4]uint64{s0, s1, s2, s3}
	return s0|s1|s2|s3 != 0
}

func weighCountsGeneric(dst []float64, w []float64, counts []BitCounts, from int) {
	for q := from; q < len(dst); q++ {
		dst[q] = 0
		for c := range w {
			dst[q] += float64(w[c] * float64(counts[c][q]-counts[c+1][q]))
		}
	}
}

func addCountsGeneric(dst []float64, x []uint16, e, f []float64) {
	for q := range dst {
		dst[q] += float64(f[q] * (float64(x[q]) + e[q]))
	}
}

func countAtLeastGeneric(x []float64, t float64) (n int) {
	for _, v := range x {
		if v >= t {
			n++
		}
	}
	return n
}

func indicesAtLeastGeneric(dst []int32, x []float64, t float64) (n int) {
	for i, v := range x {
		dst[n] = int32(i) // overwritten where it does not count
		if v >= t {
			n++
		}
	}
	return n
}
