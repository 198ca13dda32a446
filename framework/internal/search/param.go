// Package search suggests configurations: which values of the searched settings
// of a method are tried. [New] makes a [Space] of a method's parameters and of
// constraints on them; [NewStrategy] makes a [Strategy] that asks for
// configurations of it and may learn from what they came to. [Sequence] drives a
// strategy in an order that does not depend on who answers first; a [Ladder] does
// so where configurations are trained in parts and a [Pruner] says who goes on.
//
// [Space.Grid], [Space.Random] and [Space.Sobol] are pure functions of their
// arguments: configuration i of a draw is the same however many are asked for, so
// a sweep can be extended later.
//
// Seeds are no parameters: every configuration is run with all seeds of a sweep,
// but for those that a [Race] spares.
package search

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/assaylab/assay/framework/setting"
)

// MaxConfigs is the most configurations that one search may have: each takes a
// few kilobytes.
const MaxConfigs = 100_000

// A Param is one searched setting: either Values or a range.
type Param struct {
	Name     string
	Values   []any
	Min, Max float64
	Step     float64 // distance of the values of a range from Min on; 0: any value (of an int: every whole one)
	Log      bool    // ratios matter: log-uniform
	When     string  // condition on the method's settings; where it is false the setting keeps its default
}

// IsRange reports whether the parameter is a range rather than a list of values.
func (p Param) IsRange() bool { return p.Values == nil }

// Finite reports whether the parameter takes a countable number of values for a
// setting of that kind.
func (p Param) Finite(k setting.Kind) bool {
	return !p.IsRange() || p.Step > 0 || k == setting.Int
}

// CheckRange says what is wrong with a range for a setting of that kind, apart
// from the limits of the setting itself. Lists of values have nothing to check.
func (p Param) CheckRange(k setting.Kind) error {
	switch {
	case !p.IsRange():
		return nil
	case k != setting.Float && k != setting.Int:
		return fmt.Errorf("is no single number, so it has no range")
	case !finite(p.Min) || !finite(p.Max) || !finite(p.Step):
		return fmt.Errorf("needs finite min, max and step")
	case p.Min >= p.Max:
		return fmt.Errorf("needs min below max, got %v and %v", p.Min, p.Max)
	case p.Log && p.Min <= 0:
		return fmt.Errorf("has scale log, which needs min above 0, got %v", p.Min)
	case p.Step < 0:
		return fmt.Errorf("needs a step above 0, got %v", p.Step)
	case p.Log && p.Step > 0:
		return fmt.Errorf("has scale log and a step; steps divide a linear range")
	case p.Step > p.Max-p.Min:
		return fmt.Errorf("has a step of %v, more than the range from %v to %v", p.Step, p.Min, p.Max)
	case k == setting.Int && !(whole(p.Min) && whole(p.Max) && whole(p.Step)):
		return fmt.Errorf("is a whole number, so min, max and step must be whole too")
	}
	return nil
}

var errTooMany = errors.New("too many values")

// list returns the values of a finite parameter in ascending order, or as the
// file has them; more than most of them are errTooMany.
func (p Param) list(k setting.Kind, most int) ([]any, error) {
	if !p.IsRange() {
		return p.Values, nil
	}
	step := p.stepFor(k)
	if p.steps(step) >= most || step == 0 {
		return nil, errTooMany
	}
	values := make([]any, p.steps(step)+1)
	for i := range values {
		values[i] = p.at(i, step)
	}
	return values, nil
}

// stepFor is the distance of the values: of a whole number without a step, 1.
func (p Param) stepFor(k setting.Kind) float64 {
	if p.Step == 0 && k == setting.Int {
		return 1
	}
	return p.Step
}

// steps is the index of the last value. The small term forgives binary
// fractions: 0 to 0.6 by 0.05 has 13 values although 0.6/0.05 < 12.
func (p Param) steps(step float64) int {
	return int(math.Min((p.Max-p.Min)/step+1e-9, math.MaxInt32))
}

// at is min + i·step without the noise of binary fractions (0.1 + 2·0.1 is 0.3).
func (p Param) at(i int, step float64) float64 {
	return clamp(round(p.Min+float64(i)*step, 12), p.Min, p.Max)
}

// round keeps that many significant digits.
func round(x float64, digits int) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if err != nil {
		return x // an overflow at the edge of float64
	}
	return y
}

func clamp(x, lo, hi float64) float64 { return math.Min(math.Max(x, lo), hi) }
func finite(x float64) bool           { return x-x == 0 }
func whole(x float64) bool            { return x == math.Trunc(x) }
