package model

import (
	"math/bits"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// levels keeps the synapses that were reinforced as bits: level c has those that
// were reinforced c times or more. A round counts bits, 256 targets at once, and
// reinforcing is a few operations on words. A source has a row of bits in a level
// once one of its synapses got there. Memory grows with n_in n and with the largest
// count, so that only small areas have levels, and only deepest of them.
type levels struct {
	sources int
	row     [][]int32  // [level][sources] which row a source has, 0: none
	rows    int        // how many there are, with row 0, which is empty
	words   [][]uint64 // [block of columns][4 rows]

	// Of a reader, whose columns are the support alone, the deepest first:
	neurons []int32 // [columns] nil: columns are neurons
	depths  []int   // [block of columns] levels with anything in them
	blocks  int     // of neurons
}

const (
	deepest    = 32      // then lists take over
	levelBytes = 1 << 20 // what a level may take
)

// small says whether a fibre is kept in levels.
func small(sources, blocks int) bool { return 4*8*sources*blocks <= levelBytes }

func newLevels(sources, blocks int) *levels {
	l := &levels{sources: sources, blocks: blocks, rows: 1, words: make([][]uint64, blocks)}
	for b := range l.words {
		l.words[b] = make([]uint64, 4)
	}
	return l
}

// depth is the number of levels.
func (l *levels) depth() int { return len(l.row) }

func (l *levels) byNeuron() bool { return true }

func (l *levels) touched() (list []int32) {
	if l.depth() > 0 {
		for i, r := range l.row[0] {
			if r > 0 {
				list = append(list, int32(i))
			}
		}
	}
	return list
}

// add gives source i a row in the level.
func (l *levels) add(i int32, level int) int32 {
	if level == len(l.row) {
		l.row = append(l.row, make([]int32, l.sources))
	}
	if 4*l.rows == len(l.words[0]) {
		more := 4 * max(l.rows, min(2*l.sources, 2048))
		for b := range l.words {
			l.words[b] = append(l.words[b], make([]uint64, more)...)
		}
	}
	r := int32(l.rows)
	l.row[level][i] = r
	l.rows++
	return r
}

// at is row r of block b.
func (l *levels) at(r int32, b int) *[4]uint64 { return (*[4]uint64)(l.words[b][4*r:]) }

// excess counts the bits of each level.
func (l *levels) excess(fired []int32, rule *Rule, s *tallies) []float64 {
	s.out = slices.Grow(s.out[:0], l.blocks*blockSize)[:l.blocks*blockSize]
	out := s.out
	if l.neurons != nil {
		s.part = slices.Grow(s.part[:0], len(l.words)*blockSize)[:len(l.words)*blockSize]
		out = s.part
	}
	s.w = s.w[:0]
	var ends [deepest + 1]int32 // of the rows of each level in order
	s.order = slices.Grow(s.order[:0], l.depth()*(len(fired)+8))[:0]
	s.from = append(s.from[:0], fired...)
	s.from = append(s.from, 0)
	from := s.from[:len(fired)]
	for level, row := range l.row { // who has a row here is among those that had one in the level below
		first := len(s.order)
		list := s.order[first : first+len(from)+1]
		n := 0
		for _, i := range from {
			r := row[i]
			list[n], from[n] = r, i
			n += int(uint32(-r) >> 31) // if r > 0, but none could foretell a branch
		}
		if n == 0 {
			break
		}
		from = from[:n]
		s.order = fill(s.order, list[:n], 0)
		ends[level+1] = int32(len(s.order))
		s.w = append(s.w, rule.Weight(level+1)-1)
	}
	if len(s.w) == 0 {
		clear(s.out)
		return s.out
	}
	s.levels = slices.Grow(s.levels[:0], len(s.w)+1)[:len(s.w)+1]
	for b, words := range l.words {
		depth := len(s.w)
		if l.neurons != nil {
			depth = min(depth, l.depths[b])
		}
		for level := range depth {
			kernel.CountBits(&s.levels[level], words, s.order[ends[level]:ends[level+1]])
		}
		s.levels[depth] = kernel.BitCounts{} // none are above the last
		kernel.WeighCounts(out[b*blockSize:(b+1)*blockSize], s.w[:depth], s.levels[:depth+1])
	}
	if l.neurons != nil {
		clear(s.out)
		for x, j := range l.neurons {
			s.out[j] = out[x]
		}
	}
	return s.out
}

// reinforce moves synapses up: one that is in levels 1 to c enters level c + 1.
func (l *levels) reinforce(fired []int32, _ []uint64, to *targets, g graph, rule *Rule) {
	synapses := g.(stored) // as only small areas have levels
	var rows [deepest + 2]int32
	var left [4]uint64 // what enters a level that i has no row in
	for _, i := range fired {
		top := 0 // levels in which i has a row
		for ; top < len(l.row) && l.row[top][i] > 0; top++ {
			rows[top] = l.row[top][i]
		}
		rows[top] = 0 // none yet
		for y := range to.blocks {
			t := &to.blocks[y]
			if kernel.RaiseBits(&left, l.words[t.b], rows[:top], synapses.row(i, t.b), (*[4]uint64)(&t.mask)) {
				if rows[top] == 0 {
					rows[top] = l.add(i, top)
				}
				*l.at(rows[top], t.b) = left
			}
		}
	}
	rule.Weight(l.depth())
}

// put makes the synapse from source i to a column one that was reinforced count times.
func (l *levels) put(i, column, count int32) {
	for level := range int(count) {
		var r int32
		if level < len(l.row) {
			r = l.row[level][i]
		}
		if r == 0 {
			r = l.add(i, level)
		}
		l.at(r, int(column)/blockSize)[column>>6&3] |= 1 << (column & 63)
	}
}

func (l *levels) state(number []int32) FibreState {
	var s FibreState
	for _, i := range l.touched() {
		var list []change
		for b := range l.words {
			for w, bit := range l.at(l.row[0][i], b) {
				for ; bit != 0; bit &= bit - 1 {
					q := bits.TrailingZeros64(bit)
					c := 1
					for c < l.depth() && l.at(l.row[c][i], b)[w]>>q&1 == 1 {
						c++
					}
					list = append(list, change{number[b*blockSize+w<<6+q] - 1, int32(c)})
				}
			}
		}
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

// reader has columns for the support alone, if that takes fewer blocks: those with
// the most reinforced synapses come first, so that deep levels take a block or two.
func (l *levels) reader(sorted []int32, n int) learned {
	blocks := (len(sorted) + blockSize - 1) / blockSize
	if l.neurons != nil || blocks >= l.blocks {
		return l
	}
	depth := make([]int, n)
	for level, row := range l.row {
		for b, words := range l.words {
			var any [4]uint64
			for _, r := range row {
				for w := range any {
					any[w] |= words[4*int(r)+w]
				}
			}
			for w, bit := range any {
				for ; bit != 0; bit &= bit - 1 {
					depth[b*blockSize+w<<6+bits.TrailingZeros64(bit)] = level + 1
				}
			}
		}
	}
	out := *l
	out.neurons = slices.Clone(sorted)
	slices.SortStableFunc(out.neurons, func(i, j int32) int { return depth[j] - depth[i] })
	out.words, out.depths = make([][]uint64, blocks), make([]int, blocks)
	for b := range out.words {
		out.words[b] = make([]uint64, 4*l.rows)
		out.depths[b] = depth[out.neurons[b*blockSize]]
	}
	place := make([]int32, n)
	for x, j := range out.neurons {
		place[j] = int32(x)
	}
	for b, words := range l.words {
		for at, bit := range words[:4*l.rows] {
			for ; bit != 0; bit &= bit - 1 {
				to := place[b*blockSize+at&3<<6+bits.TrailingZeros64(bit)]
				out.words[to/blockSize][at&^3+int(to>>6&3)] |= 1 << (to & 63)
			}
		}
	}
	return &out
}
