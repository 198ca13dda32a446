package data

import (
	"io"

	"github.com/assaylab/assay/framework/data/npy"
)

// content is one array on its way into a file.
type content struct {
	name  string
	typ   string
	shape []int
	write func(io.Writer) error
}

func floats(a Array) content {
	return content{typ: npy.TypeOf[float32]().String(), shape: a.Shape,
		write: func(w io.Writer) error { return npy.Write(w, a.Shape, a.Values) }}
}

func ints(values []int32) content {
	shape := []int{len(values)}
	return content{typ: npy.TypeOf[int32]().String(), shape: shape,
		write: func(w io.Writer) error { return npy.Write(w, shape, values) }}
}

func codes(split []Split) content {
	values := make([]uint8, len(split))
	for i, s := range split {
		for code, name := range splitCodes {
			if s == name {
				values[i] = uint8(code)
			}
		}
	}
	shape := []int{len(values)}
	return content{typ: npy.TypeOf[uint8]().String(), shape: shape,
		write: func(w io.Writer) error { return npy.Write(w, shape, values) }}
}
