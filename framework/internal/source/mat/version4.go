package mat

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data/npy"
)

// isVersion4 looks at the first word: of later versions it is text, of version 4 a
// small number with a zero in it.
func isVersion4(head []byte) bool { return bytes.IndexByte(head[:4], 0) >= 0 }

// types4 are the types of version 4 by the digit P of MOPT.
var types4 = []npy.Type{{Kind: 'f', Size: 8}, {Kind: 'f', Size: 4}, {Kind: 'i', Size: 4}, {Kind: 'i', Size: 2}, {Kind: 'u', Size: 2}, {Kind: 'u', Size: 1}}

// version4 lists variables of 20 bytes of header (type MOPT, rows, columns, whether
// there are imaginary parts, length of the name), name, numbers.
func (f *File) version4() error {
	for at := int64(0); at < f.size; {
		v, next, err := f.variable4(at)
		if err != nil {
			return fmt.Errorf("variable %d: %w", len(f.Vars)+1, err)
		}
		if len(f.Vars) == maxValues {
			return fmt.Errorf("it has more than %d values", maxValues)
		}
		if err := f.add(v); err != nil {
			return err
		}
		at = next
	}
	return nil
}

func (f *File) variable4(at int64) (*Value, int64, error) {
	var head [20]byte
	if _, err := f.r.ReadAt(head[:], at); err != nil {
		return nil, 0, ended(err)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if order.Uint32(head[:]) > 5000 {
		order = binary.BigEndian
	}
	mopt := order.Uint32(head[:])
	machine, zero, kind, form := mopt/1000, mopt/100%10, mopt/10%10, mopt%10
	if machine > 4 || zero != 0 || int(kind) >= len(types4) || form > 2 {
		return nil, 0, fmt.Errorf("not a MATLAB file of version 4: a variable begins with the number %d", mopt)
	}
	if machine > 1 {
		return nil, 0, errors.New("numbers of a VAX or a Cray are not read")
	}
	if (machine == 1) != (order == binary.BigEndian) {
		return nil, 0, errors.New("damaged: the byte order of a variable contradicts itself")
	}
	rows, cols, complex, length := order.Uint32(head[4:]), order.Uint32(head[8:]), order.Uint32(head[12:]) != 0, order.Uint32(head[16:])
	if length > 1<<16 || rows > math.MaxInt32 || cols > math.MaxInt32 {
		return nil, 0, fmt.Errorf("damaged: a variable of %d x %d with a name of %d bytes", rows, cols, length)
	}
	name := make([]byte, length)
	if _, err := f.r.ReadAt(name, at+20); err != nil {
		return nil, 0, ended(err)
	}
	t := types4[kind]
	t.Big = order == binary.BigEndian && t.Size > 1
	v := &Value{Class: Number, Shape: []int{int(rows), int(cols)}, Type: t, Complex: complex}
	v.Type.Big = false
	head1, _, _ := bytes.Cut(name, []byte{0})
	v.Name = string(latin1(head1))
	from := at + 20 + int64(length)
	n := int64(rows) * int64(cols)
	parts := int64(1)
	if complex {
		parts = 2
	}
	if n > (1<<60)/16 || from+parts*n*int64(t.Size) > f.size {
		return nil, 0, fmt.Errorf("truncated: %d x %d numbers, and %d bytes are left", rows, cols, f.size-from)
	}
	of := &variable{from: from, to: from + parts*n*int64(t.Size)}
	v.real = part{of: of, t: t, n: int(n)}
	if complex {
		v.imag = part{of: of, at: n * int64(t.Size), t: t, n: int(n)}
	}
	switch form {
	case 1:
		v.Class, v.Complex = Char, false
	case 2:
		if err := f.sparse4(v); err != nil {
			return nil, 0, err
		}
	}
	return v, of.to, nil
}

// sparse4 turns a table of rows (row, column, number, perhaps imaginary part), whose
// last row has the lengths of the axes, into a sparse matrix.
func (f *File) sparse4(v *Value) error {
	rows, cols := v.Shape[0], v.Shape[1]
	if rows < 1 || cols != 3 && cols != 4 || v.Complex {
		return fmt.Errorf("damaged: a sparse matrix as a table of %d x %d", rows, cols)
	}
	v.Class, v.Complex = Sparse, cols == 4
	v.Shape = make([]int, 2)
	for i := range v.Shape {
		last, err := f.floats(part{of: v.real.of, at: int64((i+1)*rows-1) * int64(v.real.t.Size), t: v.real.t, n: 1})
		if err != nil {
			return err
		}
		if !(last[0] >= 0 && last[0] <= math.MaxInt32) || last[0] != math.Trunc(last[0]) {
			return fmt.Errorf("damaged: a sparse matrix with an axis of %v", last[0])
		}
		v.Shape[i] = int(last[0])
	}
	return nil
}

// triplets hands out the numbers of a sparse matrix of version 4, in whatever order
// the file has them.
func (f *File) triplets(ctx context.Context, v *Value, put func([]float64) error) error {
	table := v.real.n / map[bool]int{false: 3, true: 4}[v.Complex]
	column := func(i int) ([]float64, error) {
		return f.floats(part{of: v.real.of, at: int64(i*table) * int64(v.real.t.Size), t: v.real.t, n: table - 1})
	}
	var cols [3][]float64
	for i := range cols {
		var err error
		if cols[i], err = column(i); err != nil {
			return err
		}
	}
	height, width := v.Shape[0], v.Shape[1]
	byColumn := map[int]map[int]float64{}
	for k := range cols[0] {
		i, j := cols[0][k]-1, cols[1][k]-1
		if !(i >= 0 && i < float64(height) && j >= 0 && j < float64(width)) || i != math.Trunc(i) || j != math.Trunc(j) {
			return fmt.Errorf("damaged: place %v, %v in a sparse matrix of shape %v", i+1, j+1, v.Shape)
		}
		if byColumn[int(j)] == nil {
			byColumn[int(j)] = map[int]float64{}
		}
		byColumn[int(j)][int(i)] += cols[2][k]
	}
	piece := make([]float64, 1<<13)
	for j := range width {
		if err := ctx.Err(); err != nil {
			return err
		}
		for from := 0; from < height; from += len(piece) {
			n := min(len(piece), height-from)
			for i := range n {
				piece[i] = byColumn[j][from+i]
			}
			if err := put(piece[:n]); err != nil {
				return err
			}
		}
	}
	return nil
}
