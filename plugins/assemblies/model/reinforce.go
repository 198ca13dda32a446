package model

import "math/bits"

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
