package search

import (
	"math"

	"github.com/assaylab/assay/framework/setting"
)

// digits of a number from a range: enough for any setting, and short enough to
// read and to write down.
const digits = 6

// choices is the number of values that are equally likely; 0 of a scale on which
// they are not, or not countable.
func (p Param) choices(k setting.Kind) int {
	switch step := p.stepFor(k); {
	case !p.IsRange():
		return len(p.Values)
	case step > 0 && !p.Log:
		return p.steps(step) + 1
	}
	return 0
}

// choice is value i of choices.
func (p Param) choice(i int, k setting.Kind) any {
	if !p.IsRange() {
		return p.Values[i]
	}
	return p.at(i, p.stepFor(k))
}

// unit maps u of [0, 1) to a value: uniform u give what a random draw gives.
func (p Param) unit(u float64, k setting.Kind) any {
	if n := p.choices(k); n > 0 {
		return p.choice(min(int(u*float64(n)), n-1), k)
	}
	return p.scaled(u, k)
}

// scaled maps u of [0, 1) to a range without steps of equal weight.
func (p Param) scaled(u float64, k setting.Kind) any {
	switch {
	case p.Log && k == setting.Int:
		// Half a unit on either side gives the ends their full share:
		// x = round(exp(v)), v uniform in [ln(min − ½), ln(max + ½)).
		return clamp(math.Round(between(u, p.Min-0.5, p.Max+0.5)), p.Min, p.Max)
	case p.Log:
		return clamp(round(between(u, p.Min, p.Max), digits), p.Min, p.Max)
	}
	// max·u + min·(1 − u) rather than min + (max − min)·u: no overflow.
	return clamp(round(p.Max*u+p.Min*(1-u), digits), p.Min, p.Max)
}

// between maps uniform u to log-uniform numbers of [lo, hi).
func between(u, lo, hi float64) float64 {
	a, b := math.Log(lo), math.Log(hi)
	return math.Exp(a + (b-a)*u)
}
