package search

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A mixture is a density over configurations made of observed ones (a Parzen
// estimator): each is a kernel, a product of one factor for every parameter, and
// a broad prior is one kernel more,
//
//	p(x) = Σ_i w_i Π_k p_ik(x_k),  k over the parameters in play at x.
//
// Joint kernels keep what goes together. Where parameter k is not in play at
// observation i, p_ik is the prior's factor, so that conditional spaces need
// nothing else.
type mixture struct {
	logWeights []float64 // of the observations and of the prior, which is last
	sum        []float64 // running sums of the weights
	factors    []factors // of each parameter
	buffer     []float64
}

// factors are p_ik of one parameter.
type factors struct {
	axis
	// Ordered: normal(mu, sigma) cut to [0, 1]; mass is the logarithm of what lies
	// there, scale that of sigma times it.
	mu, sigma, mass, scale []float64
	masses                 map[cell][]float64 // of cells met so far
	// Not ordered: log hit for the value of the observation, log miss for others.
	value     []int // −1: none
	hit, miss float64
}

// newMixture makes the mixture of observations in the order of their age, the
// oldest first.
func newMixture(axes []axis, seen []point) *mixture {
	m := &mixture{buffer: make([]float64, len(seen)+1)}
	total := 0.0
	weights := append(ageWeights(len(seen)), 1) // the prior counts as much as one observation
	for _, w := range weights {
		total += w
		m.sum = append(m.sum, total)
	}
	for _, w := range weights {
		m.logWeights = append(m.logWeights, math.Log(w/total))
	}
	for k, a := range axes {
		column := make([]cell, len(seen))
		for i, x := range seen {
			column[i] = x[k]
		}
		if a.ordered {
			m.factors = append(m.factors, normals(a, column))
		} else {
			m.factors = append(m.factors, categories(a, column))
		}
	}
	return m
}

// recent observations count in full.
const recent = 25

// ageWeights are those of n observations: 1 for the 25 latest, falling linearly
// to 1/n for the oldest.
func ageWeights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
		if ramp := n - recent; i < ramp {
			w[i] = 1 / float64(n)
			if ramp > 1 {
				w[i] += (1 - 1/float64(n)) * float64(i) / float64(ramp-1)
			}
		}
	}
	return w
}

// normals are the factors of an ordered parameter. The standard deviation of a
// kernel is the greater of the distances to its neighbours (of the one neighbour
// at the ends), but at least 1/min(100, n + 2): few observations say little. The
// prior is normal(½, 1).
func normals(a axis, column []cell) factors {
	n := len(column)
	f := factors{axis: a, masses: map[cell][]float64{}, mu: make([]float64, n+1), sigma: make([]float64, n+1), mass: make([]float64, n+1), scale: make([]float64, n+1)}
	var in []int
	for i, c := range column {
		if f.mu[i], f.sigma[i] = 0.5, 1; c.present() {
			f.mu[i] = c.mid()
			in = append(in, i)
		}
	}
	f.mu[n], f.sigma[n] = 0.5, 1
	slices.SortStableFunc(in, func(i, j int) int { return compare(f.mu[i], f.mu[j]) })
	least := 1 / math.Min(100, float64(len(in)+2))
	for j, i := range in {
		left, right := f.mu[i], 1-f.mu[i]
		if j > 0 {
			left = f.mu[i] - f.mu[in[j-1]]
		}
		if j < len(in)-1 {
			right = f.mu[in[j+1]] - f.mu[i]
		}
		wide := math.Max(left, right)
		switch {
		case len(in) > 1 && j == 0:
			wide = right
		case len(in) > 1 && j == len(in)-1:
			wide = left
		}
		f.sigma[i] = clamp(wide, least, 1)
	}
	for i := range f.mu {
		f.mass[i] = math.Log(normalMass(-f.mu[i]/f.sigma[i], (1-f.mu[i])/f.sigma[i]))
		f.scale[i] = math.Log(f.sigma[i]) + f.mass[i]
	}
	return f
}

func compare(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// categories are the factors of a parameter without order: with C values and n
// observations, (1 + 1/(n+1))/(1 + C/(n+1)) for the value observed and
// (1/(n+1))/(1 + C/(n+1)) for each of the others; the prior is 1/C.
func categories(a axis, column []cell) factors {
	n, values := float64(len(column)+1), float64(a.cells())
	f := factors{axis: a, value: make([]int, len(column)+1)}
	for i, c := range column {
		if f.value[i] = -1; c.present() {
			f.value[i] = a.index(c.mid())
		}
	}
	f.value[len(column)] = -1
	f.hit, f.miss = math.Log((n+1)/(n+values)), math.Log(1/(n+values))
	return f
}

// kernel picks a kernel according to the weights.
func (m *mixture) kernel(r *rand.Rand) int {
	u := r.Float64() * m.sum[len(m.sum)-1]
	i, _ := slices.BinarySearch(m.sum, u)
	return min(i, len(m.sum)-1)
}

// draw draws u of parameter k from kernel i.
func (m *mixture) draw(r *rand.Rand, i, k int) float64 {
	f := &m.factors[k]
	if !f.ordered {
		n := f.cells()
		if f.value[i] >= 0 && r.Float64() < math.Exp(f.hit)-math.Exp(f.miss) {
			return (float64(f.value[i]) + 0.5) / float64(n)
		}
		return (float64(r.IntN(n)) + 0.5) / float64(n)
	}
	// x = µ + σ Φ⁻¹(u), u uniform in [Φ((0−µ)/σ), Φ((1−µ)/σ)]
	a, b := normalBelow(-f.mu[i]/f.sigma[i]), normalBelow((1-f.mu[i])/f.sigma[i])
	x := f.mu[i] + f.sigma[i]*math.Sqrt2*math.Erfinv(2*(a+(b-a)*r.Float64())-1)
	return clamp(x, 0, 1)
}

// logDensity is log p(x), of cells their mass.
func (m *mixture) logDensity(x point) float64 {
	out := m.buffer
	copy(out, m.logWeights)
	for k := range m.factors {
		f := &m.factors[k]
		switch c := x[k]; {
		case !c.present():
		case !f.ordered:
			f.addCategory(out, f.index(c.mid()))
		case c.lo == c.hi:
			f.addDensity(out, c.lo)
		default:
			f.addMass(out, c)
		}
	}
	top := slices.Max(out)
	sum := 0.0
	for _, v := range out {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

func (f *factors) addCategory(out []float64, value int) {
	uniform := -math.Log(float64(f.cells()))
	for i, v := range f.value {
		switch v {
		case value:
			out[i] += f.hit
		case -1:
			out[i] += uniform
		default:
			out[i] += f.miss
		}
	}
}

// addDensity adds log normal(u; µ, σ) − log mass, but for the constant ½ log 2π,
// which all densities share.
func (f *factors) addDensity(out []float64, u float64) {
	for i, mu := range f.mu {
		z := (u - mu) / f.sigma[i]
		out[i] -= 0.5*z*z + f.scale[i]
	}
}

// addMass adds the logarithm of the mass of a cell. Few cells are met often.
func (f *factors) addMass(out []float64, c cell) {
	mass, known := f.masses[c]
	if !known {
		mass = make([]float64, len(f.mu))
		for i, mu := range f.mu {
			mass[i] = math.Log(normalMass((c.lo-mu)/f.sigma[i], (c.hi-mu)/f.sigma[i])) - f.mass[i]
		}
		f.masses[c] = mass
	}
	for i, v := range mass {
		out[i] += v
	}
}

// normalBelow is Φ(x).
func normalBelow(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// normalMass is Φ(b) − Φ(a), a ≤ b, from the tail that both are nearer to, where
// differences of small numbers are exact.
func normalMass(a, b float64) float64 {
	if a > 0 {
		a, b = -b, -a
	}
	return 0.5 * (math.Erfc(-b/math.Sqrt2) - math.Erfc(-a/math.Sqrt2))
}
