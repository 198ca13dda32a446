// Package npy reads and writes NumPy's .npy files and reads .npz archives.
//
// [Read] takes an array of any plain type from a stream, [Write] writes one,
// [Map] maps a float32 file into memory, [OpenZip] opens an .npz; [OpenFile] and
// [Zip.Open] give values piece by piece where an array need not be held twice.
// Files may come from strangers: nothing in them is executed (object arrays are
// refused), nothing is allocated on the word of a header alone, and what stands
// at the end of an array (its length, its checksum) is always looked at.
//
// The format is NumPy's NEP 1: "\x93NUMPY", version, header length, a Python
// dictionary literal {'descr', 'fortran_order', 'shape'}, then the values.
package npy

import "fmt"

// Type is the type of the elements.
type Type struct {
	Kind byte // 'b' bool, 'i' signed, 'u' unsigned, 'f' floating point; of [Zip.Header] also 'U' and 'S', text
	Size int  // bytes: 1, 2, 4 or 8; of a text whatever its length takes
	Big  bool // big-endian
}

// String is the type as NumPy writes it: "<f4", "|u1", ">i8", "<U5".
func (t Type) String() string {
	order := "<"
	switch {
	case t.Size == 1 || t.Kind == 'S':
		order = "|"
	case t.Big:
		order = ">"
	}
	size := t.Size
	if t.Kind == 'U' {
		size /= 4
	}
	return fmt.Sprintf("%s%c%d", order, t.Kind, size)
}

// Whole reports whether the type holds whole numbers or truth values.
func (t Type) Whole() bool { return t.Kind == 'b' || t.Kind == 'i' || t.Kind == 'u' }

// Text reports whether the type holds text.
func (t Type) Text() bool { return t.Kind == 'U' || t.Kind == 'S' }

// Header is what stands before the values.
type Header struct {
	Type    Type
	Fortran bool  // columns first: the first index varies fastest
	Shape   []int // empty for a single value
	Offset  int64 // of the first value in the file
}

// Count is the number of values: the product of the shape. ReadHeader has
// checked that it, and the bytes it needs, fit an int64.
func (h Header) Count() int {
	n := 1
	for _, d := range h.Shape {
		n *= d
	}
	return n
}

// Bytes is the size of the values in the file.
func (h Header) Bytes() int64 { return int64(h.Count()) * int64(h.Type.Size) }

// Array is an array in memory, in C order (the last index varies fastest)
// whatever the order in the file.
type Array struct {
	Shape []int
	Type  Type
	raw   []byte // values in the byte order of Type
}

// Len is the number of values.
func (a *Array) Len() int { return len(a.raw) / a.Type.Size }

// Float64 returns the values as float64; true is 1. Whole numbers above 2⁵³ are rounded.
func (a *Array) Float64() []float64 {
	out := make([]float64, a.Len())
	a.Type.Floats(out, a.raw)
	return out
}

// Float32 returns the values as float32, rounded to nearest; a float64 beyond
// its range becomes infinite.
func (a *Array) Float32() []float32 {
	out := make([]float32, a.Len())
	var piece [512]float64
	for at := 0; at < len(out); at += len(piece) {
		n := min(len(piece), len(out)-at)
		a.Type.Floats(piece[:n], a.raw[at*a.Type.Size:])
		for i, v := range piece[:n] {
			out[at+i] = float32(v)
		}
	}
	return out
}

// Int64 returns the values of an array of whole numbers.
func (a *Array) Int64() ([]int64, error) {
	out := make([]int64, a.Len())
	if err := a.Type.Ints(out, a.raw); err != nil {
		return nil, err
	}
	return out, nil
}
