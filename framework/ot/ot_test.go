package ot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"pgregory.net/rapid"
)

// problem draws costs uniform on [0, scale) and weights with total 1.
func problem(rng *rand.Rand, n, m int, scale float64) (cost, p, q []float64) {
	cost, p, q = make([]float64, n*m), make([]float64, n), make([]float64, m)
	for i := range cost {
		cost[i] = scale * rng.Float64()
	}
	for _, w := range [][]float64{p, q} {
		sum := 0.0
		for i := range w {
			w[i] = 0.1 + rng.Float64()
			sum += w[i]
		}
		for i := range w {
			w[i] /= sum
		}
	}
	return cost, p, q
}

// farthest is the largest |x_i − y_i|; a NaN counts as infinite.
func farthest(x, y []float64) float64 {
	d := 0.0
	for i := range x {
		if e := math.Abs(x[i] - y[i]); !(e <= d) {
			d = e
		}
	}
	if d != d {
		return math.Inf(1)
	}
	return d
}

// The fast iteration must be the plain one wherever the plain one is finite:
// shapes around the eight-row block, temperatures on both sides of absorption.
func TestSolveEqualsPlain(t *testing.T) {
	rng := data.Rand(1, "equal")
	var s Solver
	absorbed := 0
	for _, shape := range [][2]int{{1, 1}, {1, 5}, {7, 3}, {8, 8}, {9, 17}, {24, 11}, {40, 33}} {
		for _, gamma := range []float64{math.Inf(1), 10, 1, 0.1, 0.01, 0.0015} {
			n, m := shape[0], shape[1]
			cost, p, q := problem(rng, n, m, 1)
			got, want := make([]float64, n*m), make([]float64, n*m)
			r := s.Solve(got, cost, p, q, Options{Gamma: gamma, Sweeps: 60})
			w := Plain(want, cost, p, q, Options{Gamma: gamma, Sweeps: 60})
			if gamma == 0.0015 && r.LogSteps > 0 {
				absorbed++
			}
			// exponents up to 667 carry 667 half ulps of relative error, which 60
			// sweeps may pass on: 667·60·1.1e-16 = 4.4e-12
			if d := farthest(got, want); !(d <= 5e-12) {
				t.Errorf("%dx%d at temperature %v: plans differ by %v", n, m, gamma, d)
			}
			if d := math.Abs(r.Cost - w.Cost); !(d <= 5e-12) {
				t.Errorf("%dx%d at temperature %v: cost %v, want %v", n, m, gamma, r.Cost, w.Cost)
			}
		}
	}
	if absorbed == 0 {
		t.Error("no case took the logarithmic step: the test does not reach it")
	}
}

// At any temperature: no NaN, columns exact, rows as the result says, and a
// plan within tolerance once it claims to be.
func TestMarginalsAtAnyTemperature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 20).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "m")
		gamma := math.Pow(10, rapid.Float64Range(-300, 300).Draw(t, "log10 gamma"))
		scale := math.Pow(10, rapid.Float64Range(-200, 200).Draw(t, "log10 scale"))
		if rapid.Bool().Draw(t, "moderate") {
			gamma = scale * math.Pow(10, rapid.Float64Range(-6, 3).Draw(t, "log10 ratio"))
		}
		cost, p, q := problem(data.Rand(rapid.Uint64().Draw(t, "seed"), "cost"), n, m, scale)
		plan := make([]float64, n*m)
		r := new(Solver).Solve(plan, cost, p, q, Options{Gamma: gamma, Sweeps: 300, Tol: 1e-9})
		rows, cols := make([]float64, n), make([]float64, m)
		for i, w := range plan {
			if !(w >= 0) {
				t.Fatalf("plan[%d] = %v", i, w)
			}
			rows[i/m] += w
			cols[i%m] += w
		}
		// a column sums n products of three factors whose exponent is exact to
		// an ulp of at most 1e12
		bound := 1e-12 + 4e-16/max(gamma/scale, 1e-12)
		if d := farthest(cols, q); !(d <= bound) {
			t.Fatalf("columns are off by %v (bound %v)", d, bound)
		}
		if r.Sweeps < 300 && !(r.RowError <= 1e-9+float64(n)*bound) {
			t.Fatalf("stopped after %d sweeps with rows off by %v", r.Sweeps, r.RowError)
		}
		if !(r.Cost >= 0 && r.Cost <= scale*1.0001) {
			t.Fatalf("cost %v with costs below %v", r.Cost, scale)
		}
	})
}

// Permuting the points permutes the plan.
func TestPermutation(t *testing.T) {
	rng := data.Rand(2, "permutation")
	const n, m = 19, 26
	cost, p, q := problem(rng, n, m, 1)
	rowsTo, colsTo := rng.Perm(n), rng.Perm(m)
	cost2, p2, q2 := make([]float64, n*m), make([]float64, n), make([]float64, m)
	for i := range p {
		p2[rowsTo[i]] = p[i]
		for j := range q {
			q2[colsTo[j]] = q[j]
			cost2[rowsTo[i]*m+colsTo[j]] = cost[i*m+j]
		}
	}
	plan, plan2, back := make([]float64, n*m), make([]float64, n*m), make([]float64, n*m)
	var s Solver
	for _, gamma := range []float64{1, 0.05, 1e-4} {
		s.Solve(plan, cost, p, q, Options{Gamma: gamma, Sweeps: 40})
		s.Solve(plan2, cost2, p2, q2, Options{Gamma: gamma, Sweeps: 40})
		for i := range p {
			for j := range q {
				back[i*m+j] = plan2[rowsTo[i]*m+colsTo[j]]
			}
		}
		if d := farthest(plan, back); !(d <= 1e-10) {
			t.Errorf("temperature %v: plans differ by %v", gamma, d)
		}
	}
}

// As γ → 0 the plan becomes the assignment of least cost.
func TestLowTemperatureIsTheAssignment(t *testing.T) {
	cost := []float64{
		1, 2, 9,
		2, 9, 1,
		9, 1, 2,
	} // best: (0,0), (1,2), (2,1)
	w := []float64{1. / 3, 1. / 3, 1. / 3}
	plan := make([]float64, 9)
	for _, gamma := range []float64{1e-2, 1e-5, 1e-9, 1e-200} {
		r := new(Solver).Solve(plan, cost, w, w, Options{Gamma: gamma, Sweeps: 100})
		if !(math.Abs(r.Cost-1) <= 1e-3) {
			t.Errorf("temperature %v: cost %v, want 1; plan %v", gamma, r.Cost, plan)
		}
	}
}

func TestEarlyStop(t *testing.T) {
	cost, p, q := problem(data.Rand(3, "stop"), 30, 30, 1)
	full, short := make([]float64, 900), make([]float64, 900)
	var s Solver
	a := s.Solve(full, cost, p, q, Options{Gamma: 0.2, Sweeps: 150})
	b := s.Solve(short, cost, p, q, Options{Gamma: 0.2, Sweeps: 150, Tol: 1e-9})
	if b.Sweeps >= a.Sweeps || b.RowError > 1e-9 {
		t.Errorf("%d sweeps with tolerance, %d without; row error %v", b.Sweeps, a.Sweeps, b.RowError)
	}
	if d := farthest(full, short); !(d <= 1e-9) {
		t.Errorf("plans differ by %v", d)
	}
	done := make(chan struct{})
	close(done)
	if r := s.Solve(short, cost, p, q, Options{Gamma: 1e-3, Sweeps: 1 << 30, Done: done}); r.Sweeps > 1 {
		t.Errorf("made %d sweeps after Done", r.Sweeps)
	}
}

func TestWarmSolverDoesNotAllocate(t *testing.T) {
	cost, p, q := problem(data.Rand(4, "warm"), 25, 31, 1)
	plan := make([]float64, len(cost))
	var s Solver
	solve := func() { s.Solve(plan, cost, p, q, Options{Gamma: 1e-3, Sweeps: 50, Tol: 1e-9}) }
	solve()
	if n := testing.AllocsPerRun(10, solve); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNonsensePanics(t *testing.T) {
	good := Options{Gamma: 1, Sweeps: 1}
	for name, call := range map[string]func(){
		"shape":       func() { Plain(make([]float64, 3), make([]float64, 4), []float64{1, 1}, []float64{1, 1}, good) },
		"temperature": func() { Plain([]float64{0}, []float64{0}, []float64{1}, []float64{1}, Options{Sweeps: 1}) },
		"weight":      func() { new(Solver).Solve([]float64{0}, []float64{0}, []float64{0}, []float64{1}, good) },
		"nan weight":  func() { new(Solver).Solve([]float64{0}, []float64{0}, []float64{math.NaN()}, []float64{1}, good) },
		"sweeps":      func() { new(Solver).Solve([]float64{0}, []float64{0}, []float64{1}, []float64{1}, Options{Gamma: 1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func BenchmarkSolve(b *testing.B) {
	cost, p, q := problem(data.Rand(5, "bench"), 100, 100, 1)
	plan := make([]float64, len(cost))
	for name, o := range map[string]Options{
		"150 sweeps": {Gamma: 0.05, Sweeps: 150},
		"tol 1e-9":   {Gamma: 0.05, Sweeps: 150, Tol: 1e-9},
	} {
		b.Run(name, func(b *testing.B) {
			s, c := new(Solver), slices.Clone(cost)
			for b.Loop() {
				s.Solve(plan, c, p, q, o)
			}
		})
	}
}

// logPlain is Plain in logarithms: log a ← log p − log Σ exp(log b − C/γ) and
// the mirror image.
func logPlain(plan, cost, p, q []float64, o Options) {
	n, m := len(p), len(q)
	la, lb := make([]float64, n), make([]float64, m)
	lse := func(count int, term func(int) float64) float64 {
		top, sum := math.Inf(-1), 0.0
		for i := range count {
			top = max(top, term(i))
		}
		for i := range count {
			sum += math.Exp(term(i) - top)
		}
		return top + math.Log(sum)
	}
	for range o.Sweeps {
		for i := range la {
			la[i] = math.Log(p[i]) - lse(m, func(j int) float64 { return lb[j] - cost[i*m+j]/o.Gamma })
		}
		for j := range lb {
			lb[j] = math.Log(q[j]) - lse(n, func(i int) float64 { return la[i] - cost[i*m+j]/o.Gamma })
		}
	}
	for i := range la {
		for j := range lb {
			plan[i*m+j] = math.Exp(la[i] + lb[j] - cost[i*m+j]/o.Gamma)
		}
	}
}

// Where the plain iteration fails, sweep for sweep the same as in logarithms;
// also with weights so small that their products underflow in every sweep.
func TestSolveEqualsLogarithms(t *testing.T) {
	rng := data.Rand(6, "logarithms")
	var s Solver
	later := 0
	for trial := range 30 {
		n, m := 2+rng.IntN(12), 2+rng.IntN(12)
		cost, p, q := problem(rng, n, m, 1)
		gamma := math.Pow(10, -0.5-4*rng.Float64())
		for i := range cost {
			cost[i] *= float64(1 + i/m) // rows on scales of their own: potentials move far
		}
		total := 1.0
		if trial%3 == 1 {
			total = 1e-295
		}
		for _, w := range [][]float64{p, q} {
			for i := range w {
				w[i] *= total
			}
		}
		for _, sweeps := range []int{1, 2, 3, 10, 40} {
			o := Options{Gamma: gamma, Sweeps: sweeps}
			got, want := make([]float64, n*m), make([]float64, n*m)
			r := s.Solve(got, cost, p, q, o)
			logPlain(want, cost, p, q, o)
			if r.LogSteps > 1 {
				later++
			}
			// exponents up to 12/γ, an ulp of which every sweep may pass on; K
			// drops entries below exp(flushAt) = 1e-304
			bound := 12/gamma*2.2e-16*float64(1+sweeps)*total + 1e-303
			if d := farthest(got, want); !(d <= bound) {
				t.Errorf("trial %d, %dx%d, temperature %.3g, %d sweeps: plans differ by %v (bound %v)", trial, n, m, gamma, sweeps, d, bound)
			}
		}
	}
	if later == 0 {
		t.Error("no case took the logarithmic step after the first sweep: the test does not reach it")
	}
}
