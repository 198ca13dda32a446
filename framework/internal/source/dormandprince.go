package source

import (
	"fmt"
	"math"
	"slices"
)

// The method of Dormand and Prince (1980) with seven stages, the last of which
// is the first of the next step. a_ij are its stages' weights, the last row
// those of the fifth-order solution; e_i their difference from those of the
// embedded fourth-order solution.
var (
	dpStages = [6][]float64{
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	dpError = [7]float64{-71. / 57600, 0, 71. / 16695, -71. / 1920, 17253. / 339200, -22. / 525, 1. / 40}
	// dpDense_ik gives the fourth-order interpolant of Shampine (1986),
	// y(t + xh) = y + h Σ_i k_i Σ_k p_ik x^(k+1).
	dpDense = [7][4]float64{
		{1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
		{},
		{0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
		{0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
		{0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
		{0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
		{0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
	}
)

// dormandPrince solves dy/dt = f(y) with steps that keep the root mean square of
// the estimated error, in units of atol + rtol |y|, below 1. Steps are chosen,
// and results between them interpolated, as SciPy's solve_ivp does.
type dormandPrince struct {
	f          func(dy, y []float64)
	rtol, atol float64
	k          [7][]float64 // stages
	next       []float64    // y at the end of a step
	tmp        []float64
}

// solve returns y at the given ascending times; y0 is y at the first of them.
func (d *dormandPrince) solve(y0, times []float64) ([][]float64, error) {
	for i := range d.k {
		d.k[i] = make([]float64, len(y0))
	}
	d.next, d.tmp = make([]float64, len(y0)), make([]float64, len(y0))
	y, t, end := slices.Clone(y0), times[0], times[len(times)-1]
	out := [][]float64{slices.Clone(y0)}
	d.f(d.k[0], y)
	h := d.firstStep(y, end-t)
	for t < end {
		reached, growth, err := d.step(y, t, h, end)
		if err != nil {
			return nil, err
		}
		for len(out) < len(times) && times[len(out)] <= reached {
			out = append(out, d.between(y, (times[len(out)]-t)/(reached-t), reached-t))
		}
		h = growth * (reached - t)
		t = reached
		copy(y, d.next)
		copy(d.k[0], d.k[6])
	}
	return out, nil
}

// step goes from y at t to d.next at the time reached, which is at most h later,
// and says how much longer the next step may be.
func (d *dormandPrince) step(y []float64, t, h, end float64) (reached, growth float64, err error) {
	limit := 10.0
	for {
		if h < 10*(math.Nextafter(t, math.Inf(1))-t) {
			return 0, 0, fmt.Errorf("the bodies come too close: no step at time %v is short enough", t)
		}
		reached = min(t+h, end)
		h = reached - t
		for i, a := range dpStages {
			d.combine(d.next, y, h, a)
			d.f(d.k[i+1], d.next)
		}
		d.combine(d.tmp, nil, h, dpError[:])
		off := d.norm(d.tmp, y, d.next)
		if off < 1 {
			return reached, min(limit, 0.9*math.Pow(off, -0.2)), nil
		}
		h *= max(0.2, 0.9*math.Pow(off, -0.2))
		limit = 1
	}
}

// combine sets dst = y + h Σ_i a_i k_i; without y, h Σ_i a_i k_i.
func (d *dormandPrince) combine(dst, y []float64, h float64, a []float64) {
	for j := range dst {
		sum := 0.0
		for i, ai := range a {
			sum += float64(ai * d.k[i][j])
		}
		dst[j] = h * sum
		if y != nil {
			dst[j] += y[j]
		}
	}
}

// norm is the root mean square of x_j / (atol + rtol max(|y_j|, |z_j|)).
func (d *dormandPrince) norm(x, y, z []float64) float64 {
	sum := 0.0
	for j := range x {
		r := x[j] / (d.atol + d.rtol*max(math.Abs(y[j]), math.Abs(z[j])))
		sum += float64(r * r)
	}
	return math.Sqrt(sum / float64(len(x)))
}

// firstStep is that of Hairer, Nørsett and Wanner (Solving Ordinary Differential
// Equations I, II.4). d.k[0] is f(y).
func (d *dormandPrince) firstStep(y []float64, span float64) float64 {
	size, slope := d.norm(y, y, y), d.norm(d.k[0], y, y)
	h0 := 1e-6
	if size >= 1e-5 && slope >= 1e-5 {
		h0 = 0.01 * size / slope
	}
	h0 = min(h0, span)
	d.combine(d.next, y, h0, []float64{1})
	d.f(d.k[1], d.next)
	for j := range d.tmp {
		d.tmp[j] = d.k[1][j] - d.k[0][j]
	}
	bend := d.norm(d.tmp, y, y) / h0
	h1 := max(1e-6, h0*1e-3)
	if slope > 1e-15 || bend > 1e-15 {
		h1 = math.Pow(0.01/max(slope, bend), 0.2)
	}
	return min(100*h0, h1, span)
}

// between is y at the share x of the step of length h that began at y.
func (d *dormandPrince) between(y []float64, x, h float64) []float64 {
	var a [7]float64
	for i, p := range dpDense {
		a[i] = x * (p[0] + x*(p[1]+x*(p[2]+x*p[3])))
	}
	out := make([]float64, len(y))
	d.combine(out, y, h, a[:])
	return out
}
