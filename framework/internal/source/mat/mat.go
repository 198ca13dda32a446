// Package mat reads MATLAB files: versions 4, 5, 6 and 7 (save -v4, -v6, -v7).
// Version 7.3 is HDF5 and is refused with advice.
//
// [Open] looks at the whole file and returns its variables as a tree of [Value]s
// without their numbers, which [File.Numbers], [File.Sparse] and [File.Texts] read
// when they are asked for. Files may come from strangers: no length is believed
// before the bytes are there, checksums of compressed variables are compared, and
// what only MATLAB can make sense of (function handles, objects, tables, strings)
// is named and left alone.
//
// The layout of version 5 is that of MathWorks' "MAT-File Format": 128 bytes of
// header, then elements of tag (type, length) and data, nested for cells and
// structs, each variable perhaps compressed by itself.
package mat

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/regular"
)

// Class is what a value is.
type Class string

const (
	Number Class = "number" // Type says which
	Sparse Class = "sparse"
	Char   Class = "char"
	Cell   Class = "cell"
	Struct Class = "struct"
	Opaque Class = "opaque" // Why says what it is
)

// Value is a variable, or what a cell or a field of a struct holds.
type Value struct {
	Name    string // of a variable
	Class   Class
	Shape   []int    // the first index varies fastest in the file
	Type    npy.Type // of the numbers as MATLAB has them: 'b' for logical
	Complex bool
	Fields  []string // of a struct
	Items   []*Value // of a cell; of a struct the fields of its first element, then of its second, ...
	Why     string   // of an opaque value

	real, imag   part // as they lie in the file
	rows, starts part // of a sparse matrix
}

// part is a run of numbers or characters in the stream of a variable.
type part struct {
	of  *variable
	at  int64
	t   npy.Type
	n   int
	typ uint32 // of the element, where it is text
}

// Count is the number of elements.
func (v *Value) Count() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// Field returns a field of element i of a struct.
func (v *Value) Field(i, field int) *Value { return v.Items[i*len(v.Fields)+field] }

// variable is one variable of the file: a stretch of it, perhaps compressed.
type variable struct {
	from, to   int64
	compressed bool
}

// File is an open MATLAB file.
type File struct {
	Vars []*Value

	r      io.ReaderAt
	size   int64
	order  binary.ByteOrder
	closer io.Closer
	names  map[string]bool
}

// Open opens a file and looks at what is in it.
func Open(path string) (*File, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	m, err := New(f, info.Size())
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.closer = f
	return m, nil
}

// Version73 says that a file is HDF5.
type Version73 struct{}

func (Version73) Error() string {
	return `it is a MATLAB file of version 7.3, which is HDF5: in MATLAB, load it and save("day.mat", "-v7"); in Python, h5py and numpy.savez`
}

// hdf5 is the signature of HDF5, which stands at the front or behind MATLAB's header.
const hdf5 = "\x89HDF\r\n\x1a\n"

// New is Open of anything that can be read at an offset.
func New(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size}
	head := make([]byte, 520)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	for _, at := range []int{0, 512} {
		if len(head) >= at+8 && string(head[at:at+8]) == hdf5 {
			return nil, Version73{}
		}
	}
	if len(head) >= 4 && isVersion4(head) {
		return f, f.version4()
	}
	if len(head) < headerLength {
		return nil, fmt.Errorf("not a MATLAB file: it has %d bytes, a header has %d", size, headerLength)
	}
	switch string(head[126:128]) {
	case "IM":
		f.order = binary.LittleEndian
	case "MI":
		f.order = binary.BigEndian
	default:
		return nil, fmt.Errorf("not a MATLAB file: its header does not say the byte order")
	}
	if v := f.order.Uint16(head[124:]); v == 0x0200 {
		return nil, Version73{}
	} else if v != 0x0100 {
		return nil, fmt.Errorf("a MATLAB file of unknown version %#04x", v)
	}
	return f, f.version5()
}

// add takes in a variable. MATLAB keeps one of a name; where there are two, nobody
// knows which is meant.
func (f *File) add(v *Value) error {
	if f.names == nil {
		f.names = map[string]bool{}
	}
	if f.names[v.Name] {
		return fmt.Errorf("variable %q is in the file twice", v.Name)
	}
	f.names[v.Name] = true
	f.Vars = append(f.Vars, v)
	return nil
}

// Close closes the file.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}
