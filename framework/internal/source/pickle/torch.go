package pickle

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/nlpodyssey/gopickle/types"
)

// tensor is _rebuild_tensor_v2(storage, offset, size, stride, ...).
type tensor struct {
	storage             *packed
	offset, size, steps any
}

// packed is torch.storage._load_from_bytes(bytes): the bytes of a torch.save
// of one storage, unpacked by values.
type packed struct{ raw []byte }

func newPacked(args []any) (any, error) {
	if len(args) == 1 {
		if raw, ok := args[0].([]byte); ok {
			return &packed{raw}, nil
		}
	}
	return nil, fmt.Errorf("a torch storage without bytes")
}

func newTensor(args []any) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("a torch tensor with %d arguments", len(args))
	}
	s, ok := args[0].(*packed)
	if !ok {
		return nil, fmt.Errorf("a torch tensor whose storage is %s", describe(args[0]))
	}
	return &tensor{s, args[1], args[2], args[3]}, nil
}

// array returns the values of a tensor that lies in C order in its storage.
func (t *tensor) array() (*npy.Array, error) {
	typ, raw, err := t.storage.values()
	if err != nil {
		return nil, fmt.Errorf("torch storage: %w", err)
	}
	shape, err := ints(t.size)
	if err != nil {
		return nil, err
	}
	steps, err := ints(t.steps)
	if err != nil {
		return nil, err
	}
	offset, ok := t.offset.(int)
	if !ok || len(steps) != len(shape) {
		return nil, fmt.Errorf("a torch tensor of shape %v with strides %v", shape, steps)
	}
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] < 0 || shape[i] > 1 && steps[i] != n {
			return nil, fmt.Errorf("a torch tensor of shape %v with strides %v is not in C order", shape, steps)
		}
		if shape[i] > 0 && n > len(raw)/shape[i] {
			return nil, fmt.Errorf("a torch tensor of shape %v is larger than its storage of %d bytes", shape, len(raw))
		}
		n *= shape[i]
	}
	stored := len(raw) / typ.Size
	if offset < 0 || offset > stored || n > stored-offset {
		return nil, fmt.Errorf("a torch tensor of shape %v at %d does not fit its storage of %d values", shape, offset, stored)
	}
	return npy.FromBytes(npy.Header{Type: typ, Shape: shape}, raw[offset*typ.Size:(offset+n)*typ.Size])
}

var storageTypes = map[string]npy.Type{
	"torch.FloatStorage":  {Kind: 'f', Size: 4},
	"torch.DoubleStorage": {Kind: 'f', Size: 8},
	"torch.LongStorage":   {Kind: 'i', Size: 8},
	"torch.IntStorage":    {Kind: 'i', Size: 4},
}

// torchMagic opens every file of torch.save's older format.
var torchMagic, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

// values reads torch.save's older format: five pickles (magic number, protocol,
// sizes of the machine, the storage by reference, its keys), then an int64
// count and the values.
func (p *packed) values() (typ npy.Type, raw []byte, err error) {
	rest := p.raw
	var parts [5]any
	for i := range parts {
		n, err := scan(rest)
		if err != nil {
			return typ, nil, err
		}
		// A persistent id is the tuple ("storage", class, key, place, count, view).
		if parts[i], err = run(rest[:n], func(id any) (any, error) { return id, nil }); err != nil {
			return typ, nil, err
		}
		rest = rest[n:]
	}
	if m, ok := parts[0].(*big.Int); !ok || m.Cmp(torchMagic) != 0 {
		return typ, nil, fmt.Errorf("the magic number is missing")
	}
	if little, err := Get(parts[2], "little_endian"); err != nil || little != true {
		return typ, nil, fmt.Errorf("written on a big-endian machine")
	}
	id, ok := parts[3].(*types.Tuple)
	if !ok || id.Len() != 6 || id.Get(5) != nil {
		return typ, nil, fmt.Errorf("expected one whole storage, found %s", describe(parts[3]))
	}
	c, ok := id.Get(1).(*class)
	if ok {
		typ, ok = storageTypes[c.name]
	}
	if !ok {
		return typ, nil, fmt.Errorf("a storage of unknown type")
	}
	if len(rest) < 8 {
		return typ, nil, fmt.Errorf("truncated before its values")
	}
	count := binary.LittleEndian.Uint64(rest)
	rest = rest[8:]
	if declared, ok := id.Get(4).(int); !ok || uint64(declared) != count || count != uint64(len(rest)/typ.Size) || len(rest)%typ.Size != 0 {
		return typ, nil, fmt.Errorf("%d values are declared, %d bytes follow", count, len(rest))
	}
	return typ, rest, nil
}
