package pickle

import (
	"fmt"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/nlpodyssey/gopickle/types"
)

// ndarray is a NumPy array: _reconstruct makes an empty one, and its state is
// (version, shape, dtype, Fortran order, bytes).
type ndarray struct{ state any }

// PySetState implements types.PyStateSettable.
func (a *ndarray) PySetState(state any) error {
	a.state = state
	return nil
}

// dtype is numpy.dtype("f8", False, True) with state (3, "<", ...).
type dtype struct{ code, order string }

func newDtype(args []any) (any, error) {
	if len(args) > 0 {
		if code, ok := args[0].(string); ok {
			return &dtype{code: code, order: "="}, nil
		}
	}
	return nil, fmt.Errorf("numpy.dtype without a type code")
}

// PySetState implements types.PyStateSettable.
func (d *dtype) PySetState(state any) error {
	t, ok := state.(*types.Tuple)
	if !ok || t.Len() < 2 {
		return fmt.Errorf("numpy.dtype with a state that is %s", describe(state))
	}
	if d.order, ok = t.Get(1).(string); !ok || len(d.order) != 1 {
		return fmt.Errorf("numpy.dtype with a byte order that is %s", describe(t.Get(1)))
	}
	return nil
}

func (a *ndarray) array() (*npy.Array, error) {
	t, ok := a.state.(*types.Tuple)
	if !ok || t.Len() != 5 {
		return nil, fmt.Errorf("a NumPy array with a state that is %s", describe(a.state))
	}
	shape, err := ints(t.Get(1))
	if err != nil {
		return nil, err
	}
	d, ok := t.Get(2).(*dtype)
	if !ok {
		return nil, fmt.Errorf("a NumPy array without a type")
	}
	typ, err := npy.ParseType(d.order + d.code)
	if err != nil {
		return nil, err
	}
	fortran, ok := t.Get(3).(bool)
	raw, isBytes := t.Get(4).([]byte)
	if !ok || !isBytes {
		return nil, fmt.Errorf("a NumPy array whose values are %s, not bytes", describe(t.Get(4)))
	}
	return npy.FromBytes(npy.Header{Type: typ, Shape: shape, Fortran: fortran}, raw)
}

// Array unpacks a NumPy array or a torch tensor.
func (l *Loaded) Array(v any) (*npy.Array, error) {
	var a *npy.Array
	var err error
	switch x := v.(type) {
	case *ndarray:
		a, err = x.array()
	case *tensor:
		a, err = x.array()
	default:
		return nil, fmt.Errorf("expected an array, found %s", describe(v))
	}
	if err != nil {
		return nil, err
	}
	// Values become float32 or int64 next: count the wider.
	if l.budget -= 8 * int64(a.Len()); l.budget < 0 {
		return nil, fmt.Errorf("the arrays of the pickle exceed the limit together")
	}
	return a, nil
}
