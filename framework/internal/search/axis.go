package search

import (
	"cmp"
	"math"
	"reflect"
	"slices"

	"github.com/assaylab/assay/framework/setting"
)

// An axis maps the values of a parameter to the unit interval, where strategies
// that learn do their arithmetic: a value is a cell of it, and any u of the cell
// comes to that value. Uniform u are what random draws are, but for values that
// a list has twice.
type axis struct {
	param   Param
	kind    setting.Kind
	values  []any // distinct values of a list; numbers in ascending order
	ordered bool  // neighbours are alike: all but lists of text, of lists and of truth values
}

// A cell is the part of the unit interval that comes to one value. It is a point
// on a continuous range, and NaN where the parameter is not in play.
type cell struct{ lo, hi float64 }

var absent = cell{math.NaN(), math.NaN()}

func (c cell) present() bool { return c.lo == c.lo }
func (c cell) mid() float64  { return c.lo + (c.hi-c.lo)/2 }

// A point is the cells of a configuration, one for each parameter.
type point []cell

func (p Param) axis(k setting.Kind) axis {
	a := axis{param: p, kind: k, ordered: p.IsRange() || k == setting.Float || k == setting.Int}
	for _, v := range p.Values {
		if !slices.ContainsFunc(a.values, func(w any) bool { return same(v, w) }) {
			a.values = append(a.values, v)
		}
	}
	if a.ordered {
		slices.SortFunc(a.values, func(v, w any) int { return cmp.Compare(number(v), number(w)) })
	}
	return a
}

// cells is the number of cells of equal width; 0 where there are none.
func (a axis) cells() int {
	if a.values != nil {
		return len(a.values)
	}
	return a.param.choices(a.kind)
}

// discrete reports whether the values are cells rather than points.
func (a axis) discrete() bool { return a.cells() > 0 || a.kind == setting.Int }

// at is the value at u of [0, 1].
func (a axis) at(u float64) any {
	if n := len(a.values); n > 0 {
		return a.values[a.index(u)]
	}
	return a.param.unit(u, a.kind)
}

// index is the number of the cell at u, of cells of equal width.
func (a axis) index(u float64) int {
	n := a.cells()
	return min(int(u*float64(n)), n-1)
}

// cell is that of a value.
func (a axis) cell(v any) cell {
	p, n := a.param, float64(a.cells())
	nth := func(i float64) cell { return cell{i / n, (i + 1) / n} }
	switch x := number(v); {
	case a.values != nil:
		return nth(float64(slices.IndexFunc(a.values, func(w any) bool { return same(v, w) })))
	case n > 0:
		return nth(math.Round((x - p.Min) / p.stepFor(a.kind)))
	case p.Log && a.kind == setting.Int:
		u := func(x float64) float64 { return math.Log(x/(p.Min-0.5)) / math.Log((p.Max+0.5)/(p.Min-0.5)) }
		return cell{u(x - 0.5), u(x + 0.5)}
	case p.Log:
		u := math.Log(x/p.Min) / math.Log(p.Max/p.Min)
		return cell{u, u}
	default:
		u := (x/2 - p.Min/2) / (p.Max/2 - p.Min/2) // halves: no overflow
		return cell{u, u}
	}
}

// same reports whether two values of a list mean the same.
func same(v, w any) bool {
	x, y := number(v), number(w)
	return x == y || x != x && y != y && reflect.DeepEqual(v, w)
}

// number is a value as a number, NaN if it is none.
func number(v any) float64 {
	switch rv := reflect.ValueOf(v); {
	case !rv.IsValid():
	case rv.CanInt():
		return float64(rv.Int())
	case rv.CanUint():
		return float64(rv.Uint())
	case rv.CanFloat():
		return rv.Float()
	}
	return math.NaN()
}

// axes are those of all parameters.
func (s *Space) axes() []axis {
	out := make([]axis, len(s.params))
	for k, p := range s.params {
		out[k] = p.axis(s.kinds[k])
	}
	return out
}

// point is where a configuration lies. A parameter is not in play where its
// condition is false, or where the method says that it has no effect.
func (s *Space) point(axes []axis, c Config) point {
	x := make(point, len(axes))
	for k, p := range s.params {
		x[k] = absent
		if _, effect := c.Full[p.Name]; !effect {
			continue
		}
		if v, chosen := c.Given[p.Name]; chosen {
			x[k] = axes[k].cell(v)
		}
	}
	return x
}
