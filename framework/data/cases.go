package data

// leastBlock is the least length of a block that counts as a case.
const leastBlock = 10

// Cases numbers what inference counts in a recording, or in a part of one: its
// trials, in order of first appearance. of[i] is the case of sample i, n how many
// there are. Where all samples belong to one trial, cases are 10 contiguous blocks
// of equal length, 9 or 8 where the samples do not suffice for 10 of 10 each. Of
// fewer than 80 samples in one trial there are none: of is nil.
func (r *Recording) Cases() (of []int, n int) {
	of = make([]int, r.Len())
	for i := range of {
		if i > 0 && r.Trial[i] != r.Trial[i-1] {
			n++
		}
		of[i] = n
	}
	if n++; n > 1 {
		return of, n
	}
	n = min(len(of)/leastBlock, 10)
	if n < 8 {
		return nil, 0
	}
	for i := range of {
		of[i] = i * n / len(of)
	}
	return of, n
}
