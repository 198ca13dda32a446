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
	if d.N <= 1<<17 { // few enough to be ranked at once
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
		for b := from; b < to; b++ {
			n := d.within(b)
			d.block(in.Firing, b, &d.rows[thread], a[:n])
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
	for b := range d.blocks {
		d.block(firing, b, &d.rows[0], a[b*blockSize:][:d.within(b)])
	}
}

// prepare fills keys and the excess of every fibre.
func (d *dense) prepare(firing [][]int32) {
	if len(firing) != len(d.fibres) {
		panic(fmt.Sprintf("model: %d firing sets for %d fibres", len(firing), len(d.fibres)))
	}
	d.makeScratch()
	if len(d.order) != len(d.neurons) {
		d.sortSlots()
	}
	for x, f := range d.fibres {
		if len(firing[x]) == 0 {
			continue
		}
		if d.reading {
			f.learned = f.learned.reader(d.sorted, d.N)
		}
		if len(firing[x]) > MostFiring {
			panic(fmt.Sprintf("model: %d sources fire in fibre %d; %d can", len(firing[x]), x, MostFiring))
		}
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

func (d *dense) makeScratch() {
	if d.keys == nil {
		d.fired, d.keys = make([][]int32, len(d.fibres)), make([][]uint64, len(d.fibres))
		d.excess, d.tallies = make([][]float64, len(d.fibres)), make([]tallies, len(d.fibres))
		d.caps, d.rows = make([]capper, max(1, d.Threads)), make([]rows, max(1, d.Threads))
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

// sortSlots puts the slots into the order of neurons: new ones are merged into
// those in order. Within a cap they are in order already.
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
	d.sorted = d.sorted[:0]
	d.ends = append(d.ends[:0], make([]int32, d.blocks)...)
	for _, slot := range d.order {
		j := d.neurons[slot]
		d.sorted = append(d.sorted, j)
		d.ends[j/blockSize] = int32(len(d.sorted))
	}
	for b := 1; b < d.blocks; b++ { // a block without support ends where the one before does
		d.ends[b] = max(d.ends[b], d.ends[b-1])
	}
}

// block writes the activations of block b, without noise:
//
//	a_j = Σ_fibres (|{fired i: i -> j}| + Σ_{fired i -> j} (w_ij − 1)) / Σ_i w_ij + b_j
//
// The second sum is as learned has it.
func (d *dense) block(firing [][]int32, b int, r *rows, a []float64) {
	n, first := len(a), b*blockSize
	begin, end := 0, int(d.ends[b]) // of the block's support neurons
	if b > 0 {
		begin = int(d.ends[b-1])
	}
	clear(a)
	for x, f := range d.fibres {
		if len(firing[x]) == 0 {
			continue
		}
		f.graph.count(d.fired[x], d.keys[x], b, r, &r.counts)
		excess := &r.excess
		switch {
		case f.learned.byNeuron():
			excess = (*[blockSize]float64)(d.excess[x][first:])
		case begin == end:
			excess = &zeros
		default:
			*excess = [blockSize]float64{}
			for _, slot := range d.order[begin:end] {
				excess[d.neurons[slot]&(blockSize-1)] = d.excess[x][slot]
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
}

// The excess where nothing was learned, and the factor where nothing is normalised.
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
