package ot

import "math"

// reduceColumns sets v_j = min_i C_ij and lets the row of the minimum fill the
// column as far as it can. Columns go from the last to the first.
func (e *Exact) reduceColumns() {
	v, nearest := e.v, e.pred[:e.m]
	for j := range v {
		v[j] = math.Inf(1)
	}
	for i := range e.n {
		for j, c := range e.row(i) {
			if c < v[j] {
				v[j], nearest[j] = c, int32(i)
			}
		}
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
		j1, j2, u1, u2 := twoLeast(e.row(int(i)), e.v)
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

// twoLeast finds the least c_j − v_j and the second, and where they are.
func twoLeast(c, v []float64) (j1, j2 int, u1, u2 float64) {
	u1, u2, j1, j2 = math.Inf(1), math.Inf(1), 0, 0
	v = v[:len(c)]
	for j, x := range c {
		if h := x - v[j]; h < u2 {
			if h < u1 {
				u2, j2, u1, j1 = u1, j1, h, j
			} else {
				u2, j2 = h, j
			}
		}
	}
	return j1, j2, u1, u2
}
