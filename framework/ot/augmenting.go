package ot

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// augment finds, from all rows that have something to give at once, shortest
// paths in reduced costs C − u − v to columns with room, and sends what it can
// along all of them. It changes u and v so that reduced costs stay at least 0,
// and are 0 on the paths. It reports false when nothing is left to give.
//
// (Jonker and Volgenant send one row's at a time. With weights, which take many
// paths, that visits every row far more often.)
func (e *Exact) augment() bool {
	e.done, e.open = e.done[:0], e.open[:0]
	for j := range e.m {
		e.dist[j] = math.Inf(1)
	}
	copy(e.w, e.v)
	at := -1
	for i := range e.n {
		e.via[i] = unreached
		if e.left[i] > 0 {
			e.via[i], e.far[i] = source, 0
			at = e.relax(int32(i))
		}
	}
	if at < 0 {
		return false
	}
	missing := 0 // room of columns that are still to be reached
	for _, r := range e.room {
		missing += r
	}
	near := 0.0
	for {
		j := int32(at)
		near = e.dist[j]
		e.done = append(e.done, j)
		e.reached[j] = near
		e.dist[j], e.w[j] = math.Inf(1), math.Inf(-1) // never again the nearest, nor nearer
		if e.room[j] > 0 {
			e.open = append(e.open, j)
			if missing -= e.room[j]; missing == 0 {
				break
			}
		}
		at = -1
		for _, p := range e.filled[j] { // rows that could put it elsewhere
			if e.via[p.row] == unreached {
				e.via[p.row], e.far[p.row] = j, near
				at = e.relax(p.row)
			}
		}
		if at < 0 {
			at = e.nearest()
		}
	}
	for i := range e.n {
		if e.via[i] != unreached {
			e.u[i] += near - e.far[i]
		}
	}
	for _, j := range e.done {
		e.v[j] -= near - e.reached[j]
	}
	for _, j := range e.open {
		e.send(j)
	}
	return true
}

const (
	source    = -1 // a row that begins paths
	unreached = -2
)

// relax tries the ways through row k and returns the nearest column that is not
// done.
func (e *Exact) relax(k int32) (at int) {
	_, at = kernel.Relax(e.dist, e.pred[:e.m], e.row(int(k)), e.w, e.u[k]-e.far[k], k)
	return at
}

func (e *Exact) nearest() (at int) {
	_, at = kernel.ArgLeast(e.dist)
	return at
}

// send goes the path back from column j to a row that gives: every row on it
// moves the amount from the column through which it was reached to the one it led
// to. Paths may share places; what an earlier one has used up is not there.
func (e *Exact) send(j int32) {
	amount := e.room[j]
	k := e.pred[j]
	for ; e.via[k] != source; k = e.pred[e.via[k]] {
		amount = min(amount, e.amount(k, e.via[k]))
	}
	if amount = min(amount, e.left[k]); amount == 0 {
		return
	}
	for {
		k := e.pred[j]
		e.put(k, int(j), amount)
		if j = e.via[k]; j == source {
			return
		}
		e.take(k, int(j), amount)
	}
}

func (e *Exact) amount(i, j int32) int {
	for _, p := range e.filled[j] {
		if p.row == i {
			return p.amount
		}
	}
	return 0
}

// take moves an amount from a column back to a row.
func (e *Exact) take(i int32, j, amount int) {
	e.left[i] += amount
	e.room[j] += amount
	parcels := e.filled[j]
	for k := range parcels {
		if parcels[k].row == i {
			if parcels[k].amount -= amount; parcels[k].amount == 0 {
				last := len(parcels) - 1
				parcels[k], e.filled[j] = parcels[last], parcels[:last]
			}
			return
		}
	}
}
