package data

import "fmt"

// Array is a dense float32 array in row-major order. The first axis is the
// sample wherever an Array holds recordings or embeddings.
type Array struct {
	Shape  []int
	Values []float32 // len = product of Shape; may be memory-mapped and read-only
}

// NewArray returns an array of zeros.
func NewArray(shape ...int) Array {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("data: negative dimension in shape %v", shape))
		}
		n *= d
	}
	return Array{Shape: shape, Values: make([]float32, n)}
}

// Rows is the length of the first axis, 0 for an empty array.
func (a Array) Rows() int {
	if len(a.Shape) == 0 {
		return 0
	}
	return a.Shape[0]
}

// Cols is the number of values in a row: the product of all axes but the first.
func (a Array) Cols() int {
	n := 1
	for _, d := range a.Shape[min(1, len(a.Shape)):] {
		n *= d
	}
	return n
}

// Row returns row i; it shares memory with the array.
func (a Array) Row(i int) []float32 {
	c := a.Cols()
	return a.Values[i*c : (i+1)*c : (i+1)*c]
}

// Take returns the named rows in the named order. Rows that lie one after
// another are shared with a; others are copied.
func (a Array) Take(rows []int) Array {
	shape := append([]int{len(rows)}, a.Shape[min(1, len(a.Shape)):]...)
	c := a.Cols()
	if consecutive(rows) {
		if len(rows) == 0 {
			return Array{Shape: shape}
		}
		return Array{Shape: shape, Values: a.Values[rows[0]*c : (rows[len(rows)-1]+1)*c]}
	}
	out := Array{Shape: shape, Values: make([]float32, len(rows)*c)}
	for i, r := range rows {
		copy(out.Row(i), a.Row(r))
	}
	return out
}

func consecutive(rows []int) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i] != rows[i-1]+1 {
			return false
		}
	}
	return true
}
