package model

import (
	"sync"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// dense is the exact and the hash engine: every neuron competes in every round.
// They differ in where synapses come from and in nothing else.
type dense struct {
	Config
	blocks int
	fibres []*fibre
	bias   []float64 // [n], or nil while all are 0

	number  []int32 // [n] slot + 1 of a support neuron, or 0
	neurons []int32 // [slots] the support, in order of first reinforcement
	order   []int32 // slots by ascending neuron, as of the last round
	sorted  []int32 // their neurons
	ends    []int32 // [blocks] where those of each block end in order
	reading bool    // a fork: what it reads does not change

	scratch
}

type fibre struct {
	Fibre
	edges   *edges
	graph   graph
	learned learned
	degree  []float64 // [n] in-degree, or nil without normalisation
	factor  []float64 // [n] 1/Σ_i w_ij at the last homeostasis, or nil
	patches []patch
}

// scratch is what a round writes; each fork has its own.
type scratch struct {
	fired   [][]int32   // [fibres] filled up
	keys    [][]uint64  // [fibres]
	excess  [][]float64 // [fibres] as learned has it
	tallies []tallies   // [fibres]
	caps    []capper    // by thread
	rows    []rows      // by thread
	noise   []float64
	all     []float64 // activations of a small area
	pick    Selector
	to      targets
}

func newDense(c Config, exact bool) *dense {
	d := &dense{Config: c, blocks: (c.N + blockSize - 1) / blockSize, number: make([]int32, c.N)}
	d.ends = make([]int32, d.blocks)
	for i, f := range c.Fibres {
		e := newEdges(mix(c.Seed+golden*uint64(i+1)), f)
		fb := &fibre{Fibre: f, edges: e, graph: hashed{e}}
		if exact {
			fb.graph = store(e, f.From, d.blocks)
		}
		fb.forget(d.blocks)
		d.fibres = append(d.fibres, fb)
		if c.Normalise {
			fb.degree = d.degrees(fb)
		}
	}
	d.Homeostasis()
	return d
}

// forget makes all synapses as they were at first.
func (f *fibre) forget(blocks int) {
	f.learned = newLists(f.From)
	if _, bits := f.graph.(stored); bits && small(f.From, blocks) {
		f.learned = newLevels(f.From, blocks)
	}
}

// MostFiring is how many sources of a fibre the engines exact and hash can count.
const MostFiring = kernel.MostRows &^ 7

// degrees counts the synapses into every neuron.
func (d *dense) degrees(f *fibre) []float64 {
	out := make([]float64, d.N)
	for first := 0; first < f.From; first += MostFiring {
		var some []int32
		for i := first; i < min(f.From, first+MostFiring); i++ {
			some = append(some, int32(i))
		}
		keys := f.hashKeys(nil, some)
		some = fill(nil, some, int32(f.From))
		d.share(func(_, from, to int) {
			var r rows
			for b := from; b < to; b++ {
				f.graph.count(some, keys, b, &r, &r.counts)
				for q := range d.within(b) {
					out[b*blockSize+q] += float64(r.counts[q])
				}
			}
		})
	}
	return out
}

// within is the number of neurons in block b.
func (d *dense) within(b int) int { return min(blockSize, d.N-b*blockSize) }

// share calls work with a thread's number and its range of blocks.
func (d *dense) share(work func(thread, from, to int)) {
	threads := min(max(1, d.Threads), d.blocks/256+1) // a small area is not worth waking anyone
	var wg sync.WaitGroup
	for t := 1; t < threads; t++ {
		wg.Go(func() { work(t, t*d.blocks/threads, (t+1)*d.blocks/threads) })
	}
	work(0, 0, d.blocks/threads)
	wg.Wait()
}

func (d *dense) Support() int { return len(d.neurons) }

// Homeostasis: Σ_i w_ij becomes 1 for every neuron that has a synapse.
func (d *dense) Homeostasis() {
	d.makeScratch()
	for x, f := range d.fibres {
		if f.degree == nil {
			continue
		}
		if f.factor == nil {
			f.factor = make([]float64, d.N)
			for j, n := range f.degree {
				f.factor[j] = 1 / max(n, 1) // without synapses there is nothing to divide by
			}
		}
		excess := f.learned.excess(f.learned.touched(), d.Rule, &d.tallies[x])
		for slot, j := range d.neurons {
			at := slot
			if f.learned.byNeuron() {
				at = int(j)
			}
			f.factor[j] = 1 / max(f.degree[j]+excess[at], 1)
		}
	}
}

func (d *dense) Penalise(neurons []int32, step float64) {
	if d.bias == nil {
		d.bias = make([]float64, d.N)
	}
	for _, j := range neurons {
		d.bias[j] -= step
	}
}

func (d *dense) ClearBias() { d.bias = nil }
