package source

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// targets takes the arrays that are named, or else every other array with a row
// per sample: whole numbers in one column are classes, all else is continuous.
func (r *npzReader) targets() error {
	if len(r.columns.Classes)+len(r.columns.Continuous) > 0 {
		return r.namedTargets()
	}
	for _, name := range r.Names() {
		if r.used[name] {
			continue
		}
		h, err := r.Header(name)
		if err != nil {
			return err
		}
		if len(h.Shape) == 0 || len(h.Shape) > 2 || h.Shape[0] != r.n {
			continue
		}
		usual := usualNames[name]
		if len(h.Shape) == 1 && h.Type.Whole() && usual == "" {
			err = r.class(name)
		} else if usual != "" {
			err = r.continuous(usual, name)
		} else {
			err = r.continuous(name, name)
		}
		if err != nil {
			return err
		}
	}
	rank := func(t data.Target) int {
		if i := slices.Index(usualOrder, t.Name); i >= 0 {
			return i
		}
		return len(usualOrder)
	}
	slices.SortStableFunc(r.rec.Targets, func(a, b data.Target) int { return rank(a) - rank(b) })
	return nil
}

func (r *npzReader) namedTargets() error {
	for _, name := range r.columns.Classes {
		if err := r.class(name); err != nil {
			return err
		}
	}
	for _, target := range sortedKeys(r.columns.Continuous) {
		if err := r.continuous(target, r.columns.Continuous[target][0]); err != nil {
			return err
		}
	}
	return nil
}

func (r *npzReader) class(name string) error {
	labels, err := r.whole(name, r.n)
	if err != nil {
		return err
	}
	t, err := classTarget(name, labels)
	r.rec.Targets = append(r.rec.Targets, t)
	return err
}

func (r *npzReader) continuous(target, name string) error {
	a, err := r.Read(name)
	if err != nil {
		return err
	}
	shape := a.Shape
	if len(shape) == 1 {
		shape = []int{shape[0], 1}
	}
	if len(shape) != 2 || shape[0] != r.n {
		return fmt.Errorf("target %s must have a row for each of %d samples, got shape %v", name, r.n, a.Shape)
	}
	r.rec.Targets = append(r.rec.Targets, data.Target{Name: target, Values: data.Array{Shape: shape, Values: a.Float32()}})
	return nil
}

// whole reads a 1-d array of whole numbers; n < 0 lets it have any length.
func (r *npzReader) whole(name string, n int) ([]int64, error) {
	r.used[name] = true
	a, err := r.Read(name)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 1 || n >= 0 && a.Shape[0] != n {
		return nil, fmt.Errorf("%s must be one column of %d values, got shape %v", name, n, a.Shape)
	}
	if a.Type.Whole() {
		v, err := a.Int64()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return v, nil
	}
	out := make([]int64, a.Len()) // MATLAB users save everything as floats
	for i, v := range a.Float64() {
		if out[i] = int64(v); float64(out[i]) != v {
			return nil, fmt.Errorf("%s must hold whole numbers, value %d is %v", name, i, v)
		}
	}
	return out, nil
}
