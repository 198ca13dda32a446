// Package pickle reads arrays out of Python pickles without executing anything.
//
// [Load] accepts a short list of classes by name: NumPy arrays, torch tensors
// with their storage beside them, and torch_geometric's Data. Any other name is
// an error, and so is any opcode that these files do not need. [Loaded.Get],
// [Loaded.List] and [Loaded.Array] then walk the result.
//
// A pickle is a program for a small stack machine. The machine itself is
// nlpodyssey/gopickle; this package looks at the whole program first ([scan]),
// because a length in it is otherwise believed before a byte has been read.
package pickle

import (
	"bytes"
	"fmt"

	machine "github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"
)

// Loaded is a pickle's value and what may still be unpacked from it.
type Loaded struct {
	Value  any
	budget int64 // bytes of arrays that Array may still return
}

// Load reads one pickle. Arrays are unpacked by [Loaded.Array], together at
// most limit bytes.
func Load(b []byte, limit int64) (*Loaded, error) {
	n, err := scan(b)
	if err != nil {
		return nil, err
	}
	if n != len(b) {
		return nil, fmt.Errorf("the pickle ends after %d of %d bytes", n, len(b))
	}
	v, err := run(b, nil)
	if err != nil {
		return nil, err
	}
	return &Loaded{Value: v, budget: limit}, nil
}

// run executes a scanned pickle on the machine, which panics on some malformed programs.
func run(b []byte, persistent func(any) (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, fmt.Errorf("malformed pickle: %v", p)
		}
	}()
	u := machine.NewUnpickler(bytes.NewReader(b))
	u.FindClass = findClass
	u.PersistentLoad = persistent
	if v, err = u.Load(); err != nil {
		return nil, fmt.Errorf("malformed pickle: %w", err)
	}
	return v, nil
}

// Get returns the value under a key of a dictionary, or of an object's state.
func Get(v any, key string) (any, error) {
	if o, ok := v.(*object); ok {
		v = o.state
	}
	d, ok := v.(*types.Dict)
	if !ok {
		return nil, fmt.Errorf("expected a dictionary with %q, found %s", key, describe(v))
	}
	for _, e := range *d {
		if k, ok := e.Key.(string); ok && k == key {
			return e.Value, nil
		}
	}
	return nil, fmt.Errorf("there is no %q", key)
}

// List returns the elements of a list.
func List(v any) ([]any, error) {
	l, ok := v.(*types.List)
	if !ok {
		return nil, fmt.Errorf("expected a list, found %s", describe(v))
	}
	return *l, nil
}

// describe names the kind of a value. It never prints the value: that may be cyclic.
func describe(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing"
	case *types.Dict:
		return "a dictionary"
	case *types.List:
		return "a list"
	case *types.Tuple:
		return "a tuple"
	case *object:
		return "an object of " + x.class
	case *ndarray, *tensor:
		return "an array"
	}
	return fmt.Sprintf("a %T", v)
}
