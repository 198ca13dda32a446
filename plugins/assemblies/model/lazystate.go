package model

import (
	"fmt"
	"slices"
)

func (l *lazy) Fork(stream uint64) Area {
	c := *l
	c.stream, c.rounds = mix(stream+1), 0
	c.fibres = nil
	for _, f := range l.fibres {
		g := *f
		g.index, g.from, g.upto = slices.Clone(f.index), slices.Clone(f.from), slices.Clone(f.upto)
		g.sum, g.held = slices.Clone(f.sum), slices.Clone(f.held)
		g.lists = make([][]change, len(f.lists))
		for x := range f.lists {
			g.lists[x] = slices.Clip(f.lists[x]) // appending copies; a fork is not reinforced
		}
		c.fibres = append(c.fibres, &g)
	}
	return &c
}

func (l *lazy) Fresh() Area {
	a, err := newLazy(l.Config)
	if err != nil {
		panic(err) // the configuration has been accepted before
	}
	return a
}

func (l *lazy) State() State {
	s := State{Rounds: l.rounds}
	for slot := range l.known {
		s.Neurons = append(s.Neurons, int32(slot))
	}
	for _, f := range l.fibres {
		fs := f.state()
		fs.Upto, fs.Sum, fs.Held = slices.Clone(f.upto), slices.Clone(f.sum), slices.Clone(f.held)
		s.Fibres = append(s.Fibres, fs)
	}
	for j, v := range l.bias {
		if v != 0 {
			if s.Bias == nil {
				s.Bias = map[int]float64{}
			}
			s.Bias[j] = v
		}
	}
	return s
}

func (l *lazy) Restore(s State) error {
	if len(s.Fibres) != len(l.fibres) || len(s.Neurons) > l.N {
		return fmt.Errorf("the state has %d fibres and %d neurons, the area %d and %d", len(s.Fibres), len(s.Neurons), len(l.fibres), l.N)
	}
	l.known, l.rounds = len(s.Neurons), s.Rounds
	for x, f := range l.fibres {
		fs := s.Fibres[x]
		if len(fs.Upto) != len(fs.From) || len(fs.Held) > l.known || len(fs.Sum) != l.known {
			return fmt.Errorf("fibre %d: %d lists drawn for %d sources, %d sums for %d neurons", x, len(fs.Upto), len(fs.From), len(fs.Sum), l.known)
		}
		for y, i := range fs.From {
			if i < 0 || int(i) >= f.From || fs.Upto[y] < 0 || int(fs.Upto[y]) > l.known {
				return fmt.Errorf("fibre %d: the list of source %d was drawn for %d of %d neurons", x, i, fs.Upto[y], l.known)
			}
		}
		most := slices.Max(append([]int32{0}, fs.From...))
		f.index = make([]int32, most+1)
		if err := fs.check(len(f.index), l.known); err != nil {
			return fmt.Errorf("fibre %d: %w", x, err)
		}
		f.restore(fs, l.Rule)
		f.upto, f.sum, f.held = slices.Clone(fs.Upto), slices.Clone(fs.Sum), slices.Clone(fs.Held)
	}
	for j, v := range s.Bias {
		if j < 0 || j >= l.known {
			return fmt.Errorf("a bias of neuron %d of %d", j, l.known)
		}
		l.Penalise([]int32{int32(j)}, -v)
	}
	return nil
}

// Sampled marks an area whose caps contain neurons that are drawn anew: readers
// fork it for every sample, so that no answer depends on another. A neuron of a
// fork that its area does not know is nobody in particular.
func (l *lazy) Sampled() {}
