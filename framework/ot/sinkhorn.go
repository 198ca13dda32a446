package ot

import "math"

const (
	// plainRange is the largest (max C − min C)/γ for which the iteration may
	// start from K = exp(−C/γ) as it stands: exp(−600) is still a normal number
	// and leaves room for a sum and a scaling.
	plainRange = 600
	// flushAt drops entries of K that are lost beside the others and would be
	// slow denormal numbers otherwise.
	flushAt = -700
	// absorbAt is where a scaling goes into the potentials.
	absorbAt = 1e100
	// tiny is the least K b or Kᵀ a that still has all its digits.
	tiny = 1e-290
	// resolution bounds γ from below, relative to the range of the cost: under
	// it the rounding of C/γ itself, and not the cost, decides about the plan.
	resolution = 1e-12
)

// A Solver keeps the buffers of an iteration, so that problem after problem of
// the same size is solved without allocation. Its zero value is ready. It is
// not safe for concurrent use; give every goroutine its own.
type Solver struct {
	K           []float64 // [n x m] exp(φ_i + ψ_j − (C_ij − least)·β)
	a, b        []float64 // scalings on top of the absorbed potentials
	phi, psi    []float64 // absorbed potentials φ, ψ, in units of γ
	col         []float64 // [m] Kᵀ a
	last        []float64 // [m] b of the sweep before
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
		copy(s.last, s.b)
		rowError, least := sweepRows(s.col, s.a, s.K, s.b, p)
		if least < tiny || !s.columns(q) {
			copy(s.b, s.last)
			absorb(s.psi, s.b)
			s.logSweep(cost, p, q)
			r.LogSteps++
			continue
		}
		if same(s.b, s.last) || r.Sweeps > 1 && rowError <= o.Tol && o.Tol > 0 {
			break
		}
		if outgrown(s.a) || outgrown(s.b) {
			absorb(s.phi, s.a)
			absorb(s.psi, s.b)
			s.kernel(cost)
		}
	}
	s.plan(plan)
	return finish(plan, cost, p, q, r)
}

// start sizes the buffers, sets φ = ψ = 0 and a = b = 1, and returns
// max C − min C.
func (s *Solver) start(cost []float64, n, m int, gamma float64) (span float64) {
	s.K = grown(s.K, n*m)
	s.a, s.phi = grown(s.a, n), grown(s.phi, n)
	s.b, s.psi, s.col, s.last = grown(s.b, m), grown(s.psi, m), grown(s.col, m), grown(s.last, m)
	clear(s.phi)
	clear(s.psi)
	ones(s.a)
	ones(s.b)
	least, span := bounds(cost)
	s.least, s.beta = least, 0 // equal costs: any γ gives the product plan
	if span > 0 {
		s.beta = 1 / max(gamma, resolution*span, 1e-300)
	}
	return span
}

// kernel sets K_ij = exp(φ_i + ψ_j − (C_ij − least)/γ).
func (s *Solver) kernel(cost []float64) {
	m := len(s.psi)
	for i, f := range s.phi {
		k, c := s.K[i*m:][:m], cost[i*m:][:m]
		for j, g := range s.psi {
			if e := f + g - (c[j]-s.least)*s.beta; e > flushAt {
				k[j] = math.Exp(e)
			} else {
				k[j] = 0
			}
		}
	}
}

// columns makes the half step b ← q/(Kᵀ a) from col = Kᵀ a. It reports false,
// with b spoilt, where a column is too small or too large to divide by.
func (s *Solver) columns(q []float64) bool {
	for j, sum := range s.col {
		if !(sum >= tiny) || math.IsInf(sum, 0) {
			return false
		}
		s.b[j] = q[j] / sum
	}
	return true
}

// logSweep makes one whole sweep in logarithms, from b alone (which is absorbed
// in ψ), and starts a, b and K afresh from its potentials:
//
//	φ_i = log p_i − log Σ_j exp(ψ_j − (C_ij − least)/γ)
//	ψ_j = log q_j − log Σ_i exp(φ_i − (C_ij − least)/γ)
func (s *Solver) logSweep(cost, p, q []float64) {
	m := len(q)
	for i := range s.phi {
		c := cost[i*m:][:m]
		top := math.Inf(-1)
		for j, g := range s.psi {
			top = max(top, g-(c[j]-s.least)*s.beta)
		}
		sum := 0.0
		for j, g := range s.psi {
			sum += math.Exp(g - (c[j]-s.least)*s.beta - top)
		}
		s.phi[i] = math.Log(p[i]) - top - math.Log(sum)
	}
	top, sum := s.last, s.col
	for j := range top {
		top[j], sum[j] = math.Inf(-1), 0
	}
	for i, f := range s.phi {
		for j, c := range cost[i*m:][:m] {
			top[j] = max(top[j], f-(c-s.least)*s.beta)
		}
	}
	for i, f := range s.phi {
		for j, c := range cost[i*m:][:m] {
			sum[j] += math.Exp(f - (c-s.least)*s.beta - top[j])
		}
	}
	for j := range s.psi {
		s.psi[j] = math.Log(q[j]) - top[j] - math.Log(sum[j])
	}
	ones(s.a)
	ones(s.b)
	s.kernel(cost)
}

// plan writes Q = diag(a) K diag(b).
func (s *Solver) plan(plan []float64) {
	m := len(s.b)
	for i, ai := range s.a {
		k, row := s.K[i*m:][:m], plan[i*m:][:m]
		for j, bj := range s.b {
			row[j] = ai * k[j] * bj
		}
	}
}
