package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Power returns the chance that a true difference of size delta, estimated with
// standard error se and ν degrees of freedom, is found at the two-sided level
// alpha: P(|T_ν(δ/SE)| > t*) with T noncentral.
func Power(delta, se, nu, alpha float64) float64 {
	return beyond(math.Abs(delta)/se, tQuantile(1-alpha/2, nu), nu)
}

// beyond is P(|T_ν(δ)| > t). T = (Z+δ)/√(χ²_ν/ν); far tails are not needed here.
func beyond(delta, t, nu float64) float64 {
	if nu >= 1e6 || delta > 35 { // there the series of the noncentral t fails
		return normalBeyond(delta, t, nu)
	}
	T := distuv.NoncentralT{Nu: nu, Mu: delta}
	return 1 - T.CDF(t) + T.CDF(-t)
}

// normalBeyond is Abramowitz and Stegun's 26.7.10.
func normalBeyond(delta, t, nu float64) float64 {
	x := (t*(1-1/(4*nu)) - delta) / math.Sqrt(1+t*t/(2*nu))
	return distuv.UnitNormal.Survival(x)
}

// Detectable returns the smallest true difference that is found with the given
// power: δ with Power(δ) = power. It depends on the standard error alone, never on
// what was observed. level is that of the family's first step, α/t_1. The
// half-width of an interval has a power of one half.
func Detectable(se, nu, level, power float64) float64 {
	if se == 0 || !(nu > 0) {
		return math.NaN()
	}
	t := tQuantile(1-level/2, nu)
	lo, hi := 0.0, 2*t+10
	for beyond(hi, t, nu) < power {
		hi *= 2
	}
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if beyond(mid, t, nu) < power {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi * se
}
