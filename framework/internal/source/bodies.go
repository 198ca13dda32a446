package source

import (
	"math"
	"math/rand/v2"
)

// A body is a point mass in the plane.
type body struct{ m, x, y, vx, vy float64 }

const (
	endTime = 10.0 // a simulation covers t in [0, endTime]
	rtol    = 1e-9
)

// simulate follows bodies that attract each other, with G = 1 and no softening:
//
//	dx_i/dt = v_i,   dv_i/dt = Σ_{j≠i} m_j (x_j − x_i) / |x_j − x_i|³
//
// at n even times from 0 to endTime, both included. Masses are part of the state,
// as in the released code: their number counts in the mean over errors by which
// steps are chosen.
func simulate(start []body, n int, atol float64) ([][]body, error) {
	times := make([]float64, n)
	for i := range times {
		times[i] = endTime * float64(i) / float64(n-1)
	}
	var y []float64
	for _, b := range start {
		y = append(y, b.m, b.x, b.y, b.vx, b.vy)
	}
	states, err := (&dormandPrince{f: gravity, rtol: rtol, atol: atol}).solve(y, times)
	if err != nil {
		return nil, err
	}
	out := make([][]body, n)
	for i, s := range states {
		for ; len(s) > 0; s = s[5:] {
			out[i] = append(out[i], body{s[0], s[1], s[2], s[3], s[4]})
		}
	}
	return out, nil
}

func gravity(dy, y []float64) {
	for i := 0; i < len(y); i += 5 {
		ax, ay := 0.0, 0.0
		for j := 0; j < len(y); j += 5 {
			if j == i {
				continue
			}
			x, z := y[j+1]-y[i+1], y[j+2]-y[i+2]
			r := math.Hypot(x, z)
			pull := y[j] / (r * r * r)
			ax += float64(pull * x)
			ay += float64(pull * z)
		}
		dy[i], dy[i+1], dy[i+2], dy[i+3], dy[i+4] = 0, y[i+3], y[i+4], ax, ay
	}
}

// pair draws two bodies at p and −p with velocities w and −w, nearly those of a
// circle. Their masses differ, so that their centre drifts.
func pair(shared bool, rng *rand.Rand) []body {
	m1, m2 := uniform(rng, 0.8, 1.2), uniform(rng, 1.2, 1.6)
	if shared {
		m1, m2 = uniform(rng, 0.8, 1.6), uniform(rng, 0.8, 1.6)
	}
	px, py := uniform(rng, 0.5, 1.5), uniform(rng, 0.5, 1.5)
	// w = (−p_y, p_x) / (2 r^1.5) · (1 + 0.05 ξ),  ξ ~ N(0, 1)
	w := (1 + 0.05*rng.NormFloat64()) / (2 * math.Pow(math.Hypot(px, py), 1.5))
	return []body{{m1, px, py, -py * w, px * w}, {m2, -px, -py, py * w, -px * w}}
}

// triple draws three bodies of mass 1 at the corners of an even triangle, with
// velocities nearly those of a circle.
func triple(rng *rand.Rand) []body {
	x, y := uniform(rng, 0.9, 1.2), uniform(rng, 0.9, 1.2)
	r := uniform(rng, 0.9, 1.2)
	scale := r / math.Hypot(x, y)
	x, y = x*scale, y*scale
	// v = rot90(p) / r^1.5 · √(sin 60° / (2 cos² 30°))
	v := math.Sqrt(math.Sin(math.Pi/3)/(2*math.Pow(math.Cos(math.Pi/6), 2))) / math.Pow(r, 1.5)
	vx, vy := -y*v, x*v
	out := make([]body, 3)
	sin, cos := math.Sincos(2 * math.Pi / 3)
	for i := range out {
		// each component of a velocity times 1 + 0.1 U[−1, 1]
		out[i] = body{1, x, y, vx * uniform(rng, 0.9, 1.1), vy * uniform(rng, 0.9, 1.1)}
		x, y = cos*x-sin*y, sin*x+cos*y
		vx, vy = cos*vx-sin*vy, sin*vx+cos*vy
	}
	return out
}

func uniform(rng *rand.Rand, from, to float64) float64 { return from + (to-from)*rng.Float64() }
