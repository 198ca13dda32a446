package model

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

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
			n := d.within(b)
			next = d.block(in.Firing, b, next, &d.rows[thread], a[:n])
			if in.Sigma > 0 {
				for q := range n {
					a[q] += d.noise[b*blockSize+q]
				}
			}
			c.offer(b*blockSize, a[:n])
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
	next := 0
	for b := range d.blocks {
		next = d.block(firing, b, next, &d.rows[0], a[b*blockSize:][:d.within(b)])
	}
}

// prepare fills keys and the excess of every fibre.
func (d *dense) prepare(firing [][]int32) {
	if len(firing) != len(d.fibres) {
		panic(fmt.Sprintf("model: %d firing sets for %d fibres", len(firing), len(d.fibres)))
	}
	if d.keys == nil {
		d.fired, d.keys = make([][]int32, len(d.fibres)), make([][]uint64, len(d.fibres))
		d.excess, d.tallies = make([][]float64, len(d.fibres)), make([]tallies, len(d.fibres))
		d.caps, d.rows = make([]capper, max(1, d.Threads)), make([]rows, max(1, d.Threads))
	}
	if len(d.order) != len(d.neurons) {
		d.sortSlots()
	}
	for x, f := range d.fibres {
		for _, i := range firing[x] { // the kernel trusts them
			if uint(i) >= uint(f.From) {
				panic(fmt.Sprintf("model: source %d of %d fires in fibre %d", i, f.From, x))
			}
		}
		d.fired[x] = fill(d.fired[x][:0], firing[x], int32(f.From))
		d.keys[x] = f.hashKeys(d.keys[x][:0], firing[x])
		d.excess[x] = f.learned.excess(firing[x], d.Rule, &d.tallies[x])
	}
}

// hashKeys appends the keys of sources whose synapses are drawn again.
func (f *fibre) hashKeys(keys []uint64, fired []int32) []uint64 {
	if _, regenerate := f.graph.(hashed); regenerate {
		for _, i := range fired {
			keys = append(keys, f.edges.key(i))
		}
	}
	return keys
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
// The second sum is as learned has it. next is the first support neuron of the
// block, in order; that of the next block is returned.
func (d *dense) block(firing [][]int32, b, next int, r *rows, a []float64) int {
	n, first := len(a), b*blockSize
	end := next
	for end < len(d.order) && int(d.neurons[d.order[end]]) < first+n {
		end++
	}
	clear(a)
	for x, f := range d.fibres {
		if len(firing[x]) == 0 {
			continue
		}
		r.counts = [blockSize]int32{}
		f.graph.count(d.fired[x], d.keys[x], b, r, &r.counts)
		excess := &r.excess
		switch {
		case f.learned.whole():
			excess = (*[blockSize]float64)(d.excess[x][first:])
		case next == end:
			excess = &zeros
		default:
			*excess = [blockSize]float64{}
			for _, slot := range d.order[next:end] {
				excess[int(d.neurons[slot])-first] = d.excess[x][slot]
			}
		}
		if len(f.patches) > 0 {
			excess = f.patch(firing[x], b, r, excess)
		}
		factor := ones[:n]
		if f.factor != nil {
			factor = f.factor[first : first+n]
		}
		kernel.AddCounts(a, r.counts[:n], excess[:n], factor)
	}
	if d.bias != nil {
		for q, v := range d.bias[first : first+n] {
			a[q] += v
		}
	}
	return end
}

var zeros, ones = [blockSize]float64{}, func() (x [blockSize]float64) {
	for q := range x {
		x[q] = 1
	}
	return x
}()

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
