package stats

import (
	"math"

	"github.com/assaylab/assay/framework/metric"
)

// Interval is a 95 % interval and how it was made.
type Interval struct {
	Lo, Hi float64
	Method string  // "t", "wilson", "logit", "log(1-r2)", "log"
	Nu     float64 // degrees of freedom
}

// Of returns the interval of a metric of that kind from its contrast: on the scale
// on which it is about symmetric, so that it stays within the metric's bounds.
// samples is Σw·n, the number of samples over all seeds, and effective the number
// of cases that count; both matter to proportions alone. ok is false where there
// is none because nothing varied. An estimate outside its kind's bounds has a t
// interval.
//
//	proportion  Wilson (1927) with n = g(1−g)/V and t(ν) for z; where V = 0 or g is 0 or 1,
//	            n = m_eff; n never above the samples
//	bounded     logit g ± t·√V/(g(1−g))
//	r2          1 − exp(log(1−g) ± t·√V/(1−g))
//	error       exp(log g ± t·√V/g)
//	others      g ± t·√V
func Of(kind metric.Kind, c Contrast, samples, effective float64) (in Interval, ok bool) {
	g, V := c.Estimate, c.SE*c.SE
	if c.Nu <= 0 {
		return Interval{}, false
	}
	t := tQuantile(0.975, c.Nu)
	if outside(kind, g) {
		kind = metric.Mean
	}
	switch kind {
	case metric.Proportion:
		n := effective
		if V > 0 && g > 0 && g < 1 {
			n = g * (1 - g) / V
		}
		lo, hi := wilson(g, min(n, samples), t)
		return Interval{lo, hi, "wilson", c.Nu}, true
	case metric.Bounded:
		if g == 0 || g == 1 {
			lo, hi := wilson(g, effective, t)
			return Interval{lo, hi, "wilson", c.Nu}, true
		}
		if V == 0 {
			return Interval{}, false
		}
		at, h := math.Log(g/(1-g)), t*c.SE/(g*(1-g))
		return Interval{1 / (1 + math.Exp(h-at)), 1 / (1 + math.Exp(-at-h)), "logit", c.Nu}, true
	case metric.R2:
		if V == 0 {
			return Interval{}, false
		}
		h := t * c.SE / (1 - g)
		return finiteInterval(Interval{1 - (1-g)*math.Exp(h), 1 - (1-g)*math.Exp(-h), "log(1-r2)", c.Nu})
	case metric.Error:
		if V == 0 {
			return Interval{}, false
		}
		h := t * c.SE / g
		return finiteInterval(Interval{g * math.Exp(-h), g * math.Exp(h), "log", c.Nu})
	}
	if V == 0 {
		return Interval{}, false
	}
	lo, hi := c.Interval()
	return finiteInterval(Interval{lo, hi, "t", c.Nu})
}

// outside reports whether an estimate lies where its kind's scale does not reach,
// such as an accuracy in percent.
func outside(kind metric.Kind, g float64) bool {
	switch kind {
	case metric.Proportion, metric.Bounded:
		return g < 0 || g > 1
	case metric.R2:
		return g >= 1
	case metric.Error:
		return g <= 0
	}
	return false
}

func finiteInterval(in Interval) (Interval, bool) {
	if err := finite([]float64{in.Lo, in.Hi}); err != nil {
		return Interval{}, false
	}
	return in, true
}

// wilson returns the score interval of a share g of n with quantile t.
func wilson(g, n, t float64) (lo, hi float64) {
	d := 1 + t*t/n
	centre := (g + t*t/(2*n)) / d
	half := t / d * math.Sqrt(g*(1-g)/n+t*t/(4*n*n))
	lo, hi = centre-half, centre+half
	if g == 0 {
		lo = 0 // without what rounding leaves
	}
	if g == 1 {
		hi = 1
	}
	return max(lo, 0), min(hi, 1)
}
