package myow

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/augment"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// augmenter turns raw activity into views: randomised dropout, pepper, noise
// and the z-score, in the order of the release.
type augmenter struct {
	p           *params
	scale       []float32 // z = scale·x + shift, per unit
	shift       []float32
	rng         *rand.Rand
	mask        []float32
	noise, salt []float32
}

func newAugmenter(p *params, m *model, rows int, rng *rand.Rand) *augmenter {
	n := len(m.Kept)
	a := &augmenter{p: p, rng: rng, mask: make([]float32, rows*n), noise: make([]float32, rows*n), salt: make([]float32, rows*n)}
	a.scale, a.shift = m.affine()
	return a
}

// draw draws random patterns for rows, from row at on.
func (a *augmenter) draw(at, rows int) {
	n := len(a.scale)
	from, to := at*n, (at+rows)*n
	a.p.dropout.Mask(a.mask[from:to], n, a.rng)
	a.p.noise.Add(a.noise[from:to], n, a.rng)
	a.p.pepper.Add(a.salt[from:to], n, a.rng)
}

// repeat gives row to the pattern of row from.
func (a *augmenter) repeat(to, from int) {
	n := len(a.scale)
	for _, b := range [...][]float32{a.mask, a.noise, a.salt} {
		copy(b[to*n:(to+1)*n], b[from*n:(from+1)*n])
	}
}

// apply augments rows of raw activity in place; row i gets the pattern of row
// at+i.
func (a *augmenter) apply(x []float32, at int) {
	n := len(a.scale)
	from, to := at*n, at*n+len(x)
	kernel.Mul(x, x, a.mask[from:to])
	if a.p.zFirst {
		a.standardise(x)
	}
	if a.p.pepper.P > 0 && a.p.pepper.Apply > 0 {
		kernel.Add(x, x, a.salt[from:to])
	}
	if a.p.noise.SD > 0 && a.p.noise.Apply > 0 {
		kernel.Add(x, x, a.noise[from:to])
	}
	if !a.p.zFirst {
		a.standardise(x)
	}
}

func (a *augmenter) standardise(x []float32) {
	m := kernel.Of(len(x)/len(a.scale), len(a.scale), x)
	kernel.AffineColumns(m, m, a.scale, a.shift, kernel.Identity)
}

// secondSampler fills the views of the second release: B anchors, a random
// partition of all samples into batches; for each a positive neighbour; A has
// all of them, A' the positives.
type secondSampler struct {
	p         *params
	r         *data.Recording
	aug       views
	rng       *rand.Rand
	order     []int // a permutation of the samples; anchors are order[next:]
	next      int
	anchors   []int // samples
	positives []int
	all       []int // samples of the rows of A
	rowOf     []int // of a sample in A, or -1
}

func newSecondSampler(p *params, r *data.Recording, batch int, order *rand.Rand, aug views) *secondSampler {
	s := &secondSampler{p: p, r: r, aug: aug, rng: order, next: r.Len(),
		anchors: make([]int, batch), positives: make([]int, batch), rowOf: make([]int, r.Len())}
	for i := range r.Len() {
		s.order = append(s.order, i)
		s.rowOf[i] = -1
	}
	return s
}

func (s *secondSampler) fill(o *objective) {
	B := len(s.anchors)
	if s.next+B > len(s.order) { // a new partition; what is left of the old is dropped
		s.rng.Shuffle(len(s.order), func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
		s.next = 0
	}
	copy(s.anchors, s.order[s.next:])
	s.next += B
	for _, i := range s.all {
		s.rowOf[i] = -1
	}
	s.all = s.all[:0]
	for _, i := range s.anchors {
		s.add(i)
	}
	for k, i := range s.anchors {
		s.positives[k] = s.neighbour(i)
		s.add(s.positives[k])
	}
	o.rows.Set(len(s.all))

	x, N := o.x.Data(), o.x.Cols() // rows: A' (B), then A
	for k, i := range s.positives {
		copy(x[k*N:], s.r.Samples.Row(i))
		o.anchors.At[k], o.anchors.At[B+k] = B+s.rowOf[s.anchors[k]], k
		o.swapped.At[k], o.swapped.At[B+k] = k, B+s.rowOf[s.anchors[k]]
	}
	for k, i := range s.all {
		copy(x[(B+k)*N:], s.r.Samples.Row(i))
	}
	s.aug.draw(0, B+len(s.all))
	if s.p.shared {
		for k, i := range s.anchors {
			s.aug.repeat(k, B+s.rowOf[i])
		}
	}
	s.aug.apply(x, 0)
}

func (s *secondSampler) add(i int) {
	if s.rowOf[i] < 0 {
		s.rowOf[i] = len(s.all)
		s.all = append(s.all, i)
	}
}

// neighbour is uniform among t+from ... t+to inside the trial of t.
func (s *secondSampler) neighbour(t int) int {
	from, to := t, t
	for from > t+s.p.from && from > 0 && s.r.Trial[from-1] == s.r.Trial[t] {
		from--
	}
	for to < t+s.p.to && to < s.r.Len()-1 && s.r.Trial[to+1] == s.r.Trial[t] {
		to++
	}
	return from + s.rng.IntN(to-from+1)
}

// eligible says whether row j of A may be mined for anchor i: not one of its
// own trial, or where exclude is set not one within so many samples.
func (s *secondSampler) eligible(i, j int) bool {
	a, b := s.anchors[i], s.all[j]
	if s.p.exclude > 0 {
		return a-b > s.p.exclude || b-a > s.p.exclude
	}
	return s.r.Trial[a] != s.r.Trial[b]
}

// label fills the targets of the supervised objective, (cos, sin) of 2πl/C, or of
// pictures the classes l.
func (s *secondSampler) label(o *objective, t *data.Target) {
	if o.classes != nil {
		for k, i := range append(append([]int(nil), s.positives...), s.all...) {
			o.classes.At[k] = int(t.Labels[i])
		}
		return
	}
	y, B := o.labels.Data(), len(s.positives)
	at := func(k, i int) {
		sin, cos := math.Sincos(2 * math.Pi * float64(t.Labels[i]) / float64(t.Classes))
		y[2*k], y[2*k+1] = float32(cos), float32(sin)
	}
	for k, i := range s.positives {
		at(k, i)
	}
	for k, i := range s.all {
		at(B+k, i)
	}
}

// firstSampler fills the views of the first release.
type firstSampler struct {
	p      *params
	r      *data.Recording
	aug    *augmenter
	pairs  *augment.Pairs
	rng    *rand.Rand
	i, j   []int
	trials [][]int // samples of each trial
	s1, s2 []int
}

func newFirstSampler(p *params, m *model, r *data.Recording, batch, pool int, order, noise *rand.Rand) *firstSampler {
	s := &firstSampler{p: p, r: r, aug: newAugmenter(p, m, max(2*batch, pool), noise), pairs: augment.NewPairs(r.Trial, p.from, p.to), rng: order,
		i: make([]int, batch), j: make([]int, batch)}
	for t := range r.Len() {
		if t == 0 || r.Trial[t] != r.Trial[t-1] {
			s.trials = append(s.trials, nil)
		}
		last := len(s.trials) - 1
		s.trials[last] = append(s.trials[last], t)
	}
	return s
}

func (s *firstSampler) fill(o *objective) {
	s.pairs.Draw(s.i, s.j, s.rng)
	x1, x2 := o.x.Pass(0), o.xTarget.Pass(0)
	s.rows(x1, s.i)
	s.rows(x2, s.j)
	B := len(s.i)
	s.aug.draw(0, 2*B)
	s.aug.apply(x1, 0)
	if s.p.shared {
		s.aug.apply(x2, 0)
	} else {
		s.aug.apply(x2, B)
	}
	if o.search == nil {
		return
	}
	// Queries of about 60 % of the trials, the pool of the others: cut at
	// ⌊M/2 + n⌋ with n ~ N(M/10, 1).
	M := len(s.trials)
	s.rng.Shuffle(M, func(i, j int) { s.trials[i], s.trials[j] = s.trials[j], s.trials[i] })
	cut := int(math.Floor(float64(M)/2 + float64(M)/10 + s.rng.NormFloat64()))
	cut = min(max(cut, 1), M-1)
	s.s1, s.s2 = flatten(s.s1[:0], s.trials[:cut]), flatten(s.s2[:0], s.trials[cut:])
	s.take(o.x.Pass(1), s.s1, s.s2)
	s.take(o.xTarget.Pass(1), s.s2, s.s1)
}

// take fills x with augmented distinct samples drawn from one set of trials,
// and where they do not suffice with others.
func (s *firstSampler) take(x []float32, from, others []int) {
	N := s.r.Samples.Cols()
	n := len(x) / N
	s.rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	s.rows(x, from[:min(n, len(from))])
	if missing := n - len(from); missing > 0 {
		s.rng.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		s.rows(x[len(from)*N:], others[:missing])
	}
	s.aug.draw(0, n)
	s.aug.apply(x, 0)
}

func flatten(dst []int, trials [][]int) []int {
	for _, t := range trials {
		dst = append(dst, t...)
	}
	return dst
}

func (s *firstSampler) rows(x []float32, samples []int) {
	N := s.r.Samples.Cols()
	for k, i := range samples {
		copy(x[k*N:(k+1)*N], s.r.Samples.Row(i))
	}
}
