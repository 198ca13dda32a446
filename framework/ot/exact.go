package ot

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// Exact solves transport without entropy between integer weights:
//
//	min_F Σ C_ij F_ij   with Σ_j F_ij = a_i, Σ_i F_ij = b_j, F ≥ 0.
//
// Between as many points as points, all of weight 1, it is the assignment
// problem, and the method is that of Jonker and Volgenant (1987): reduction of
// columns, augmenting reduction of rows, and shortest augmenting paths. Weights
// generalise it: a column may be filled by several rows, and a path carries as
// much as its narrowest place.
//
// Buffers are kept from problem to problem. The zero value is ready; it is not
// safe for concurrent use.
type Exact struct {
	cost     []float64 // C [n x m]
	n, m     int
	u, v     []float64  // potentials of rows and columns
	left     []int      // what each row has still to give
	room     []int      // what each column can still take
	filled   [][]parcel // by column
	w        []float64  // v, and -Inf of columns that are reached
	dist     []float64  // of columns that are not, in reduced costs
	reached  []float64  // of columns that are
	far      []float64  // of rows
	pred     []int32    // row before each column on the shortest path
	via      []int32    // column before each row
	done     []int32    // columns in the order in which they are reached
	open     []int32    // those of them that have room
	queue    []int32
	total    int
	a, b     []int     // of uniform weights
	x, y     []float64 // clouds, by row and by column, and their distances
	distance []float64
}

// parcel is what a row puts into a column.
type parcel struct {
	row    int32
	amount int
}

// Solve returns the least cost per unit of weight, Σ C F / Σ a, and fills plan
// with F / Σ a unless it is nil. Weights are at least 0, with equal sums; costs
// are finite.
func (e *Exact) Solve(plan, cost []float64, a, b []int) float64 {
	e.start(cost, a, b, plan)
	e.reduceColumns()
	e.reduceRows()
	e.potentials()
	for e.augment() {
	}
	clear(plan)
	sum := 0.0
	for j, parcels := range e.filled[:e.m] {
		for _, p := range parcels {
			at := int(p.row)*e.m + j
			sum += float64(p.amount) * cost[at]
			if plan != nil {
				plan[at] += float64(p.amount) / float64(e.total)
			}
		}
	}
	return sum / float64(e.total)
}

// Potentials returns u and v of the last solution, valid until the next: u_i +
// v_j ≤ C_ij everywhere, with equality where F_ij > 0 (but for rounding). They
// prove that it is optimal: any other plan costs at least Σ a_i u_i + Σ b_j v_j.
func (e *Exact) Potentials() (u, v []float64) {
	e.potentials()
	return e.u, e.v
}

// potentials sets u_i = min_j C_ij − v_j, the most that is allowed.
func (e *Exact) potentials() {
	for i := range e.u {
		e.u[i], _, _, _ = kernel.TwoLeast(e.row(i), e.v)
	}
}

func (e *Exact) row(i int) []float64 { return e.cost[i*e.m:][:e.m] }

func (e *Exact) start(cost []float64, a, b []int, plan []float64) {
	e.cost, e.n, e.m = cost, len(a), len(b)
	sumA, sumB := 0, 0
	for _, w := range a {
		sumA += w
	}
	for _, w := range b {
		sumB += w
	}
	switch {
	case sumA == 0 || sumA != sumB:
		panic(fmt.Sprintf("ot: weights that sum to %d and %d", sumA, sumB))
	case len(cost) != e.n*e.m || plan != nil && len(plan) != len(cost):
		panic(fmt.Sprintf("ot: plan has %d and cost %d values for %d x %d points", len(plan), len(cost), e.n, e.m))
	}
	for _, weights := range [][]int{a, b} {
		for i, w := range weights {
			if w < 0 {
				panic(fmt.Sprintf("ot: weight %d is %d", i, w))
			}
		}
	}
	e.total = sumA
	e.left, e.room = append(e.left[:0], a...), append(e.room[:0], b...)
	e.u, e.far = grown(e.u, e.n), grown(e.far, e.n)
	e.v, e.w, e.dist, e.reached = grown(e.v, e.m), grown(e.w, e.m), grown(e.dist, e.m), grown(e.reached, e.m)
	for len(e.filled) < e.m {
		e.filled = append(e.filled, nil)
	}
	for j := range e.m {
		e.filled[j] = e.filled[j][:0]
	}
	if len(e.pred) < e.m {
		e.pred = make([]int32, e.m)
	}
	if len(e.via) < e.n {
		e.via = make([]int32, e.n)
	}
}

// put moves an amount from a row into a column.
func (e *Exact) put(i int32, j, amount int) {
	if amount == 0 {
		return
	}
	e.left[i] -= amount
	e.room[j] -= amount
	for k := range e.filled[j] {
		if e.filled[j][k].row == i {
			e.filled[j][k].amount += amount
			return
		}
	}
	e.filled[j] = append(e.filled[j], parcel{i, amount})
}
