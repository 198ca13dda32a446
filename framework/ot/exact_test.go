package ot

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"pgregory.net/rapid"
)

// checkExact holds a solution to what proves it: F ≥ 0 has the marginals, and
// potentials below the costs are worth as much as it costs.
func checkExact(t interface{ Fatalf(string, ...any) }, e *Exact, cost []float64, a, b []int) (least float64) {
	plan := make([]float64, len(cost))
	for i := range plan {
		plan[i] = math.NaN() // whatever was there
	}
	least = e.Solve(plan, cost, a, b)
	u, v := e.Potentials()
	total, scale := 0, 0.0
	for _, w := range a {
		total += w
	}
	for _, c := range cost {
		scale = max(scale, math.Abs(c))
	}
	for _, x := range append(append([]float64{}, u...), v...) {
		scale = max(scale, math.Abs(x))
	}
	// Potentials change by at most n+m shortest paths, each rounded to 2⁻⁵² of
	// the scale; the real number of changes is a few times that.
	eps := 8 * float64(len(a)+len(b)) * 0x1p-52 * scale
	worth := 0.0
	rows, cols := make([]float64, len(a)), make([]float64, len(b))
	for i := range a {
		worth += float64(a[i]) * u[i] / float64(total)
		for j := range b {
			f, c := plan[i*len(b)+j], cost[i*len(b)+j]
			if !(f >= 0) || !(u[i]+v[j] <= c+eps) || f > 0 && !(c-u[i]-v[j] <= eps) {
				t.Fatalf("%d x %d: flow %v where the cost is %v and potentials are %v + %v", len(a), len(b), f, c, u[i], v[j])
			}
			rows[i] += f
			cols[j] += f
		}
	}
	for j := range b {
		worth += float64(b[j]) * v[j] / float64(total)
	}
	for i, w := range append(append([]int{}, a...), b...) {
		if got := append(rows, cols...)[i]; !(math.Abs(got-float64(w)/float64(total)) < 1e-12) {
			t.Fatalf("%d x %d: marginal %d is %v, want %d/%d", len(a), len(b), i, got, w, total)
		}
	}
	if !(math.Abs(worth-least) <= eps) {
		t.Fatalf("%d x %d: the plan costs %v, potentials prove %v", len(a), len(b), least, worth)
	}
	return least
}

// Every problem, whatever its weights, sizes and ties, comes with its proof.
func TestExactProvesItself(t *testing.T) {
	var e Exact // one for all: buffers of earlier problems must not matter
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 25).Draw(t, "n"), rapid.IntRange(1, 25).Draw(t, "m")
		rng := data.Rand(rapid.Uint64().Draw(t, "seed"), "exact")
		levels := rapid.SampledFrom([]float64{1, 3, 10, 1e9}).Draw(t, "levels") // few: many ties
		shift := rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "shift")
		cost := make([]float64, n*m)
		for i := range cost {
			cost[i] = math.Floor(rng.Float64()*levels)/levels - shift
		}
		a, b := make([]int, n), make([]int, m)
		for range 1 + rng.IntN(60) { // some stay 0
			a[rng.IntN(n)]++
			b[rng.IntN(m)]++
		}
		checkExact(t, &e, cost, a, b)
		if n == m {
			checkExact(t, &e, cost, constant(nil, n, 1), constant(nil, m, 1))
		}
	})
}

// The best of all n! assignments, counted out.
func TestExactAgainstBruteForce(t *testing.T) {
	rng := data.Rand(2, "brute")
	var e Exact
	for n := 1; n <= 7; n++ {
		for range 20 {
			cost := make([]float64, n*n)
			for i := range cost {
				cost[i] = rng.NormFloat64()
			}
			want := cheapest(cost, n, 0, 0) / float64(n)
			if got := e.Solve(nil, cost, constant(nil, n, 1), constant(nil, n, 1)); !(math.Abs(got-want) < 1e-12) {
				t.Errorf("n = %d: cost %v, the least of all assignments is %v", n, got, want)
			}
		}
	}
}

// cheapest assigns rows i.. to the columns that are not in taken.
func cheapest(cost []float64, n, i int, taken uint) float64 {
	if i == n {
		return 0
	}
	least := math.Inf(1)
	for j := range n {
		if taken>>j&1 == 0 {
			least = min(least, cost[i*n+j]+cheapest(cost, n, i+1, taken|1<<j))
		}
	}
	return least
}

// Clouds of equal and unequal sizes cost what SciPy says (testdata/exact.py).
func TestCloudsAgainstSciPy(t *testing.T) {
	var golden struct {
		SciPy string
		Cases []struct {
			D    int
			X, Y []float32
			Cost float64
		}
	}
	text, err := os.ReadFile("testdata/exact.json")
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil || len(golden.Cases) != 9 {
		t.Fatalf("%d cases, %v", len(golden.Cases), err)
	}
	var e Exact
	for i, c := range golden.Cases {
		if got := e.Clouds(c.X, c.Y, c.D); !(math.Abs(got-c.Cost) <= 1e-9*c.Cost) {
			t.Errorf("case %d: %v, SciPy %s says %v", i, got, golden.SciPy, c.Cost)
		}
	}
}

// A cloud moved by s is |s|² away, shuffled it is 0 away, and both ways are one.
func TestCloudsThatMove(t *testing.T) {
	rng := data.Rand(3, "clouds")
	x := points(rng, 50*6)
	moved, shuffled := make([]float32, len(x)), make([]float32, len(x))
	shift := points(rng, 6)
	size := 0.0
	for k, s := range shift {
		size += float64(s) * float64(s)
		for i := range 50 {
			moved[i*6+k] = x[i*6+k] + s
		}
	}
	for i, j := range rng.Perm(50) {
		copy(shuffled[j*6:(j+1)*6], x[i*6:])
	}
	var e Exact
	if got := e.Clouds(x, moved, 6); !(math.Abs(got-size) < 1e-5*size) { // float32 points
		t.Errorf("a cloud that moved is %v away, want %v", got, size)
	}
	if got := e.Clouds(x, shuffled, 6); got != 0 {
		t.Errorf("a shuffled cloud is %v away", got)
	}
	y := points(rng, 35*6)
	if there, back := e.Clouds(x, y, 6), e.Clouds(y, x, 6); !(math.Abs(there-back) < 1e-12*there) {
		t.Errorf("%v there, %v back", there, back)
	}
}

// Entropic plans cost more, and approach the exact one as they cool.
func TestSinkhornApproachesExact(t *testing.T) {
	cost, p, q := problem(data.Rand(4, "cool"), 20, 20, 1)
	for i := range p {
		p[i], q[i] = 1.0/20, 1.0/20
	}
	exact := new(Exact).Solve(nil, cost, constant(nil, 20, 1), constant(nil, 20, 1))
	last := math.Inf(1)
	for _, gamma := range []float64{0.1, 0.03, 0.01, 0.002} {
		r := new(Solver).Solve(make([]float64, 400), cost, p, q, Options{Gamma: gamma, Sweeps: 20000, Tol: 1e-10})
		if !(r.Cost >= exact-1e-9 && r.Cost < last) {
			t.Errorf("at temperature %v the cost is %v, exactly %v, before %v", gamma, r.Cost, exact, last)
		}
		last = r.Cost
	}
	if last-exact > 0.005 {
		t.Errorf("at temperature 0.002 the cost is %v, exactly %v", last, exact)
	}
}

func points(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func BenchmarkClouds(b *testing.B) {
	for _, size := range [][2]int{{300, 300}, {300, 280}, {300, 150}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			rng := data.Rand(1, "clouds")
			const pairs, d = 20, 16
			var x, y [pairs][]float32
			for k := range pairs {
				x[k], y[k] = points(rng, size[0]*d), points(rng, size[1]*d)
			}
			var e Exact
			k := 0
			for b.Loop() {
				e.Clouds(x[k%pairs], y[k%pairs], d)
				k++
			}
		})
	}
}
