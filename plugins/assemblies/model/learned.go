package model

import "github.com/assaylab/assay/framework/nn/kernel"

// learned keeps how often the synapses of one fibre were reinforced. What a round
// asks of it is, for every target,
//
//	Σ_c (w_c − 1) |{fired i: i -> j reinforced c times}|,   c = 1, 2, ... in turn
//
// The sizes of the sets are whole numbers, so that all ways of keeping them agree
// in every bit.
type learned interface {
	// excess returns that sum by slot or, where byNeuron says so, by neuron. It is
	// valid until the next call with the same scratch.
	excess(fired []int32, rule *Rule, s *tallies) []float64
	byNeuron() bool
	// touched are the sources that have a reinforced synapse.
	touched() []int32
	// reinforce raises the synapses from fired to the cap by one.
	reinforce(fired []int32, keys []uint64, to *targets, g graph, rule *Rule)
	// state lists the synapses, restore reads a list that has been checked.
	state(number []int32) FibreState
	restore(s FibreState, neurons []int32, rule *Rule)
	// reader returns it in the form that is quickest to read; sorted is the support.
	reader(sorted []int32, n int) learned
}

// targets is a cap by blocks.
type targets struct {
	blocks []targetBlock
	number []int32 // [n] slot + 1 of a support neuron
}

type targetBlock struct {
	b    int
	mask set256
}

func (t *targets) set(cap []int32) {
	t.blocks = t.blocks[:0]
	for _, j := range cap {
		if b := int(j) / blockSize; len(t.blocks) == 0 || t.blocks[len(t.blocks)-1].b != b {
			t.blocks = append(t.blocks, targetBlock{b: b})
		}
		t.blocks[len(t.blocks)-1].mask.set(j)
	}
}

// tallies is scratch for sums over sets of synapses.
type tallies struct {
	out    []float64
	part   []float64
	order  []int32
	from   []int32
	first  []int32
	counts []int32
	levels []kernel.BitCounts
	w      []float64
}
