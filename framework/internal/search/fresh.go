package search

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
)

// fresh is what strategies that learn share: what was asked, which is never asked
// again, and where to turn when learning proposes nothing new.
type fresh struct {
	*unique
	axes []axis
	name string
	seed uint64
	n    int // questions at most
}

func newFresh(s *Space, name string, seed uint64, n int) fresh {
	return fresh{unique: s.unique(), axes: s.axes(), name: name, seed: seed, n: n}
}

func (f *fresh) over() bool { return len(f.list) >= f.n }

// any returns a configuration that was not asked, at random: by draws, and where
// these find none, from the list of a space that is finite and small. ok is false
// when nothing is left.
func (f *fresh) any() (c Config, d digest, ok bool, err error) {
	r := data.Rand(f.seed, fmt.Sprintf("%s any %d", f.name, len(f.list)))
	tried := 0
	for draws, spare := patience, rejects; draws > 0 && spare > 0; tried++ {
		given, err := f.space.choose(f.axes, func(int) float64 { return r.Float64() })
		if err != nil {
			return Config{}, digest{}, false, err
		}
		c, d, result, err := f.offer(given)
		switch {
		case err != nil || result == added:
			return c, d, err == nil, err
		case result == refused:
			spare--
		default:
			draws--
		}
	}
	list, err := f.space.product(listable)
	if err != nil && len(f.list) == 0 {
		return Config{}, digest{}, false, f.nothing(tried)
	}
	for _, i := range r.Perm(len(list)) { // none of an infinite or large space in which nearly all draws come to the same
		if c, d, result, err := f.offer(list[i].Given); err != nil || result == added {
			return c, d, err == nil, err
		}
	}
	return Config{}, digest{}, false, nil
}

// choose makes a configuration of values at u(k) of the parameters in play.
func (s *Space) choose(axes []axis, u func(k int) float64) (map[string]any, error) {
	given := s.start()
	for k, p := range s.params {
		on, err := s.active(k, given)
		if err != nil {
			return nil, err
		}
		if on {
			given[p.Name] = axes[k].at(u(k))
		}
	}
	return given, nil
}
