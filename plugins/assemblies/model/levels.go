package model

import (
	"math/bits"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// levels keeps the synapses that were reinforced as bits: at[c−1] has those that
// were reinforced c times or more. A round counts bits, 256 targets at once, and
// reinforcing is a few operations on words. Memory grows with n_in n and with the
// largest count, so that only small areas have levels, and only deepest of them.
type levels struct {
	sources int
	blocks  int
	width   int        // columns in use, in sixteens
	compact bool       // columns are the support in order, not all neurons
	at      []*bitRows // by c − 1
	top     []uint8    // [sources] the most that a synapse of each was reinforced
}

const (
	deepest    = 32      // then lists take over
	levelBytes = 1 << 20 // what a level may take
)

// small says whether a fibre is kept in levels.
func small(sources, blocks int) bool { return 4*8*(sources+1)*blocks <= levelBytes }

func newLevels(sources, blocks int) *levels {
	return &levels{sources: sources, blocks: blocks, width: blocks * blockSize, top: make([]uint8, sources)}
}

func (l *levels) columns() columns {
	if l.compact {
		return byOrder
	}
	return byNeuron
}

func (l *levels) touched() (list []int32) {
	for i, c := range l.top {
		if c > 0 {
			list = append(list, int32(i))
		}
	}
	return list
}

// excess counts the bits of each level.
func (l *levels) excess(fired []int32, rule *Rule, s *tallies) []float64 {
	s.out = slices.Grow(s.out[:0], l.blocks*blockSize)[:l.blocks*blockSize]
	s.w = s.w[:0]
	var ends [deepest + 1]int32 // of the sources of each level in order
	s.order = slices.Grow(s.order[:0], (len(l.at)+1)*(len(fired)+8))[:0]
	for c, from := 1, fired; ; c++ { // those that reach level c are among those that reach c − 1
		n := len(s.order)
		list := s.order[n : n+len(from)+1]
		reach := 0
		for _, i := range from {
			list[reach] = i
			if int(l.top[i]) >= c {
				reach++
			}
		}
		if reach == 0 {
			break
		}
		from = list[:reach]
		s.order = fill(s.order, from, int32(l.sources))
		ends[c] = int32(len(s.order))
		s.w = append(s.w, rule.Weight(c)-1)
	}
	if len(s.w) == 0 {
		clear(s.out)
		return s.out
	}
	s.levels = slices.Grow(s.levels[:0], len(s.w)+1)[:len(s.w)+1]
	s.levels[len(s.w)] = kernel.BitCounts{} // none are above the last
	for b := range l.blocks {
		for c := range s.w {
			kernel.CountBits(&s.levels[c], l.at[c].block(b), s.order[ends[c]:ends[c+1]])
		}
		kernel.WeighCounts(s.out[b*blockSize:min((b+1)*blockSize, l.width)], s.w, s.levels)
	}
	return s.out
}

// reinforce moves synapses up: one that is in levels 1 to c enters level c + 1.
func (l *levels) reinforce(fired []int32, _ []uint64, to *targets, g graph, rule *Rule) {
	for _, t := range to.blocks {
		for _, i := range fired {
			s0, s1, s2, s3 := g.targets(i, 0, t.b)
			s0, s1, s2, s3 = s0&t.mask[0], s1&t.mask[1], s2&t.mask[2], s3&t.mask[3]
			c := 0
			for ; s0|s1|s2|s3 != 0; c++ {
				if c == len(l.at) {
					l.at = append(l.at, newBitRows(l.sources, l.blocks))
					rule.Weight(c + 1)
				}
				row := l.at[c].row(i, t.b)
				r0, r1, r2, r3 := row[0], row[1], row[2], row[3]
				row[0], row[1], row[2], row[3] = r0|s0, r1|s1, r2|s2, r3|s3
				s0, s1, s2, s3 = r0&s0, r1&s1, r2&s2, r3&s3
			}
			l.top[i] = max(l.top[i], uint8(c))
		}
	}
}

// each yields the columns of source i with a synapse that was reinforced, and how often.
func (l *levels) each(i int32, yield func(column, count int32)) {
	if l.top[i] == 0 {
		return
	}
	for b := range l.blocks {
		for w, bit := range l.at[0].row(i, b) {
			for ; bit != 0; bit &= bit - 1 {
				q := bits.TrailingZeros64(bit)
				c := 1
				for c < len(l.at) && l.at[c].row(i, b)[w]>>q&1 == 1 {
					c++
				}
				yield(int32(b*blockSize+w<<6+q), int32(c))
			}
		}
	}
}

// put makes the synapse from source i to a column one that was reinforced count times.
func (l *levels) put(i, column, count int32) {
	for len(l.at) < int(count) {
		l.at = append(l.at, newBitRows(l.sources, l.blocks))
	}
	for c := range count {
		l.at[c].row(i, int(column)/blockSize)[column>>6&3] |= 1 << (column & 63)
	}
	l.top[i] = max(l.top[i], uint8(count))
}

func (l *levels) state(number []int32) FibreState {
	var s FibreState
	for _, i := range l.touched() {
		var list []change
		l.each(i, func(j, count int32) { list = append(list, change{number[j] - 1, count}) })
		s.add(i, list)
	}
	return s.sorted()
}

func (l *levels) restore(s FibreState, neurons []int32, rule *Rule) {
	for i, list := range s.all {
		for _, ch := range list {
			l.put(i, neurons[ch.slot], ch.count)
			rule.Weight(int(ch.count))
		}
	}
}

// reader has columns for the support alone, if that takes fewer blocks.
func (l *levels) reader(sorted []int32, n int) learned {
	blocks := (len(sorted) + blockSize - 1) / blockSize
	if l.compact || blocks >= l.blocks {
		return l
	}
	place := make([]int32, n)
	for x, j := range sorted {
		place[j] = int32(x)
	}
	out := &levels{sources: l.sources, blocks: blocks, width: (len(sorted) + 15) &^ 15, compact: true, top: l.top}
	for c, level := range l.at {
		to := newBitRows(l.sources, blocks)
		out.at = append(out.at, to)
		for i, top := range l.top {
			if int(top) <= c {
				continue
			}
			for b := range l.blocks {
				for w, bit := range level.row(int32(i), b) {
					for ; bit != 0; bit &= bit - 1 {
						at := place[b*blockSize+w<<6+bits.TrailingZeros64(bit)]
						to.row(int32(i), int(at)/blockSize)[at>>6&3] |= 1 << (at & 63)
					}
				}
			}
		}
	}
	return out
}
