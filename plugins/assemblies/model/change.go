package model

import "fmt"

// change is a synapse into support neuron Slot that was reinforced Count times.
type change struct{ slot, count int32 }

// changes are the reinforced synapses of one fibre, listed by source.
type changes struct {
	index []int32 // [sources] place in lists + 1, or 0
	from  []int32 // [lists] the source of each list
	lists [][]change
	sum   []float64 // [slots] Σ_i (w_c − 1) into each support neuron
}

func newChanges(sources int) *changes { return &changes{index: make([]int32, sources)} }

// of returns the list of source i, making it where needed.
func (c *changes) of(i int32) *[]change {
	if c.index[i] == 0 {
		c.from = append(c.from, i)
		c.lists = append(c.lists, make([]change, 0, 16))
		c.index[i] = int32(len(c.lists))
	}
	return &c.lists[c.index[i]-1]
}

// reinforce raises the synapses from one source to the slots hit, all different.
// mark [slots] is scratch of zeros, and is left so.
func (c *changes) reinforce(source int32, hit []int32, mark []int32, rule *Rule) {
	list := c.of(source)
	l := *list
	for x, ch := range l {
		mark[ch.slot] = int32(x + 1)
	}
	known := l
	for _, slot := range hit {
		n := int32(0)
		if x := mark[slot]; x > 0 {
			n = l[x-1].count
			l[x-1].count++
		} else {
			l = append(l, change{slot, 1})
		}
		next := rule.Weight(int(n) + 1)
		c.sum[slot] += next - rule.weights[n]
	}
	for _, ch := range known {
		mark[ch.slot] = 0
	}
	*list = l
}

// excess adds Σ_i (w_ij − 1) over the fired sources, in their order, to every slot.
func (c *changes) excess(fired []int32, weights, out []float64) {
	for _, i := range fired {
		if l := c.index[i]; l != 0 {
			for _, ch := range c.lists[l-1] {
				out[ch.slot] += weights[ch.count] - 1
			}
		}
	}
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
	Sum   []float64 `json:"sum"`            // [slots] as changes.sum
	Held  []float64 `json:"held"`           // [slots] Σ_i w_ij at the last homeostasis
}

func (c *changes) state() (s FibreState) {
	s.From = append([]int32{}, c.from...)
	for _, l := range c.lists {
		for _, ch := range l {
			s.Slot, s.Count = append(s.Slot, ch.slot), append(s.Count, ch.count)
		}
		s.Ends = append(s.Ends, int32(len(s.Slot)))
	}
	s.Sum = append([]float64{}, c.sum...)
	return s
}

// restore checks what it reads: a model file may be anybody's.
func (c *changes) restore(s FibreState, slots int, rule *Rule) error {
	if len(s.Ends) != len(s.From) || len(s.Slot) != len(s.Count) || len(s.Sum) != slots {
		return fmt.Errorf("lists of %d sources, %d ends, %d slots, %d counts and %d sums do not fit together", len(s.From), len(s.Ends), len(s.Slot), len(s.Count), len(s.Sum))
	}
	at := int32(0)
	for x, i := range s.From {
		end := s.Ends[x]
		if i < 0 || int(i) >= len(c.index) || c.index[i] != 0 || end < at || int(end) > len(s.Slot) {
			return fmt.Errorf("list %d of source %d, ending at %d, is out of place", x, i, end)
		}
		list := c.of(i)
		for ; at < end; at++ {
			if slot, n := s.Slot[at], s.Count[at]; slot < 0 || int(slot) >= slots || n < 0 || n > 1<<20 {
				return fmt.Errorf("synapse %d to slot %d of %d with %d reinforcements is not possible", at, slot, slots, n)
			}
			*list = append(*list, change{s.Slot[at], s.Count[at]})
			rule.Weight(int(s.Count[at]))
		}
	}
	c.sum = append([]float64{}, s.Sum...)
	return nil
}
