package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Element is a type of value that Write takes.
type Element interface {
	float32 | float64 | int32 | int64 | uint8
}

// TypeOf is the type that values of T have in a file: little-endian.
func TypeOf[T Element]() Type {
	switch any(*new(T)).(type) {
	case float32:
		return Type{Kind: 'f', Size: 4}
	case float64:
		return Type{Kind: 'f', Size: 8}
	case int32:
		return Type{Kind: 'i', Size: 4}
	case int64:
		return Type{Kind: 'i', Size: 8}
	}
	return Type{Kind: 'u', Size: 1}
}

// Write writes an array in C order, little-endian. Equal arrays give equal
// bytes, and the values begin at a multiple of 64, so that the file can be mapped.
func Write[T Element](w io.Writer, shape []int, values []T) error {
	n := 1
	for _, d := range shape {
		n *= d
	}
	if n != len(values) {
		return fmt.Errorf("npy: shape %v does not fit %d values", shape, len(values))
	}
	if _, err := w.Write(header(TypeOf[T](), shape)); err != nil {
		return err
	}
	const chunk = 1 << 14
	buf := make([]byte, 0, chunk*8)
	for len(values) > 0 {
		k := min(chunk, len(values))
		buf, _ = binary.Append(buf[:0], binary.LittleEndian, values[:k]) // Element types always encode
		if _, err := w.Write(buf); err != nil {
			return err
		}
		values = values[k:]
	}
	return nil
}

// header is a version 1.0 header; a shape of up to maxDims axes always fits its 16-bit length.
func header(t Type, shape []int) []byte {
	var dims strings.Builder
	for i, d := range shape {
		if i > 0 {
			dims.WriteByte(' ')
		}
		fmt.Fprintf(&dims, "%d,", d)
	}
	tuple := dims.String()
	if len(shape) > 1 {
		tuple = strings.TrimSuffix(tuple, ",")
	}
	text := fmt.Sprintf("{'descr': '%v', 'fortran_order': False, 'shape': (%s), }", t, tuple)
	pad := (64 - (10+len(text)+1)%64) % 64
	text += strings.Repeat(" ", pad) + "\n"
	out := append([]byte(magic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(text)))
	return append(out, text...)
}
