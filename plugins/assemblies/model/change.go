package model

import (
	"fmt"
	"slices"
)

// change is a synapse into support neuron Slot that was reinforced Count times.
type change struct{ slot, count int32 }

// changes are reinforced synapses of one fibre, listed by source.
type changes struct {
	index []int32 // [sources] place in lists + 1, or 0
	from  []int32 // [lists] the source of each list
	lists [][]change
}

// of returns the list of source i, making it where needed.
func (c *changes) of(i int32) *[]change {
	if c.index[i] == 0 {
		c.from = append(c.from, i)
		c.lists = append(c.lists, make([]change, 0, 16))
		c.index[i] = int32(len(c.lists))
	}
	return &c.lists[c.index[i]-1]
}

// State is what training has changed, as plain data.
type State struct {
	Neurons []int32         `json:"neurons"` // the support: neurons ever reinforced, by slot
	Fibres  []FibreState    `json:"fibres"`
	Bias    map[int]float64 `json:"bias,omitempty"`
	Rounds  uint64          `json:"rounds,omitempty"` // of the lazy engine, whose chances depend on it
}

// FibreState is the reinforced synapses of a fibre.
type FibreState struct {
	From  []int32   `json:"from"`           // sources
	Ends  []int32   `json:"ends"`           // [sources] where the list of each ends
	Slot  []int32   `json:"slot"`           // targets, by slot
	Count []int32   `json:"count"`          // reinforcements
	Upto  []int32   `json:"upto,omitempty"` // [sources] of the lazy engine: how many support neurons each list has been drawn for
	Sum   []float64 `json:"sum,omitempty"`  // [slots] of the lazy engine: Σ_i (w_ij − 1)
	Held  []float64 `json:"held"`           // [slots] of the last homeostasis: 1/Σ_i w_ij, of the lazy engine Σ_i (w_ij − 1)
}

// add appends the list of a source.
func (s *FibreState) add(source int32, list []change) {
	s.From = append(s.From, source)
	for _, ch := range list {
		s.Slot, s.Count = append(s.Slot, ch.slot), append(s.Count, ch.count)
	}
	s.Ends = append(s.Ends, int32(len(s.Slot)))
}

func (c *changes) state() (s FibreState) {
	for x, l := range c.lists {
		s.add(c.from[x], l)
	}
	return s
}

// all yields the lists of a state that has been checked.
func (s *FibreState) all(yield func(source int32, list []change) bool) {
	at := int32(0)
	for x, i := range s.From {
		list := make([]change, 0, s.Ends[x]-at)
		for ; at < s.Ends[x]; at++ {
			list = append(list, change{s.Slot[at], s.Count[at]})
		}
		if !yield(i, list) {
			return
		}
	}
}

// check looks at what was read: a model file may be anybody's.
func (s *FibreState) check(sources, slots int) error {
	if len(s.Ends) != len(s.From) || len(s.Slot) != len(s.Count) {
		return fmt.Errorf("lists of %d sources, %d ends, %d slots and %d counts do not fit together", len(s.From), len(s.Ends), len(s.Slot), len(s.Count))
	}
	seen := make([]int32, slots) // by list + 1
	known := make(map[int32]bool, len(s.From))
	at := int32(0)
	for x, i := range s.From {
		end := s.Ends[x]
		if i < 0 || int(i) >= sources || known[i] || end < at || int(end) > len(s.Slot) {
			return fmt.Errorf("list %d of source %d, ending at %d, is out of place", x, i, end)
		}
		known[i] = true
		for ; at < end; at++ {
			slot, n := s.Slot[at], s.Count[at]
			if slot < 0 || int(slot) >= slots || seen[slot] == int32(x+1) || n < 0 || n > 1<<20 {
				return fmt.Errorf("synapse %d to slot %d of %d with %d reinforcements is not possible", at, slot, slots, n)
			}
			seen[slot] = int32(x + 1)
		}
	}
	if at != int32(len(s.Slot)) {
		return fmt.Errorf("%d synapses belong to no source", len(s.Slot)-int(at))
	}
	return nil
}

// restore takes over a state that has been checked.
func (c *changes) restore(s FibreState, rule *Rule) {
	for source, list := range s.all {
		*c.of(source) = list
		for _, ch := range list {
			rule.Weight(int(ch.count))
		}
	}
}

// sorted puts a state into the order of sources and slots, which does not depend
// on how the synapses were kept.
func (s *FibreState) sorted() FibreState {
	type list struct {
		source  int32
		changes []change
	}
	var lists []list
	for source, changes := range s.all {
		slices.SortFunc(changes, func(a, b change) int { return int(a.slot - b.slot) })
		lists = append(lists, list{source, changes})
	}
	slices.SortFunc(lists, func(a, b list) int { return int(a.source - b.source) })
	var out FibreState
	for _, l := range lists {
		out.add(l.source, l.changes)
	}
	return out
}
