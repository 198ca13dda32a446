package npy

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/assaylab/assay/framework/internal/regular"
)

// Map maps a little-endian float32 file in C order into memory, read-only.
// Writing to the values ends the program, and so does shortening the file: map
// only files that nobody changes. Release the values with close, once, when
// nothing uses them any more. On platforms that cannot map, the file is read.
func Map(path string) (shape []int, values []float32, close func() error, err error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, nil, nil, err
	}
	defer f.Close() // a mapping outlives its file descriptor
	h, err := ReadHeader(f)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if h.Type != TypeOf[float32]() || h.Fortran && len(h.Shape) > 1 {
		return nil, nil, nil, fmt.Errorf("%s: expected type <f4 in C order, got %v (Fortran order: %v)", path, h.Type, h.Fortran)
	}
	if want := h.Offset + h.Bytes(); info.Size() != want {
		return nil, nil, nil, fmt.Errorf("%s: shape %v needs a file of %d bytes, it has %d", path, h.Shape, want, info.Size())
	}
	nothing := func() error { return nil }
	if h.Count() == 0 {
		return h.Shape, []float32{}, nothing, nil
	}
	if !canMap || !littleEndian || h.Offset%4 != 0 {
		a, err := ReadFile(path, h.Bytes())
		if err != nil {
			return nil, nil, nil, err
		}
		return h.Shape, a.Float32(), nothing, nil
	}
	raw, unmap, err := mapFile(f, info.Size())
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: cannot map into memory: %w", path, err)
	}
	// The page and h.Offset are multiples of 4, and the length has been checked.
	values = unsafe.Slice((*float32)(unsafe.Pointer(&raw[h.Offset])), h.Count())
	return h.Shape, values, unmap, nil
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
