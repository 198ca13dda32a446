package model

import (
	"math/bits"
	"slices"
)

// lists keeps the synapses that were reinforced, however often, by source: little
// memory in large areas.
type lists struct {
	changes
	slots int
	mark  []int32 // [slots] zeros between calls
	hit   []int32
}

func newLists(sources int) *lists { return &lists{changes: changes{index: make([]int32, sources)}} }

func (l *lists) byNeuron() bool              { return false }
func (l *lists) touched() []int32            { return l.from }
func (l *lists) reader([]int32, int) learned { return l }

func (l *lists) excess(fired []int32, rule *Rule, s *tallies) []float64 {
	s.out = append(s.out[:0], make([]float64, l.slots)...)
	s.first = append(s.first[:0], make([]int32, l.slots+2)...) // sorted by slot: counting, then placing
	l.each(fired, func(ch change) { s.first[ch.slot+2]++ })
	for slot := 1; slot < len(s.first); slot++ {
		s.first[slot] += s.first[slot-1]
	}
	total := int(s.first[len(s.first)-1])
	s.counts = slices.Grow(s.counts[:0], total)[:total]
	l.each(fired, func(ch change) {
		s.counts[s.first[ch.slot+1]] = ch.count
		s.first[ch.slot+1]++
	})
	for slot := range s.out {
		counts := s.counts[s.first[slot]:s.first[slot+1]]
		slices.Sort(counts)
		for len(counts) > 0 {
			c, n := counts[0], 1
			for n < len(counts) && counts[n] == c {
				n++
			}
			s.out[slot] += float64((rule.Weight(int(c)) - 1) * float64(n))
			counts = counts[n:]
		}
	}
	return s.out
}

// each yields the reinforced synapses from fired.
func (l *lists) each(fired []int32, yield func(change)) {
	for _, i := range fired {
		if at := l.index[i]; at != 0 {
			for _, ch := range l.lists[at-1] {
				yield(ch)
			}
		}
	}
}

func (l *lists) reinforce(fired []int32, keys []uint64, to *targets, g graph, rule *Rule) {
	for _, t := range to.blocks {
		for q := range t.mask.all {
			l.slots = max(l.slots, int(to.number[t.b*blockSize+q]))
		}
	}
	l.mark = append(l.mark, make([]int32, l.slots-len(l.mark))...)
	for x, i := range fired {
		var key uint64
		if len(keys) > 0 {
			key = keys[x]
		}
		l.hit = l.hit[:0]
		for y := range to.blocks {
			b, mask := to.blocks[y].b, &to.blocks[y].mask
			s0, s1, s2, s3 := g.targets(i, key, b)
			number := to.number[b*blockSize:]
			for w, both := range [...]uint64{s0 & mask[0], s1 & mask[1], s2 & mask[2], s3 & mask[3]} {
				for ; both != 0; both &= both - 1 {
					l.hit = append(l.hit, number[w<<6+bits.TrailingZeros64(both)]-1)
				}
			}
		}
		l.raise(i, rule)
	}
}

// raise reinforces the synapses from one source to the slots hit, all different.
func (l *lists) raise(source int32, rule *Rule) {
	if len(l.hit) == 0 {
		return
	}
	list := l.of(source)
	known := *list
	for x, ch := range known {
		l.mark[ch.slot] = int32(x + 1)
	}
	grown := known
	for _, slot := range l.hit {
		if x := l.mark[slot]; x > 0 {
			grown[x-1].count++
			rule.Weight(int(grown[x-1].count))
		} else {
			grown = append(grown, change{slot, 1})
			rule.Weight(1)
		}
	}
	for _, ch := range known {
		l.mark[ch.slot] = 0
	}
	*list = grown
}

func (l *lists) state([]int32) FibreState {
	s := l.changes.state()
	return s.sorted()
}

func (l *lists) restore(s FibreState, neurons []int32, rule *Rule) {
	l.slots = len(neurons)
	l.mark = make([]int32, l.slots)
	l.changes.restore(s, rule)
}
