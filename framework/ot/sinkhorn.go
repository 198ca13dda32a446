package ot

import (
	"math"

	"github.com/assaylab/assay/framework/nn/kernel"
)

const (
	// plainRange is the largest (max C − min C)/γ for which the iteration may
	// start from K = exp(−C/γ) as it stands: exp(−600) is still a normal number
	// and leaves room for a sum and a scaling.
	plainRange = 600
	// absorbAt is where a scaling goes into the potentials.
	absorbAt = 1e100
	// tiny is the least K b or Kᵀ a that still has all its digits.
	tiny = 1e-290
	// resolution bounds γ from below, relative to the range of the cost: under
	// it the rounding of C/γ itself, and not the cost, decides about the plan.
	resolution = 1e-12
	// lanes is what the rows of K are filled up to a multiple of, with zeros.
	lanes = 8
)

// A Solver keeps the buffers of an iteration, so that problem after problem of
// the same size is solved without allocation. Its zero value is ready. It is
// not safe for concurrent use; give every goroutine its own.
//
// A sweep reads K once, with the instructions of package kernel.
type Solver struct {
	n, m, width int       // width: m filled up
	K           []float64 // [n x width] exp(φ_i + ψ_j − (C_ij − least)·β)
	a, b        []float64 // [n], [width] scalings on top of the absorbed potentials
	phi, psi    []float64 // [n], [m] absorbed potentials φ, ψ, in units of γ
	col         []float64 // [width] Kᵀ a
	next        []float64 // [width] b after the sweep
	least, beta float64   // min C and 1/γ
}

// Solve fills plan [n x m] with the entropic transport plan between weights p
// [n] and q [m] under cost [n x m], by the sweeps of [Plain]: b starts constant,
// each sweep solves a and then b.
//
// The plan is diag(a) K diag(b). Scalings that grow are absorbed into K,
// φ += log a and ψ += log b (Schmitzer, "Stabilized sparse scaling algorithms",
// SIAM J. Sci. Comput. 2019). Where a whole row or column of K underflows, that
// sweep is made with log-sum-exp instead.
//
// Weights must be positive, costs finite. A γ below 1e-12 of the range of the
// costs counts as that. A closed Done leaves a plan that is not finished.
func (s *Solver) Solve(plan, cost, p, q []float64, o Options) Result {
	checkShapes(plan, cost, p, q, o)
	span := s.start(cost, len(p), len(q), o.Gamma)
	var r Result
	if span*s.beta <= plainRange {
		s.kernel(cost)
	} else {
		s.logSweep(cost, p, q)
		r.Sweeps, r.LogSteps = 1, 1
	}
	for r.Sweeps < o.Sweeps && (r.Sweeps == 0 || !closed(o.Done)) {
		r.Sweeps++
		// a ← p/(K b), col ← Kᵀ a, next ← q/col
		rowError, least := kernel.SinkhornRows(s.col, s.a, s.K, s.b, p)
		if least < tiny || !s.columns(q) {
			absorb(s.psi, s.b)
			s.logSweep(cost, p, q)
			r.LogSteps++
			continue
		}
		s.b, s.next = s.next, s.b
		if same(s.b[:s.m], s.next) || r.Sweeps > 1 && rowError <= o.Tol && o.Tol > 0 {
			break
		}
		if outgrown(s.a) || outgrown(s.b[:s.m]) {
			absorb(s.phi, s.a)
			absorb(s.psi, s.b)
			s.kernel(cost)
		}
	}
	return s.finish(plan, cost, p, r)
}

// start sizes the buffers, sets φ = ψ = 0 and a = b = 1, and returns
// max C − min C.
func (s *Solver) start(cost []float64, n, m int, gamma float64) (span float64) {
	s.n, s.m, s.width = n, m, (m+lanes-1)/lanes*lanes
	s.K = grown(s.K, n*s.width)
	s.a, s.phi, s.psi = grown(s.a, n), grown(s.phi, n), grown(s.psi, m)
	s.b, s.col, s.next = grown(s.b, s.width), grown(s.col, s.width), grown(s.next, s.width)
	clear(s.phi)
	clear(s.psi)
	ones(s.a)
	ones(s.b)
	ones(s.next)
	for i := range n {
		clear(s.row(i)[m:])
	}
	least, most := kernel.Extent(cost)
	span = most - least
	s.least, s.beta = least, 0 // equal costs: any γ gives the product plan
	if span > 0 {
		s.beta = 1 / max(gamma, resolution*span, 1e-300)
	}
	return span
}

// row is row i of K with what fills it up.
func (s *Solver) row(i int) []float64 { return s.K[i*s.width:][:s.width] }

// kernel sets K_ij = exp(φ_i + ψ_j − (C_ij − least)/γ).
func (s *Solver) kernel(cost []float64) {
	for i, f := range s.phi {
		kernel.GibbsRow(s.row(i)[:s.m], cost[i*s.m:][:s.m], s.psi, f, s.least, s.beta)
	}
}

// columns makes the half step next ← q/(Kᵀ a) from col = Kᵀ a. It reports false
// where a column is too small or too large to divide by.
func (s *Solver) columns(q []float64) bool {
	least, most := kernel.Extent(s.col[:s.m])
	if !(least >= tiny && most <= math.MaxFloat64) {
		return false
	}
	kernel.Quotients(s.next[:s.m], q, s.col[:s.m])
	return true
}

// finish writes the plan Q = diag(a) K diag(b) and completes the result.
func (s *Solver) finish(plan, cost, p []float64, r Result) Result {
	for i, a := range s.a {
		sum, c := kernel.PlanRow(plan[i*s.m:][:s.m], s.row(i), s.b, cost[i*s.m:][:s.m], a)
		r.Cost += c
		r.RowError += math.Abs(sum - p[i])
	}
	return r
}
