package model

func (d *dense) Reinforce(firing [][]int32, cap []int32) {
	for _, j := range cap {
		if d.number[j] == 0 {
			d.neurons = append(d.neurons, j)
			d.number[j] = int32(len(d.neurons))
		}
	}
	d.to.number = d.number
	d.to.set(cap)
	for x, f := range d.fibres {
		keys := f.hashKeys(nil, firing[x])
		f.learned.reinforce(firing[x], keys, &d.to, f.graph, d.Rule)
		if l, ok := f.learned.(*levels); ok && l.depth() >= deepest {
			f.learned = newLists(f.From)
			f.learned.restore(l.state(d.number), d.neurons, d.Rule)
		}
	}
}
