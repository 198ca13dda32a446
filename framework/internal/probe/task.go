package probe

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// task is what a read-out sees of one part: inputs, what they should be read as, and
// what belongs together.
type task struct {
	x     samples
	unit  []int32 // of each sample: its trial, or the block or sample that stands for one
	cases counted
	want  answer
}

// answer is what samples are, or are read as: classes, angles or values.
type answer struct {
	labels  []int32 // [samples]; of angles only for those that samples have
	classes int
	theta   []float64 // [samples] radians
	values  samples   // [samples x dims]
}

func (a answer) take(rows []int) answer {
	out := answer{classes: a.classes}
	if a.labels != nil {
		out.labels = pick(a.labels, rows)
	}
	if a.theta != nil {
		out.theta = pick(a.theta, rows)
	}
	if a.values.d > 0 {
		out.values = a.values.take(rows)
	}
	return out
}

func pick[T any](x []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = x[r]
	}
	return out
}

func (s samples) take(rows []int) samples {
	out := samples{len(rows), s.d, make([]float64, len(rows)*s.d)}
	for i, r := range rows {
		copy(out.row(i), s.row(r))
	}
	return out
}

// take is the task of some samples.
func (t *task) take(rows []int) *task {
	return &task{t.x.take(rows), pick(t.unit, rows), t.cases.take(rows), t.want.take(rows)}
}

// units says what is never torn apart when samples are divided: trials; of a
// recording in one trial its cases, and of one without cases five stretches.
func units(p Part) []int32 {
	trial := p.Recording.Trial
	if len(trial) > 0 && slices.ContainsFunc(trial, func(t int32) bool { return t != trial[0] }) {
		return trial
	}
	out := make([]int32, p.Recording.Len())
	for i := range out {
		if p.cases.of != nil {
			out[i] = int32(p.cases.of[i])
		} else {
			out[i] = int32(i * folds / len(out))
		}
	}
	return out
}

const folds = 5

// order lists the units of a part: those of each class in the order of their numbers.
func (t *task) order() []int32 {
	votes := map[int32]map[int32]int{} // of a unit's samples for its class
	for i, u := range t.unit {
		if votes[u] == nil {
			votes[u] = map[int32]int{}
		}
		if t.want.labels != nil {
			votes[u][t.want.labels[i]]++
		}
	}
	class := map[int32]int32{}
	for u, v := range votes {
		most := 0
		for _, l := range slices.Sorted(maps.Keys(v)) {
			if v[l] > most {
				class[u], most = l, v[l]
			}
		}
	}
	return slices.SortedFunc(maps.Keys(votes), func(a, b int32) int {
		return cmp.Or(cmp.Compare(class[a], class[b]), cmp.Compare(a, b))
	})
}

// fold divides the units of a part among folds, in turn, so that the division depends
// on no seed and on no order of the samples. It returns the fold of each sample and
// how many there are.
func (t *task) fold() (of []int, n int, err error) {
	order := t.order()
	if n = min(folds, len(order)); n < 2 {
		return nil, 0, problem.New("a penalty is chosen by leaving out trials of the fitted part, and there is one alone", "fit on more samples, or give the penalty: penalty: fixed, weight: 0.01")
	}
	place := map[int32]int{}
	for i, u := range order {
		place[u] = i % n
	}
	of = make([]int, len(t.unit))
	for i, u := range t.unit {
		of[i] = place[u]
	}
	return of, n, nil
}

// enough is how many samples tell penalties apart: they are relative.
const enough = 5000

// thinned is about enough samples of a larger part: every so manieth of its units, in
// the order that folds go by.
func (t *task) thinned() *task {
	step := t.x.n / enough
	if step < 2 {
		return t
	}
	keep := map[int32]bool{}
	for i, u := range t.order() {
		keep[u] = i%step == 0
	}
	var rows []int
	for i, u := range t.unit {
		if keep[u] {
			rows = append(rows, i)
		}
	}
	return t.take(rows)
}

// scale is a shift and a divisor of every column.
type scale struct{ mean, by []float64 }

// newScale takes away the means of the columns of x and divides all by one number,
// the root of their mean variance ("global"), or each by its own ("columns").
func newScale(how string, x samples) scale {
	s := scale{make([]float64, x.d), make([]float64, x.d)}
	for j := range s.by {
		s.by[j] = 1
	}
	if how == "none" {
		return s
	}
	s.mean = columnMeans(x)
	variance := columnVariances(x, s.mean)
	mean := average(variance)
	for j := range s.by {
		v := mean
		if how == "columns" {
			v = variance[j]
		}
		if v > 0 {
			s.by[j] = math.Sqrt(v)
		}
	}
	return s
}

func (s scale) apply(x samples) samples {
	out := samples{x.n, x.d, make([]float64, len(x.x))}
	for i := range x.n {
		to := out.row(i)
		for j, v := range x.row(i) {
			to[j] = (v - s.mean[j]) / s.by[j]
		}
	}
	return out
}

func columnVariances(x samples, mean []float64) []float64 {
	out := make([]float64, x.d)
	for i := range x.n {
		for j, v := range x.row(i) {
			out[j] += (v - mean[j]) * (v - mean[j])
		}
	}
	for j := range out {
		out[j] /= float64(x.n)
	}
	return out
}

func average(x []float64) (sum float64) {
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

// wanted is what the samples of a part should be read as. angles are those of the
// classes, where the target is read as a direction.
func wanted(rec *data.Recording, target string, angles []float64) (answer, error) {
	t, err := rec.Target(target)
	if err != nil {
		return answer{}, err
	}
	if !t.IsClass() {
		v, err := continuous(rec, target)
		return answer{values: v}, err
	}
	out := answer{labels: t.Labels, classes: t.Classes}
	if angles != nil {
		out.theta = make([]float64, len(t.Labels))
		for i, l := range t.Labels {
			if int(l) >= len(angles) {
				return answer{}, problem.Problem{Fact: fmt.Sprintf("class %d of target %q has no angle: there are %d", l, target, len(angles))}
			}
			out.theta[i] = angles[l]
		}
	}
	return out, nil
}
