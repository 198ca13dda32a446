// Package npy reads and writes NumPy's .npy files and reads .npz archives.
//
// [Read] takes an array of any plain type from a stream, [Write] writes one,
// [Map] maps a float32 file into memory, [OpenZip] opens an .npz. Files may come
// from strangers: nothing in them is executed (object arrays are refused), and
// nothing is allocated on the word of a header alone.
//
// The format is NumPy's NEP 1: "\x93NUMPY", version, header length, a Python
// dictionary literal {'descr', 'fortran_order', 'shape'}, then the values.
package npy

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Type is the type of the elements.
type Type struct {
	Kind byte // 'b' bool, 'i' signed, 'u' unsigned, 'f' floating point
	Size int  // bytes: 1, 2, 4 or 8
	Big  bool // big-endian
}

// String is the type as NumPy writes it: "<f4", "|u1", ">i8".
func (t Type) String() string {
	order := "<"
	switch {
	case t.Size == 1:
		order = "|"
	case t.Big:
		order = ">"
	}
	return fmt.Sprintf("%s%c%d", order, t.Kind, t.Size)
}

// Whole reports whether the type holds whole numbers or truth values.
func (t Type) Whole() bool { return t.Kind != 'f' }

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
	for i := range out {
		out[i] = a.float(i)
	}
	return out
}

// Float32 returns the values as float32, rounded to nearest; a float64 beyond
// its range becomes infinite.
func (a *Array) Float32() []float32 {
	out := make([]float32, a.Len())
	for i := range out {
		out[i] = float32(a.float(i))
	}
	return out
}

// Int64 returns the values of an array of whole numbers.
func (a *Array) Int64() ([]int64, error) {
	if !a.Type.Whole() {
		return nil, fmt.Errorf("type %v does not hold whole numbers", a.Type)
	}
	out := make([]int64, a.Len())
	for i := range out {
		bits := a.bits(i)
		if a.Type.Kind == 'u' && bits > math.MaxInt64 {
			return nil, fmt.Errorf("value %d is %d, beyond a signed 64-bit number", i, bits)
		}
		out[i] = a.signed(bits)
	}
	return out, nil
}

func (a *Array) bits(i int) uint64 {
	var order binary.ByteOrder = binary.LittleEndian
	if a.Type.Big {
		order = binary.BigEndian
	}
	switch p := a.raw[i*a.Type.Size:]; a.Type.Size {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(order.Uint16(p))
	case 4:
		return uint64(order.Uint32(p))
	default:
		return order.Uint64(p)
	}
}

// signed extends the sign of an 'i' type; 'b' and 'u' pass.
func (a *Array) signed(bits uint64) int64 {
	if a.Type.Kind == 'b' && bits != 0 {
		return 1
	}
	if a.Type.Kind != 'i' {
		return int64(bits)
	}
	shift := 64 - 8*a.Type.Size
	return int64(bits<<shift) >> shift
}

func (a *Array) float(i int) float64 {
	bits := a.bits(i)
	if a.Type.Kind == 'u' {
		return float64(bits)
	}
	if a.Type.Kind != 'f' {
		return float64(a.signed(bits))
	}
	switch a.Type.Size {
	case 2:
		return half(uint16(bits))
	case 4:
		return float64(math.Float32frombits(uint32(bits)))
	default:
		return math.Float64frombits(bits)
	}
}

// half is the value of an IEEE 754 binary16: (−1)^s · 2^(e−15) · 1.m, with e = 0
// for subnormals and e = 31 for infinity and NaN.
func half(h uint16) float64 {
	sign := 1.0
	if h>>15 == 1 {
		sign = -1
	}
	e, m := int(h>>10)&31, float64(h&0x3ff)
	switch {
	case e == 31 && m != 0:
		return math.NaN()
	case e == 31:
		return math.Inf(int(sign))
	case e == 0:
		return sign * math.Ldexp(m, -24)
	}
	return sign * math.Ldexp(1024+m, e-25)
}
