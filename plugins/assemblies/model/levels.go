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
	compact bool       // columns are slots, not neurons
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
	return &levels{sources: sources, blocks: blocks, top: make([]uint8, sources)}
}

func (l *levels) whole() bool { return !l.compact }

func (l *levels) touched() (list []int32) {
	for i, c := range l.top {
		if c > 0 {
			list = append(list, int32(i))
		}
	}
	return list
}

// excess counts the bits of each level. Sources are in descending order of their
// top, so that those with anything at level c are the first upto[c].
func (l *levels) excess(fired []int32, rule *Rule, s *tallies) []float64 {
	size := l.blocks * blockSize
	s.out = slices.Grow(s.out[:0], size)[:size]
	clear(s.out)
	var upto, next [deepest + 2]int32
	for _, i := range fired {
		upto[l.top[i]]++
	}
	for c := len(l.at); c > 0; c-- {
		next[c] = upto[c+1]
		upto[c] += upto[c+1]
	}
	s.order = slices.Grow(s.order[:0], int(upto[1])+8)[:upto[1]]
	for _, i := range fired {
		if c := l.top[i]; c > 0 {
			s.order[next[c]] = i
			next[c]++
		}
	}
	s.order = fill(s.order, nil, int32(l.sources))
	rows := func(c int) []int32 { return s.order[:(upto[c]+7)&^7] } // the last have nothing at this level
	for b := range l.blocks {
		now, above := &s.now, &s.next
		for c := 1; upto[c] > 0; c++ {
			if c == 1 {
				*now = [blockSize]int32{}
				kernel.CountBits(now, l.at[0].block(b), rows(1))
			}
			*above = [blockSize]int32{}
			if upto[c+1] > 0 {
				kernel.CountBits(above, l.at[c].block(b), rows(c+1))
			}
			kernel.WeighCounts(s.out[b*blockSize:(b+1)*blockSize], rule.Weight(c)-1, now[:], above[:])
			now, above = above, now
		}
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

// reader has slots for columns, if they are fewer blocks than all neurons.
func (l *levels) reader(number []int32, support int) learned {
	blocks := (support + blockSize - 1) / blockSize
	if blocks >= l.blocks {
		return l
	}
	out := newLevels(l.sources, blocks)
	out.compact = true
	for i := range int32(l.sources) {
		l.each(i, func(j, count int32) { out.put(i, number[j]-1, count) })
	}
	return out
}
