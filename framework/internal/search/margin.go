package search

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A margin keeps an evolution from getting stuck on one value of a coordinate
// whose values are cells: the mass of the points on either side of the mean's
// cell stays above a bound (Hamano et al. 2022, CMA-ES with Margin). For that
// the coordinate has a scale A of its own: the value is that of the cell at
//
//	v = m + A (x − m).
type margin struct {
	k     int // coordinate
	cell  func(u float64) cell
	scale float64 // A
}

// place is v, in [0, 1].
func (g *margin) place(e *evolution, x float64) float64 {
	return clamp(e.m[g.k]+g.scale*(x-e.m[g.k]), 0, 1)
}

// correct restores the bound α after an update, by moving m and scaling A.
func (g *margin) correct(e *evolution) {
	alpha := 1 / float64(e.d*e.lambda)
	m, wide := e.m[g.k], e.deviation(g.k)
	c := g.cell(clamp(m, 0, 1))
	quantile := func(p float64) float64 { return -mathext.NormalQuantile(p) } // Φ⁻¹(1 − p)
	if c.lo <= 0 || c.hi >= 1 {
		// At an end: Pr(v beyond the one border) ≥ α, by m ← l ± min(|m − l|, σ A Φ⁻¹(1 − α)).
		if c.lo <= 0 {
			e.m[g.k] = c.hi - math.Min(c.hi-m, g.scale*wide*quantile(alpha))
		} else {
			e.m[g.k] = c.lo + math.Min(m-c.lo, g.scale*wide*quantile(alpha))
		}
		return
	}
	// Between: both sides have at least α/2, and what that takes away comes from
	// where there is more. With ξ = Φ⁻¹(1 − p) of each side,
	// A ← (hi − lo)/(σ (ξ_lo + ξ_hi)),  m ← (lo ξ_hi + hi ξ_lo)/(ξ_lo + ξ_hi).
	low, high := normalBelow((c.lo-m)/(g.scale*wide)), normalBelow((m-c.hi)/(g.scale*wide))
	inside := 1 - low - high
	low, high = math.Max(low, alpha/2), math.Max(high, alpha/2)
	excess := (1 - low - high - inside) / (low + high + inside - 1.5*alpha)
	low += excess * (low - alpha/2)
	high += excess * (high - alpha/2)
	xiLow, xiHigh := quantile(clamp(low, 1e-10, 0.5-1e-10)), quantile(clamp(high, 1e-10, 0.5-1e-10))
	g.scale = (c.hi - c.lo) / (wide * (xiLow + xiHigh))
	e.m[g.k] = (c.lo*xiHigh + c.hi*xiLow) / (xiLow + xiHigh)
}
