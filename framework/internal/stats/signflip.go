package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	exactGroups = 20      // up to which all sign patterns are counted
	drawCount   = 100_000 // draws otherwise, the observed pattern among them
	drawSeed    = 1986    // fixed: a p-value is no matter of luck
	// flipTolerance and flipRounding keep patterns whose statistic equals the observed
	// one but for rounding: of |t|, and of a sum of numbers of size 1 that cancel.
	flipTolerance = 1 - 1e-9
	flipRounding  = 1e-14
)

// Flips is the outcome of [SignFlips].
type Flips struct {
	T        []float64 // statistic of each pair; ±Inf where all differences are equal and not 0
	P        []float64 // adjusted for all pairs of the table, two-sided
	Raw      []float64 // of each pair alone
	Exact    bool
	Smallest float64 // the smallest p that G groups can give
}

// SignFlips tests k differences over G groups jointly: D[p][g] is the difference of
// pair p in group g. If the pairs' methods were equal, and differences symmetric,
// every pattern e of signs were as likely, the same for all pairs. With
//
//	t_p(e) = mean_g(e·D)/√((ΣD²/G − mean²)/(G−1))
//
// and pairs ordered by falling |t|, step down:
//
//	p_(i) = max(p_(i−1), share of e with max over pairs i..N of |t(e)| ≥ |t|_(i))
//
// All 2^(G−1) patterns are counted up to 20 groups, else 100,000 are drawn with a
// fixed seed, the observed one among them. D is of any scale.
func SignFlips(D [][]float64) (Flips, error) {
	if len(D) == 0 {
		return Flips{}, nil
	}
	G := len(D[0])
	if G < 2 {
		return Flips{}, fmt.Errorf("sign flips need at least 2 groups, got %d", G)
	}
	N := len(D)
	out := Flips{T: make([]float64, N), P: make([]float64, N), Raw: make([]float64, N), Exact: G <= exactGroups}
	f := flipper{rows: make([][]float64, N), bound: make([]float64, N)}
	r := make([]float64, N) // mean²/(ΣD²/G), which orders as |t| does
	for p, d := range D {
		if len(d) != G {
			return Flips{}, fmt.Errorf("pair %d has %d groups, the first %d", p+1, len(d), G)
		}
		if err := finite(d); err != nil {
			return Flips{}, fmt.Errorf("pair %d: %w", p+1, err)
		}
		row, root := scaled(d, unit(d)), 0.0
		for _, v := range row {
			root += v * v
		}
		if root > 0 { // as a share of √(GΣD²), so that |Σ| is at most 1
			row = scaled(row, 1/math.Sqrt(root*float64(G)))
		}
		f.rows[p] = row
		m := sum(row)
		if math.Abs(m) <= flipRounding {
			m = 0
		}
		r[p] = min(1, m*m)
		out.T[p] = math.Copysign(math.Sqrt(float64(G-1)*r[p]/max(0, 1-r[p])), m)
		if 1-r[p] < 1e-12 {
			out.T[p] = math.Copysign(math.Inf(1), m)
		}
		f.bound[p] = threshold(r[p], float64(G))
	}
	order := make([]int, N)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case r[a] > r[b]:
			return -1
		case r[a] < r[b]:
			return 1
		}
		return 0
	})
	f.order = order
	f.joint, f.alone = make([]int, N), make([]int, N)
	patterns := f.all(G)
	out.Smallest = math.Ldexp(1, 1-G)
	if !out.Exact {
		patterns, out.Smallest = f.drawn(G), 1.0/drawCount
	}
	largest := 0.0
	for i, p := range order {
		out.Raw[p] = float64(f.alone[p]) / patterns
		largest = max(largest, float64(f.joint[i])/patterns)
		out.P[p] = largest
		if r[p] == 0 { // nothing differs in any group, or means are 0
			out.Raw[p], out.P[p] = 1, 1
		}
	}
	return out, nil
}

// threshold is the least mean share that counts as at least as extreme, |t|(1−1e-9).
func threshold(r, G float64) float64 {
	t := math.Sqrt((G-1)*r/math.Max(1-r, 1e-300)) * flipTolerance
	return math.Min(math.Sqrt(t*t/(G-1+t*t)), 1-1e-12) - flipRounding
}

type flipper struct {
	rows         [][]float64
	bound        []float64 // of |mean| in units of its largest
	order        []int
	joint, alone []int // patterns at least as extreme, by place in order and by pair
}

// count takes one pattern: sums[p] of pair p, at most 1 in size.
func (f *flipper) count(sums []float64) {
	// From the least extreme pair up: the running maximum is over pairs i..N.
	var largest float64
	for i := len(f.order) - 1; i >= 0; i-- {
		p := f.order[i]
		s := math.Abs(sums[p])
		largest = max(largest, s)
		if largest >= f.bound[p] {
			f.joint[i]++
		}
		if s >= f.bound[p] {
			f.alone[p]++
		}
	}
}

// all counts every pattern with the first group's sign as it is. Each is the sum
// of one of two halves' patterns, so a pattern costs an addition per pair.
func (f *flipper) all(G int) float64 {
	if G > exactGroups {
		return 0
	}
	low := (G - 1) / 2
	first, second := halves(f.rows, 1, 1+low), halves(f.rows, 1+low, G)
	sums := make([]float64, len(f.rows))
	for _, a := range first {
		for _, b := range second {
			for p := range sums {
				sums[p] = f.rows[p][0] + a[p] + b[p]
			}
			f.count(sums)
		}
	}
	return math.Ldexp(1, G-1)
}

// halves lists the sums of groups from ≤ g < to over every pattern of signs.
func halves(rows [][]float64, from, to int) [][]float64 {
	out := [][]float64{make([]float64, len(rows))}
	for g := from; g < to; g++ {
		var next [][]float64
		for _, base := range out {
			plus, minus := make([]float64, len(rows)), make([]float64, len(rows))
			for p := range rows {
				plus[p], minus[p] = base[p]+rows[p][g], base[p]-rows[p][g]
			}
			next = append(next, plus, minus)
		}
		out = next
	}
	return out
}

func (f *flipper) drawn(G int) float64 {
	r := rand.New(rand.NewPCG(drawSeed, uint64(G)))
	sums := make([]float64, len(f.rows))
	signs := make([]float64, G)
	for b := range drawCount {
		for g := range signs {
			signs[g] = 1
			if b > 0 && r.Uint64()&1 == 1 { // the first is the observed pattern
				signs[g] = -1
			}
		}
		for p, row := range f.rows {
			sums[p] = 0
			for g, v := range row {
				sums[p] += signs[g] * v
			}
		}
		f.count(sums)
	}
	return drawCount
}
