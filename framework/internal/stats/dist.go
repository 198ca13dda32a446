package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// normalFrom is the number of degrees of freedom from which on t is taken for
// normal: they differ by less than 1/ν.
const normalFrom = 1e12

// tQuantile returns the q with P(T_ν ≤ q) = p, p ≥ 1/2.
func tQuantile(p, nu float64) float64 {
	if nu >= normalFrom {
		return distuv.UnitNormal.Quantile(p)
	}
	tail := 2 * (1 - p)
	// gonum inverts by bisection on I_x; Newton steps on log x make up for what it stops short of.
	x := mathext.InvRegIncBeta(nu/2, 0.5, tail)
	x = min(max(x, 1e-300), 1-1e-16)
	lg, _ := math.Lgamma(nu / 2)
	lh, _ := math.Lgamma((nu + 1) / 2)
	logBeta := lg + 0.5*math.Log(math.Pi) - lh
	t := math.Sqrt(nu * (1 - x) / x)
	for range 4 {
		density := math.Exp(-logBeta - (nu+1)/2*math.Log1p(t*t/nu) - 0.5*math.Log(nu))
		if !(density > 0) {
			break
		}
		step := (tTail(t, nu) - tail) / (2 * density)
		if next := t + step; next > 0 {
			t = next
		}
		if math.Abs(step) <= 1e-15*t {
			break
		}
	}
	return t
}

// tTail returns P(|T_ν| ≥ |t|).
func tTail(t, nu float64) float64 {
	t = math.Abs(t)
	if nu >= normalFrom {
		return 2 * distuv.UnitNormal.Survival(t)
	}
	if math.IsInf(t, 1) {
		return 0
	}
	return mathext.RegIncBeta(nu/2, 0.5, nu/(nu+t*t))
}
