package model

import (
	"fmt"
	"slices"
)

func (d *dense) Fork(uint64) Area {
	if len(d.order) != len(d.neurons) {
		d.sortSlots()
	}
	f := *d
	f.scratch = scratch{}
	f.Threads, f.reading, f.fibres = 1, true, nil
	for _, old := range d.fibres {
		fb := *old
		f.fibres = append(f.fibres, &fb)
	}
	return &f
}

func (d *dense) Fresh() Area {
	f := *d
	f.number, f.neurons, f.bias, f.scratch, f.fibres = make([]int32, d.N), nil, nil, scratch{}, nil
	f.order, f.sorted, f.ends = nil, nil, make([]int32, d.blocks)
	for _, old := range d.fibres {
		fb := *old
		fb.factor, fb.patches = nil, nil
		fb.forget(d.blocks)
		f.fibres = append(f.fibres, &fb)
	}
	f.Homeostasis()
	return &f
}

func (d *dense) State() State {
	s := State{Neurons: slices.Clone(d.neurons)}
	for _, f := range d.fibres {
		fs := f.learned.state(d.number)
		if f.factor != nil {
			for _, j := range d.neurons {
				fs.Held = append(fs.Held, f.factor[j])
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
		if err := s.Fibres[x].check(f.From, len(d.neurons)); err != nil {
			return fmt.Errorf("fibre %d: %w", x, err)
		}
		f.forget(d.blocks)
		if _, bits := f.learned.(*levels); bits && slices.Max(append(s.Fibres[x].Count, 0)) >= deepest {
			f.learned = newLists(f.From)
		}
		f.learned.restore(s.Fibres[x], d.neurons, d.Rule)
		if f.factor == nil {
			continue
		}
		if len(s.Fibres[x].Held) != len(d.neurons) {
			return fmt.Errorf("fibre %d has %d sums for %d neurons", x, len(s.Fibres[x].Held), len(d.neurons))
		}
		for slot, j := range d.neurons {
			f.factor[j] = s.Fibres[x].Held[slot]
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
