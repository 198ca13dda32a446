package file

// scatter places values that come in the order of a file into a matrix in memory,
// so that an array is never held twice. It walks over the axes of the file, and
// knows by how much each step along one moves in the matrix.
type scatter struct {
	dims, steps []int // from the axis that varies slowest in the file to the fastest
	index       []int
	at          int // in the matrix
}

// newScatter takes the lengths of an array's axes and their steps in the matrix;
// columns says that the file has its first axis fastest.
func newScatter(shape, steps []int, columns bool, at int) *scatter {
	s := &scatter{index: make([]int, len(shape)), at: at}
	for i := range shape {
		k := i
		if columns {
			k = len(shape) - 1 - i
		}
		s.dims, s.steps = append(s.dims, shape[k]), append(s.steps, steps[k])
	}
	if len(shape) == 0 { // one value
		s.dims, s.steps, s.index = []int{1}, []int{0}, []int{0}
	}
	return s
}

// run returns where the next values belong: n of them, at most that many as asked
// for, step apart.
func (s *scatter) run(most int) (at, step, n int) {
	last := len(s.dims) - 1
	at, step = s.at, s.steps[last]
	n = min(most, s.dims[last]-s.index[last])
	s.index[last] += n
	s.at += n * step
	for a := last; a > 0 && s.index[a] == s.dims[a]; a-- {
		s.at += s.steps[a-1] - s.index[a]*s.steps[a]
		s.index[a] = 0
		s.index[a-1]++
	}
	return at, step, n
}

// place puts values where they belong.
func place[T, V any](s *scatter, dst []T, v []V, convert func(V) T) {
	for len(v) > 0 {
		at, step, n := s.run(len(v))
		for i, x := range v[:n] {
			dst[at+i*step] = convert(x)
		}
		v = v[n:]
	}
}

// scatters are those of the parts of a list, one after another.
type scatters struct {
	parts []*scatter
	left  []int // values of each part that are still to come
}

// next returns the scatter of the next values and how many of them are its own.
func (s *scatters) next(most int) (*scatter, int) {
	for s.left[0] == 0 {
		s.parts, s.left = s.parts[1:], s.left[1:]
	}
	n := min(most, s.left[0])
	s.left[0] -= n
	return s.parts[0], n
}

func placeAll[T, V any](s *scatters, dst []T, v []V, convert func(V) T) {
	for len(v) > 0 {
		one, n := s.next(len(v))
		place(one, dst, v[:n], convert)
		v = v[n:]
	}
}
