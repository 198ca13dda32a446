package search

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/setting"
)

// A Searched is a parameter as strategies outside of this package see it.
type Searched struct {
	Param
	Kind    setting.Kind
	Default any // of the setting
}

// Parameters lists what is searched, each after those that its condition looks at,
// and the settings that are fixed.
func (s *Space) Parameters() (list []Searched, fixed map[string]any) {
	for k, p := range s.params {
		set, _ := s.schema.Find(p.Name)
		list = append(list, Searched{p, s.kinds[k], set.Default})
	}
	return list, maps.Clone(s.fixed)
}

// Configure makes a configuration of values that come from outside, one for each
// parameter in play; others are left aside. allowed is false where they break a
// constraint.
func (s *Space) Configure(values map[string]any) (c Config, allowed bool, err error) {
	given := s.start()
	for k, p := range s.params {
		on, err := s.active(k, given)
		if err != nil {
			return Config{}, false, err
		}
		if !on {
			continue
		}
		v, ok := values[p.Name]
		if !ok {
			return Config{}, false, fmt.Errorf("%s is left out", p.Name)
		}
		if given[p.Name], err = p.take(v, s.kinds[k]); err != nil {
			return Config{}, false, err
		}
	}
	for name := range values {
		if !slices.ContainsFunc(s.params, func(p Param) bool { return p.Name == name }) {
			return Config{}, false, fmt.Errorf("%s is not searched", name)
		}
	}
	c, _, result, err := s.unique().offer(given)
	return c, err == nil && result == added, err
}

// take checks a value from outside: numbers may have lost their kind on the way, and
// are kept to the digits that all searches have.
func (p Param) take(v any, k setting.Kind) (any, error) {
	wrong := func() error { return fmt.Errorf("%s has the value %v, which is none of its search", p.Name, v) }
	if !p.IsRange() {
		for _, w := range p.Values {
			if same(v, w) || fmt.Sprint(v) == fmt.Sprint(w) {
				return w, nil
			}
		}
		return nil, wrong()
	}
	x := number(v)
	room := 1e-9 * math.Max(math.Abs(p.Min), math.Abs(p.Max))
	if !(x >= p.Min-room && x <= p.Max+room) || k == setting.Int && !whole(x) {
		return nil, wrong()
	}
	if step := p.stepFor(k); step > 0 && !p.Log {
		i := math.Round((x - p.Min) / step)
		if math.Abs(p.Min+i*step-x) > 1e-6*step {
			return nil, wrong()
		}
		return p.at(int(i), step), nil
	}
	if k == setting.Int {
		return clamp(x, p.Min, p.Max), nil
	}
	return clamp(round(x, digits), p.Min, p.Max), nil
}
