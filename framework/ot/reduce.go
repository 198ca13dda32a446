package ot

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// reduceColumns sets v_j = min_i C_ij and lets the row of the minimum fill the
// column as far as it can. Columns go from the last to the first.
func (e *Exact) reduceColumns() {
	v, nearest, nothing := e.v, e.pred[:e.m], e.w
	for j := range v {
		v[j], nothing[j] = math.Inf(1), 0
	}
	for i := range e.n {
		kernel.Relax(v, nearest, e.row(i), nothing, 0, int32(i))
	}
	for j := e.m - 1; j >= 0; j-- {
		if i := nearest[j]; e.left[i] > 0 && e.room[j] > 0 {
			e.put(i, j, min(e.left[i], e.room[j]))
		}
	}
}

// bids is how often a row may bid, on average. Each costs a pass over the row;
// too few leave more to the augmenting paths. (Measured between 2 and 16.)
const bids = 6

// reduceRows lets every row that has something to give bid for the column that
// is cheapest for it: the column's potential falls until the row's second choice
// is as cheap. What other rows had put there is no longer tight and returns to
// them, to bid in their turn.
func (e *Exact) reduceRows() {
	if e.m == 1 {
		return // no second choice
	}
	e.queue = e.queue[:0]
	for i := range e.n {
		if e.left[i] > 0 {
			e.queue = append(e.queue, int32(i))
		}
	}
	// Turns run out: potentials that fall by little could take for ever.
	for k := 0; k < len(e.queue) && k < bids*e.n; k++ {
		i := e.queue[k]
		u1, u2, j1, j2 := kernel.TwoLeast(e.row(int(i)), e.v)
		if u1 < u2 {
			e.v[j1] -= u2 - u1
		} else if e.room[j1] == 0 {
			j1 = j2
		}
		if u1 < u2 && len(e.filled[j1]) > 0 || e.room[j1] == 0 {
			kept := e.filled[j1][:0]
			for _, p := range e.filled[j1] {
				if p.row == i {
					kept = append(kept, p)
					continue
				}
				if e.left[p.row] == 0 {
					e.queue = append(e.queue, p.row)
				}
				e.left[p.row] += p.amount
				e.room[j1] += p.amount
			}
			e.filled[j1] = kept
		}
		e.put(i, j1, min(e.left[i], e.room[j1]))
		if e.left[i] > 0 {
			e.queue = append(e.queue, i)
		}
	}
}
