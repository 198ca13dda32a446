package source

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// SciPy takes the same steps (as many evaluations) to the same states. Twenty to
// a hundred steps carry rounding errors of 1e-16 on; the solvers' own errors are
// 1e-5 and more.
func TestDormandPrinceIsSciPys(t *testing.T) {
	var golden struct {
		SciPy string
		Cases []struct {
			Name        string
			Start       [][5]float64
			Atol        float64
			Evaluations int
			States      [][]float64
		}
	}
	text, err := os.ReadFile("testdata/solve_ivp.json")
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil || len(golden.Cases) != 4 {
		t.Fatalf("%d cases, %v", len(golden.Cases), err)
	}
	for _, c := range golden.Cases {
		var y []float64
		for _, b := range c.Start {
			y = append(y, b[:]...)
		}
		times := make([]float64, len(c.States))
		for i := range times {
			times[i] = 10 * float64(i) / float64(len(times)-1)
		}
		evaluations := 0
		d := &dormandPrince{rtol: 1e-9, atol: c.Atol, f: func(dy, y []float64) { evaluations++; gravity(dy, y) }}
		got, err := d.solve(y, times)
		if err != nil {
			t.Fatal(err)
		}
		if evaluations != c.Evaluations {
			t.Errorf("%s, atol %v: %d evaluations, SciPy %s takes %d", c.Name, c.Atol, evaluations, golden.SciPy, c.Evaluations)
		}
		for i, want := range c.States {
			for j, w := range want {
				if !(math.Abs(got[i][j]-w) <= 1e-10) {
					t.Fatalf("%s, atol %v: state %d is %v, want %v", c.Name, c.Atol, i, got[i], want)
				}
			}
		}
	}
}

// energy is Σ m v²/2 − Σ_{i<j} m_i m_j / r_ij.
func energy(bodies []body) float64 {
	e := 0.0
	for i, b := range bodies {
		e += b.m * (b.vx*b.vx + b.vy*b.vy) / 2
		for _, c := range bodies[:i] {
			e -= b.m * c.m / math.Hypot(b.x-c.x, b.y-c.y)
		}
	}
	return e
}

// momentum and centre of mass.
func centre(bodies []body) (px, py, x, y float64) {
	m := 0.0
	for _, b := range bodies {
		m += b.m
		px, py = px+b.m*b.vx, py+b.m*b.vy
		x, y = x+b.m*b.x, y+b.m*b.y
	}
	return px, py, x / m, y / m
}

// Energy drifts as little as the tolerances promise, and the centre of mass
// moves on at constant speed: nothing pulls it back.
func TestConservation(t *testing.T) {
	rng := data.Rand(3, "conservation")
	for name, draw := range map[string]func() []body{
		"pair":   func() []body { return pair(false, rng) },
		"shared": func() []body { return pair(true, rng) },
		"triple": func() []body { return triple(rng) },
	} {
		moved := 0.0
		for range 100 {
			start := draw()
			for atol, bound := range map[float64]float64{1e-6: 2e-4, 1e-9: 1e-6} {
				states, err := simulate(start, 200, atol)
				if err != nil {
					t.Fatal(err)
				}
				e0 := energy(start)
				px, py, x0, y0 := centre(start)
				m := 0.0
				for _, b := range start {
					m += b.m
				}
				for i, s := range states {
					if drift := math.Abs(energy(s)/e0 - 1); !(drift < bound) {
						t.Fatalf("%s, atol %v: energy is off by %v at step %d of %v", name, atol, drift, i, start)
					}
					qx, qy, x, y := centre(s)
					time := 10 * float64(i) / 199
					if off := math.Hypot(qx-px, qy-py) + math.Hypot(x-x0-px/m*time, y-y0-py/m*time); !(off < 1e-10) {
						t.Fatalf("%s, atol %v: momentum or centre of mass is off by %v at step %d", name, atol, off, i)
					}
				}
				moved = max(moved, math.Hypot(px, py))
			}
		}
		if moved < 0.05 {
			t.Errorf("%s: no group moves as a whole: momentum at most %v", name, moved)
		}
	}
}

// Starts are those of the specification: masses and radii in their ranges,
// symmetric positions, velocities across the radius and nearly those of a circle.
func TestInitialConditions(t *testing.T) {
	rng := data.Rand(4, "starts")
	within := func(what string, x, from, to float64) {
		t.Helper()
		if !(x >= from && x <= to) {
			t.Errorf("%s is %v, outside [%v, %v]", what, x, from, to)
		}
	}
	var noise, crossed []float64
	for range 2000 {
		b := pair(false, rng)
		within("light mass", b[0].m, 0.8, 1.2)
		within("heavy mass", b[1].m, 1.2, 1.6)
		within("x", b[0].x, 0.5, 1.5)
		within("y", b[0].y, 0.5, 1.5)
		if b[1].x != -b[0].x || b[1].y != -b[0].y || b[1].vx != -b[0].vx || b[1].vy != -b[0].vy {
			t.Fatalf("%v is not symmetric", b)
		}
		r := math.Hypot(b[0].x, b[0].y)
		within("v·p", b[0].x*b[0].vx+b[0].y*b[0].vy, -1e-12, 1e-12)
		noise = append(noise, (b[0].x*b[0].vy-b[0].y*b[0].vx)/r*(2*math.Sqrt(r))-1) // 0.05 ξ

		s := pair(true, rng)
		within("shared mass", s[0].m, 0.8, 1.6)
		within("shared mass", s[1].m, 0.8, 1.6)
		crossed = append(crossed, s[0].m-s[1].m)

		c := triple(rng)
		for i, a := range c {
			r := math.Hypot(a.x, a.y)
			within("mass of three", a.m, 1, 1)
			within("radius of three", r, 0.9, 1.2)
			// 0.7598 is √(sin 60° / (2 cos² 30°))
			for _, v := range []float64{a.vx / (-a.y * 0.7598 / math.Pow(r, 1.5)), a.vy / (a.x * 0.7598 / math.Pow(r, 1.5))} {
				within("share of the circular velocity", v, 0.8999, 1.1001)
			}
			next := c[(i+1)%3]
			within("angle to the next", (a.x*next.x+a.y*next.y)/r/r, -0.5-1e-12, -0.5+1e-12)
			if a.x*next.y-a.y*next.x < 0 {
				t.Fatalf("%v does not go round anticlockwise", c)
			}
		}
		within("angle of the first", math.Atan2(c[0].y, c[0].x), math.Atan2(0.9, 1.2), math.Atan2(1.2, 0.9))
	}
	var sd float64
	for _, x := range noise {
		sd += x * x / float64(len(noise))
	}
	within("standard deviation of the velocity noise", math.Sqrt(sd), 0.05*(1-0.06), 0.05*(1+0.06)) // 2000 draws: √(1/4000) = 1.6 %
	if slices.Max(crossed) < 0.4 || slices.Min(crossed) > -0.4 {
		t.Error("shared masses are not drawn from one range")
	}
}
