package main

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/ot"
)

// A task is an entropic problem and how long to iterate.
type task struct {
	call   string // POT's function
	n      int
	gamma  float64
	sweeps int
	tol    float64
}

var fixed, tolerant, cold []task

func init() {
	for _, n := range []int{10, 20, 50, 200, 500, 1000} {
		for _, gamma := range []float64{1, 0.05} {
			fixed = append(fixed, task{"sinkhorn", n, gamma, 100, 0})
			tolerant = append(tolerant, task{"sinkhorn", n, gamma, 1000, 1e-9})
		}
	}
	for _, n := range []int{50, 200} {
		for _, gamma := range []float64{0.01, 0.001} {
			cold = append(cold, task{"sinkhorn_log", n, gamma, 100, 0})
		}
	}
}

// cloudCosts are squared distances between n and m points drawn from two normal
// distributions in d dimensions, with the greatest made 1.
func cloudCosts(n, m, d int) []float64 {
	rng := data.Rand(uint64(n), "bench ot")
	cost := make([]float64, n*m)
	x, y := make([]float64, d), make([]float64, d*m)
	for i := range y {
		y[i] = 0.5 + 1.5*rng.NormFloat64()
	}
	for i := range n {
		for k := range x {
			x[k] = rng.NormFloat64()
		}
		kernel.SquaredDistances(cost[i*m:][:m], x, y)
	}
	_, most := kernel.Extent(cost)
	for i := range cost {
		cost[i] /= most
	}
	return cost
}

func uniform(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	return w
}

// sinkhorns prints a row for each task. K moved is what a sweep reads of K, once,
// over the time of a sweep; beside it stands what plain reading of as much reaches.
func sinkhorns(p *peer, title string, tasks []task) error {
	fmt.Printf("\n## %s\n\n", title)
	fmt.Println("| n | γ | sweeps | us | POT us | POT / ours | marginals off: ours | POT | plans differ by | K moved GB/s | plain reading GB/s |")
	fmt.Println("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, t := range tasks {
		cost, w, plan := cloudCosts(t.n, t.n, 3), uniform(t.n), make([]float64, t.n*t.n)
		var s ot.Solver
		var r ot.Result
		solve := func() {
			r = s.Solve(plan, cost, w, w, ot.Options{Gamma: t.gamma, Sweeps: t.sweeps, Tol: t.tol})
		}
		solve()
		var ours, theirs []float64
		var answer []float64
		for range *rounds {
			ours = append(ours, fastest(solve))
			seconds, result, err := p.ask(fmt.Sprintf("%s %g %d %g", t.call, t.gamma, t.sweeps, t.tol), cost, t.n)
			if err != nil {
				return err
			}
			theirs, answer = append(theirs, seconds), result
		}
		off := 0.0
		for i, v := range plan {
			off += math.Abs(v - answer[i])
		}
		bytes := 8 * float64(t.n*t.n)
		read := fastest(func() { kernel.Extent(cost) })
		fmt.Printf("| %d | %g | %d | %s | %s | %s | %.1g | %.1g | %.1g | %.0f | %.0f |\n", t.n, t.gamma, r.Sweeps, micro(ours), micro(theirs),
			ratio(theirs, ours), marginalError(plan, t.n), marginalError(answer, t.n), off, bytes*float64(r.Sweeps)/median(ours)/1e9, bytes/read/1e9)
	}
	return nil
}

// marginalError is how far the sums of the rows and of the columns of a plan are from
// 1/n, all together.
func marginalError(plan []float64, n int) (off float64) {
	for i := range n {
		row, col := 0.0, 0.0
		for j := range n {
			row += plan[i*n+j]
			col += plan[j*n+i]
		}
		off += math.Abs(row-1/float64(n)) + math.Abs(col-1/float64(n))
	}
	return off
}

// exacts prints a row for each size of exact transport between uniform weights.
func exacts(p *peer) error {
	fmt.Printf("\n## Exact transport beside POT's emd\n\n")
	fmt.Println("| points | dimensions | us | POT us | POT / ours | costs differ by |")
	fmt.Println("|---|--:|--:|--:|--:|--:|")
	for _, size := range [][3]int{{50, 50, 3}, {100, 100, 3}, {200, 200, 3}, {500, 500, 3}, {1000, 1000, 3},
		{50, 50, 16}, {200, 200, 16}, {1000, 1000, 16}, {200, 150, 3}, {300, 280, 3}, {200, 150, 16}, {300, 280, 16}} {
		n, m := size[0], size[1]
		cost := cloudCosts(n, m, size[2])
		var e ot.Exact
		least := 0.0
		a, b := make([]int, n), make([]int, m)
		for i := range a {
			a[i] = m
		}
		for j := range b {
			b[j] = n
		}
		if n == m {
			for i := range a {
				a[i], b[i] = 1, 1
			}
		}
		plan := make([]float64, n*m)
		solve := func() { least = e.Solve(plan, cost, a, b) }
		var ours, theirs []float64
		theirCost := 0.0
		for range *rounds {
			ours = append(ours, fastest(solve))
			seconds, answer, err := p.ask("emd 0 0 0", cost, n)
			if err != nil {
				return err
			}
			theirs, theirCost = append(theirs, seconds), 0
			for i, v := range answer {
				theirCost += v * cost[i]
			}
		}
		fmt.Printf("| %d x %d | %d | %s | %s | %s | %.1g |\n", n, m, size[2], micro(ours), micro(theirs), ratio(theirs, ours), math.Abs(least-theirCost))
	}
	return nil
}
