package assemblies

import (
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// majority returns for every class the k neurons that fire most often in the caps
// of its samples, R2. A class without samples has none.
func majority(y [][]int32, labels []int32, classes, n, k int, learned func(c int) bool) [][]int32 {
	out := make([][]int32, classes)
	var pick assembly.Selector
	for c := range out {
		if !learned(c) {
			continue
		}
		counts := make([]float64, n)
		for i, cap := range y {
			if int(labels[i]) == c {
				for _, j := range cap {
					counts[j]++
				}
			}
		}
		out[c] = pick.KCap(counts, k)
	}
	return out
}

// members are assemblies in a form that is quick to meet. A neuron has a word for
// every four classes, with a one in the sixteen bits of each class that it is in, so
// that a sum of words counts four classes at once.
type members struct {
	place []int32  // [n] of a neuron among those of any assembly + 1, or 0
	words []uint64 // [places][width], none first
	width int
}

func newMembers(assemblies [][]int32, n int) members {
	m := members{place: make([]int32, n), width: (len(assemblies) + 3) / 4}
	m.words = make([]uint64, m.width)
	for c, a := range assemblies {
		for _, j := range a {
			if m.place[j] == 0 {
				m.place[j] = int32(len(m.words) / m.width)
				m.words = append(m.words, make([]uint64, m.width)...)
			}
			m.words[int(m.place[j])*m.width+c/4] |= 1 << (c % 4 * 16)
		}
	}
	return m
}

// meet writes |y ∩ A_c| for every class. Neurons beyond n are in no assembly.
func (m members) meet(y []int32, out []int) {
	clear(out)
	for len(y) > 0 {
		part := y[:min(len(y), 1<<16-1)] // what sixteen bits can count
		y = y[len(part):]
		for w := range m.width {
			var sum uint64
			for _, j := range part {
				if int(j) < len(m.place) {
					sum += m.words[int(m.place[j])*m.width+w]
				}
			}
			for c := 4 * w; c < min(4*w+4, len(out)); c++ {
				out[c] += int(sum >> (c % 4 * 16) & (1<<16 - 1))
			}
		}
	}
}

// decide returns the class of a sample that shares so many neurons with each
// assembly: the largest, the first of equals; or 1 above k/2, else 0.
func (m *model) decide(meets []int) int {
	if m.Settings.Decision == "threshold" {
		if 2*meets[1] > m.Settings.K {
			return 1
		}
		return 0
	}
	best := 0
	for c, n := range meets {
		if n > meets[best] {
			best = c
		}
	}
	return best
}

// right is 1 for the samples that decide gives their class.
func (m *model) right(y [][]int32, labels []int32, assemblies [][]int32) []float64 {
	in := newMembers(assemblies, m.known())
	meets := make([]int, m.Classes)
	right := make([]float64, len(y))
	for i := range y {
		in.meet(y[i], meets)
		if m.decide(meets) == int(labels[i]) {
			right[i] = 1
		}
	}
	return right
}

// bestThreshold is the largest accuracy that any threshold on |y ∩ A| reaches:
// positive above it, negative at most.
func bestThreshold(y [][]int32, labels []int32, a []int32, known, k int) float64 {
	in := newMembers([][]int32{a}, known)
	meets := make([]int, 1)
	above := make([]int, k+2) // gain, in samples, of a threshold below this overlap
	right := 0                // with everything negative
	for i := range y {
		in.meet(y[i], meets)
		if labels[i] == 1 {
			above[meets[0]]++
		} else {
			above[meets[0]]--
			right++
		}
	}
	best := right
	for n := k; n >= 0; n-- {
		right += above[n]
		best = max(best, right)
	}
	return float64(best) / float64(len(y))
}
