package model

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync"
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

	scratch
}

type fibre struct {
	Fibre
	edges   *edges
	graph   graph
	changes *changes
	degree  []float64 // [n] in-degree, or nil without normalisation
	scale   []float64 // [n] Σ_i w_ij at the last homeostasis, or nil
	patches []patch
}

// scratch is what a round writes; each fork has its own.
type scratch struct {
	keys   [][]uint64
	excess [][]float64 // [fibres][slots]
	caps   []capper    // by thread
	rows   []rows      // by thread
	noise  []float64
	all    []float64 // activations of a small area
	pick   Selector
}

func newDense(c Config, exact bool) *dense {
	d := &dense{Config: c, blocks: (c.N + blockSize - 1) / blockSize, number: make([]int32, c.N)}
	for i, f := range c.Fibres {
		e := newEdges(mix(c.Seed+golden*uint64(i+1)), f)
		fb := &fibre{Fibre: f, edges: e, graph: hashed{e}, changes: newChanges(f.From)}
		if exact {
			fb.graph = store(e, f.From, d.blocks)
		}
		d.fibres = append(d.fibres, fb)
		if c.Normalise {
			fb.degree = d.degrees(fb)
		}
	}
	d.Homeostasis()
	return d
}

// degrees counts the synapses into every neuron.
func (d *dense) degrees(f *fibre) []float64 {
	all := make([]int32, f.From)
	keys := make([]uint64, f.From)
	for i := range all {
		all[i], keys[i] = int32(i), f.edges.key(int32(i))
	}
	out := make([]float64, d.N)
	d.share(func(_, from, to int) {
		var counts [blockSize]float64
		var r rows
		for b := from; b < to; b++ {
			f.graph.count(all, keys, b, &r, &counts)
			for q := range d.within(b) {
				out[b*blockSize+q] = counts[q]
			}
		}
	})
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
	for _, f := range d.fibres {
		if f.degree == nil {
			continue
		}
		if f.scale == nil {
			f.scale = slices.Clone(f.degree)
			for j, s := range f.scale {
				f.scale[j] = max(s, 1) // without synapses there is nothing to divide, not 0/0
			}
		}
		for slot, j := range d.neurons {
			f.scale[j] = max(f.degree[j]+f.changes.sum[slot], 1)
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

func (d *dense) Project(in Drive) []int32 {
	d.prepare(in.Firing)
	d.drawNoise(in)
	if d.N <= 1<<13 { // few enough to be ranked at once
		d.all = slices.Grow(d.all[:0], d.N)[:d.N]
		d.write(in.Firing, d.all)
		if in.Sigma > 0 {
			for j, z := range d.noise {
				d.all[j] += z
			}
		}
		return d.pick.KCap(d.all, d.K)
	}
	d.share(func(thread, from, to int) {
		c := &d.caps[thread]
		c.reset(d.K)
		var a [blockSize]float64
		next := d.firstSlot(from)
		for b := from; b < to; b++ {
			next = d.block(in.Firing, b, next, &d.rows[thread], &a)
			if in.Sigma > 0 {
				for q := range d.within(b) {
					a[q] += d.noise[b*blockSize+q]
				}
			}
			c.offer(b*blockSize, a[:d.within(b)])
		}
		c.shrink()
	})
	all := &d.caps[0]
	for t := 1; t < len(d.caps); t++ {
		all.found = append(all.found, d.caps[t].found...)
		d.caps[t].reset(d.K)
	}
	return all.cap()
}

// inputs writes the activations of all neurons, without noise, to a [n].
func (d *dense) inputs(firing [][]int32, a []float64) {
	d.prepare(firing)
	d.write(firing, a)
}

func (d *dense) write(firing [][]int32, a []float64) {
	var block [blockSize]float64
	next := 0
	for b := range d.blocks {
		next = d.block(firing, b, next, &d.rows[0], &block)
		copy(a[b*blockSize:], block[:d.within(b)])
	}
}

// prepare fills keys and the excess of every support neuron.
func (d *dense) prepare(firing [][]int32) {
	if len(firing) != len(d.fibres) {
		panic(fmt.Sprintf("model: %d firing sets for %d fibres", len(firing), len(d.fibres)))
	}
	if d.keys == nil {
		d.keys, d.excess = make([][]uint64, len(d.fibres)), make([][]float64, len(d.fibres))
		d.caps, d.rows = make([]capper, max(1, d.Threads)), make([]rows, max(1, d.Threads))
	}
	if len(d.order) != len(d.neurons) {
		d.sortSlots()
	}
	for x, f := range d.fibres {
		d.keys[x] = d.keys[x][:0]
		if _, regenerate := f.graph.(hashed); regenerate {
			for _, i := range firing[x] {
				d.keys[x] = append(d.keys[x], f.edges.key(i))
			}
		}
		d.excess[x] = append(d.excess[x][:0], make([]float64, len(d.neurons))...)
		f.changes.excess(firing[x], d.Rule.weights, d.excess[x])
	}
}

// sortSlots merges the slots that are new into those in order. Within a cap they
// are in order already.
func (d *dense) sortSlots() {
	old := len(d.order)
	fresh := make([]int32, 0, len(d.neurons)-old)
	for slot := old; slot < len(d.neurons); slot++ {
		fresh = append(fresh, int32(slot))
	}
	before := func(x, y int32) int { return cmp.Compare(d.neurons[x], d.neurons[y]) }
	if !slices.IsSortedFunc(fresh, before) {
		slices.SortFunc(fresh, before)
	}
	d.order = append(d.order, fresh...)
	for at, i, j := len(d.order)-1, old-1, len(fresh)-1; j >= 0; at-- {
		if i >= 0 && d.neurons[d.order[i]] > d.neurons[fresh[j]] {
			d.order[at] = d.order[i]
			i--
		} else {
			d.order[at] = fresh[j]
			j--
		}
	}
}

// firstSlot is the place in order of the first support neuron of block b or later.
func (d *dense) firstSlot(b int) int {
	at, _ := slices.BinarySearchFunc(d.order, int32(b*blockSize), func(slot, j int32) int { return cmp.Compare(d.neurons[slot], j) })
	return at
}

// block writes the activations of block b, without noise:
//
//	a_j = Σ_fibres (|{fired i: i -> j}| + Σ_{fired i -> j} (w_ij − 1)) / Σ_i w_ij + b_j
//
// The first term is a whole number and the second runs over sources in ascending
// order, so that all engines add alike. next is the first support neuron of the
// block, in order; that of the next block is returned.
func (d *dense) block(firing [][]int32, b, next int, r *rows, a *[blockSize]float64) int {
	n := d.within(b)
	first := b * blockSize
	end := next
	for end < len(d.order) && int(d.neurons[d.order[end]]) < first+n {
		end++
	}
	clear(a[:])
	for x, f := range d.fibres {
		if len(firing[x]) == 0 {
			continue
		}
		sums := &r.sums
		f.graph.count(firing[x], d.keys[x], b, r, sums)
		if len(f.patches) > 0 {
			f.patch(firing[x], b, r, sums)
		}
		for _, slot := range d.order[next:end] {
			sums[int(d.neurons[slot])-first] += d.excess[x][slot]
		}
		if f.scale == nil {
			for q, sum := range sums {
				a[q] += sum
			}
			continue
		}
		for q, s := range f.scale[first : first+n] { // a neuron without synapses has the scale 1
			a[q] += sums[q] / s
		}
	}
	if d.bias != nil {
		for q, v := range d.bias[first : first+n] {
			a[q] += v
		}
	}
	return end
}

func (d *dense) drawNoise(in Drive) {
	if in.Sigma <= 0 {
		return
	}
	if d.noise == nil {
		d.noise = make([]float64, d.N)
	}
	for j := range d.noise {
		d.noise[j] = in.Sigma * in.Rand.NormFloat64()
	}
}

func (d *dense) Reinforce(firing [][]int32, cap []int32) {
	type group struct {
		b    int
		mask set256
	}
	var groups []group // the cap by blocks
	for _, j := range cap {
		if d.number[j] == 0 {
			d.neurons = append(d.neurons, j)
			d.number[j] = int32(len(d.neurons))
			for _, f := range d.fibres {
				f.changes.sum = append(f.changes.sum, 0)
			}
		}
		b := int(j) / blockSize
		if len(groups) == 0 || groups[len(groups)-1].b != b {
			groups = append(groups, group{b: b})
		}
		groups[len(groups)-1].mask.set(j)
	}
	mark := make([]int32, len(d.neurons))
	var hit []int32
	for x, f := range d.fibres {
		_, regenerate := f.graph.(hashed)
		for _, i := range firing[x] {
			var key uint64
			if regenerate {
				key = f.edges.key(i)
			}
			hit = hit[:0]
			for g := range groups {
				b, mask := groups[g].b, &groups[g].mask
				s0, s1, s2, s3 := f.graph.targets(i, key, b)
				number := d.number[b*blockSize:]
				for w, both := range [...]uint64{s0 & mask[0], s1 & mask[1], s2 & mask[2], s3 & mask[3]} {
					for ; both != 0; both &= both - 1 {
						hit = append(hit, number[w<<6+bits.TrailingZeros64(both)]-1)
					}
				}
			}
			f.changes.reinforce(i, hit, mark, d.Rule)
		}
	}
}

func (d *dense) Fork(uint64) Area {
	if len(d.order) != len(d.neurons) {
		d.sortSlots()
	}
	f := *d
	f.scratch = scratch{}
	f.Threads = 1
	return &f
}

func (d *dense) Fresh() Area {
	f := *d
	f.number, f.neurons, f.order, f.bias, f.scratch = make([]int32, d.N), nil, nil, nil, scratch{}
	f.fibres = nil
	for _, old := range d.fibres {
		fb := *old
		fb.changes, fb.scale, fb.patches = newChanges(fb.From), nil, nil
		f.fibres = append(f.fibres, &fb)
	}
	f.Homeostasis()
	return &f
}

func (d *dense) State() State {
	s := State{Neurons: slices.Clone(d.neurons)}
	for _, f := range d.fibres {
		fs := f.changes.state()
		if f.scale != nil {
			for _, j := range d.neurons {
				fs.Held = append(fs.Held, f.scale[j])
			}
		}
		s.Fibres = append(s.Fibres, fs)
	}
	for j, v := range d.bias {
		if v != 0 {
			if s.Bias == nil {
				s.Bias = map[int]float64{}
			}
			s.Bias[j] = v
		}
	}
	return s
}

func (d *dense) Restore(s State) error {
	if len(s.Fibres) != len(d.fibres) {
		return fmt.Errorf("the state has %d fibres, the area %d", len(s.Fibres), len(d.fibres))
	}
	for slot, j := range s.Neurons {
		if j < 0 || int(j) >= d.N || d.number[j] != 0 {
			return fmt.Errorf("support neuron %d is not possible in an area of %d", j, d.N)
		}
		d.number[j] = int32(slot + 1)
	}
	d.neurons = slices.Clone(s.Neurons)
	for x, f := range d.fibres {
		if err := f.changes.restore(s.Fibres[x], len(d.neurons), d.Rule); err != nil {
			return fmt.Errorf("fibre %d: %w", x, err)
		}
		if f.scale == nil {
			continue
		}
		if len(s.Fibres[x].Held) != len(d.neurons) {
			return fmt.Errorf("fibre %d has %d sums for %d neurons", x, len(s.Fibres[x].Held), len(d.neurons))
		}
		for slot, j := range d.neurons {
			f.scale[j] = s.Fibres[x].Held[slot]
		}
	}
	d.bias = nil
	for j, v := range s.Bias {
		if j < 0 || j >= d.N {
			return fmt.Errorf("a bias of neuron %d in an area of %d", j, d.N)
		}
		d.Penalise([]int32{int32(j)}, -v)
	}
	return nil
}
